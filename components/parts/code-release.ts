/**
 * The releases of new code: one workflow for all functions behind the API, the function that moves their aliases, and the call by
 * which an `up` that has published a version starts them. Not the rollouts of models: those are the control plane's.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { planCapacity } from "../../charter/derive.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { LIVE_ALIAS, RELEASE_TIMEOUT_SECONDS, RELEASE_WORKFLOW, type ReleaseRequest } from "../../charter/release.ts";
import type { Settings } from "../../charter/settings.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { sharedTags } from "./cost-tags.ts";
import { tellGrants } from "./event-bus.ts";
import { stackName } from "./names.ts";
import { releaseDefinition } from "./release-definition.ts";
import { standardWorkflow } from "./standard-workflow.ts";
import { arnOf, placeOf, WORKFLOW_GRANTS } from "./workflow-grants.ts";

const MEMORY_MB = 512;

/** A function whose code is released, and what its releases look at. */
export interface ReleasedFunction {
	/** With `isReleased`. */
	released: BoundedFunction;
	/** API Gateway's event by which it is asked for its health. */
	probe: object;
	/** Names of the alarms that take new code back. */
	burnAlarms: readonly string[];
	timeoutSeconds: number;
}

export interface CodeReleaseArgs {
	settings: Settings;
	/** At least one. */
	functions: readonly ReleasedFunction[];
	bus: aws.cloudwatch.EventBus;
}

export class CodeRelease extends pulumi.ComponentResource {
	/** Moves aliases. */
	readonly mover: BoundedFunction;
	readonly workflow: aws.sfn.StateMachine;

	constructor(name: string, args: CodeReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:CodeRelease", name, {}, opts);
		const child = { parent: this };
		const { settings, functions, bus } = args;
		const tags = sharedTags(settings);
		const place = placeOf(child);
		this.mover = new BoundedFunction(
			"release",
			{
				description: "Moves the API's functions to new code",
				code: new pulumi.asset.FileArchive(bundleFunction("release")),
				architecture: settings.architecture,
				memoryMb: MEMORY_MB,
				timeoutSeconds: RELEASE_TIMEOUT_SECONDS,
				reservedConcurrency: planCapacity(settings).release,
				environment: { ...commonEnvironment(settings, "release"), [ENVIRONMENT.eventBus]: bus.name },
				grants: [
					{
						actions: ["lambda:GetAlias", "lambda:UpdateAlias"],
						resources: functions.flatMap(({ released }) => [
							released.function.arn,
							pulumi.interpolate`${released.function.arn}:${LIVE_ALIAS}`,
						]),
					},
					// By its name: its role names the function.
					{
						actions: ["states:StartExecution"],
						resources: [arnOf(place, "states", `stateMachine:${stackName(RELEASE_WORKFLOW)}`)],
					},
					// CloudWatch has no resources for what is read.
					{ actions: ["cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"], resources: ["*"] },
					...tellGrants(bus),
				],
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		const timeoutSeconds = Math.max(...functions.map((each) => each.timeoutSeconds));
		this.workflow = standardWorkflow(
			RELEASE_WORKFLOW,
			{
				settings,
				what: "the workflow of new code",
				definition: pulumi
					.all([place.partition, this.mover.function.arn])
					.apply(([partition, releaseFunction]) => releaseDefinition({ partition, releaseFunction, timeoutSeconds })),
				grants: [
					...WORKFLOW_GRANTS,
					{ actions: ["lambda:InvokeFunction"], resources: [this.mover.function.arn] },
					{
						actions: ["lambda:InvokeFunction"],
						resources: functions.map(({ released }) => pulumi.interpolate`${released.function.arn}:*`),
					},
				],
				tags,
			},
			child,
		);
		this.startReleases(args);
		this.registerOutputs({ workflow: this.workflow.name });
	}

	/** Called anew whenever a version is published; what is live already, it leaves alone. */
	private startReleases({ settings, functions }: CodeReleaseArgs): void {
		const releases = functions.map(({ released, probe, burnAlarms }) => ({
			function: released.function.name,
			version: released.function.version,
			burnAlarms,
			probe,
		}));
		const input = pulumi
			.all([this.workflow.arn, pulumi.output(releases)])
			.apply(([stateMachine, all]) =>
				JSON.stringify({ action: "start", stateMachine, releases: all, ...settings.release } satisfies ReleaseRequest),
			);
		new aws.lambda.Invocation(
			"release-start",
			{ functionName: this.mover.function.name, input, lifecycleScope: "CREATE_ONLY" },
			// Without its alias a version has nothing to be released to.
			{ parent: this, dependsOn: functions.flatMap(({ released }) => released.live ?? []) },
		);
	}
}
