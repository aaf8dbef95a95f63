/**
 * A Lambda function with every bound set: time, concurrency, log retention, permissions; and failures kept where it is
 * called asynchronously. Not an endpoint: who may call it is decided where it is used.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SettingsError } from "../../charter/errors.ts";
import { LIVE_ALIAS } from "../../charter/release.ts";
import type { CostTags } from "../../charter/tags.ts";
import { logGroupName } from "./names.ts";
import { type Grant, serviceRole } from "./service-role.ts";

const TIMEOUT_MAX_SECONDS = 900;
const FAILURE_RETENTION_SECONDS = 14 * 24 * 60 * 60;
const FAILURE_EVENT_AGE_MAX_SECONDS = 60 * 60;

export interface BoundedFunctionArgs {
	description: string;
	/** Holds `index.mjs`, which exports `handler`. */
	code: pulumi.asset.Archive;
	architecture: "arm64" | "x86_64";
	memoryMb: number;
	/** Whole seconds, 1 to 900. */
	timeoutSeconds: number;
	/** Requests in work at once, at least 1: the function gets no more, and nobody else gets these. */
	reservedConcurrency: number;
	environment: Readonly<Record<string, pulumi.Input<string>>>;
	/** What its role allows beside its own logs and traces; nothing else is granted. */
	grants: readonly Grant[];
	tags: CostTags;
	logRetentionDays: number;
	/** ARNs of layer versions. @default none */
	layers?: readonly pulumi.Input<string>[];
	/** Called asynchronously: what still fails after the retries is kept in {@link BoundedFunction.failures}. @default false */
	isAsynchronous?: boolean;
	/** Its code is published in versions, and called by the alias `live`, which the releases move. @default false */
	isReleased?: boolean;
}

/**
 * @example
 * new BoundedFunction("health", { code, timeoutSeconds: 2, reservedConcurrency: 5, grants: [], … }, { parent: this });
 */
export class BoundedFunction extends pulumi.ComponentResource {
	readonly name: string;
	readonly function: aws.lambda.Function;
	readonly logGroup: aws.cloudwatch.LogGroup;
	readonly role: aws.iam.Role;
	/** Queue of the calls that failed for good; only of an asynchronous function. */
	readonly failures: aws.sqs.Queue | undefined;
	/** What is called of a released function. */
	readonly live: aws.lambda.Alias | undefined;

	/** @throws {SettingsError} on an argument out of bounds, before anything is registered */
	constructor(name: string, args: BoundedFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
		assertBounds(name, args);
		super("triplane:parts:BoundedFunction", name, {}, opts);
		const child = { parent: this };
		const { tags } = args;
		this.name = name;

		this.logGroup = new aws.cloudwatch.LogGroup(
			`${name}-logs`,
			{ name: logGroupName(name), retentionInDays: args.logRetentionDays, tags },
			child,
		);
		if (args.isAsynchronous)
			this.failures = new aws.sqs.Queue(
				`${name}-failures`,
				{ sqsManagedSseEnabled: true, messageRetentionSeconds: FAILURE_RETENTION_SECONDS, tags },
				child,
			);
		const { role, policy } = serviceRole(
			name,
			{
				service: "lambda.amazonaws.com",
				description: `What the function ${name} may do`,
				grants: [...args.grants, ...ownGrants(this.logGroup, this.failures)],
				tags,
			},
			child,
		);
		this.role = role;
		this.function = new aws.lambda.Function(
			name,
			{
				description: args.description,
				code: args.code,
				runtime: "nodejs24.x",
				handler: "index.handler",
				architectures: [args.architecture],
				memorySize: args.memoryMb,
				timeout: args.timeoutSeconds,
				reservedConcurrentExecutions: args.reservedConcurrency,
				role: this.role.arn,
				layers: [...(args.layers ?? [])],
				...(args.isReleased ? { publish: true } : {}),
				environment: { variables: { ...args.environment } },
				tracingConfig: { mode: "Active" },
				loggingConfig: {
					logFormat: "JSON",
					logGroup: this.logGroup.name,
					applicationLogLevel: "INFO",
					systemLogLevel: "INFO",
				},
				tags,
			},
			{ ...child, dependsOn: [policy] },
		);
		if (args.isReleased)
			this.live = new aws.lambda.Alias(
				`${name}-${LIVE_ALIAS}`,
				{
					name: LIVE_ALIAS,
					description: "What the API calls; releases decide where it points to",
					functionName: this.function.name,
					functionVersion: this.function.version,
				},
				{ ...child, ignoreChanges: ["functionVersion", "routingConfig"] },
			);
		if (this.failures)
			new aws.lambda.FunctionEventInvokeConfig(
				`${name}-failure-destination`,
				{
					functionName: this.function.name,
					maximumRetryAttempts: 2,
					maximumEventAgeInSeconds: FAILURE_EVENT_AGE_MAX_SECONDS,
					destinationConfig: { onFailure: { destination: this.failures.arn } },
				},
				child,
			);

		this.registerOutputs({ function: this.function.name, logGroup: this.logGroup.name, role: this.role.name });
	}

	/** What an API calls: of a released function, what is live of it. */
	get invokeArn(): pulumi.Output<string> {
		return this.live?.invokeArn ?? this.function.invokeArn;
	}
}

/** What every function may do: write its own log, its traces (X-Ray has no resources), and its failures. */
const ownGrants = (logGroup: aws.cloudwatch.LogGroup, failures: aws.sqs.Queue | undefined): Grant[] => [
	{ actions: ["logs:CreateLogStream", "logs:PutLogEvents"], resources: [pulumi.interpolate`${logGroup.arn}:*`] },
	{ actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] },
	...(failures ? [{ actions: ["sqs:SendMessage"], resources: [failures.arn] }] : []),
];

function assertBounds(name: string, args: BoundedFunctionArgs): void {
	const { timeoutSeconds, reservedConcurrency, environment } = args;
	if (!Number.isInteger(timeoutSeconds) || timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_MAX_SECONDS)
		throw new SettingsError(
			`Function "${name}" has a timeout of ${timeoutSeconds} s, but Lambda takes whole seconds from 1 to ${TIMEOUT_MAX_SECONDS}. Set timeoutSeconds within them.`,
		);
	if (!Number.isInteger(reservedConcurrency) || reservedConcurrency < 1)
		throw new SettingsError(
			`Function "${name}" reserves a concurrency of ${reservedConcurrency}, with which it could not run bounded. Set reservedConcurrency to a whole number of 1 or more.`,
		);
	for (const variable of Object.keys(environment))
		if (!/^[A-Za-z][A-Za-z0-9_]+$/.test(variable) || /^(AWS|LAMBDA)_/.test(variable))
			throw new SettingsError(
				`Function "${name}" sets the environment variable "${variable}", which Lambda refuses: names are letters, digits and underscores, begin with a letter, and AWS_ and LAMBDA_ are its own. Rename it.`,
			);
}
