/**
 * The workers of one slot on SageMaker: an asynchronous endpoint that scales from none, a function that forwards the slot's
 * jobs to it, and one that takes its results. The queue and its contract are the same as for workers on ECS.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOBS_PREFIX } from "../../charter/jobs.ts";
import {
	endpointFunctions,
	FORWARD_TIMEOUT_SECONDS,
	inferenceOutputPrefix,
	inferencePrefix,
	planEndpoint,
	RESULT_TIMEOUT_SECONDS,
} from "../../charter/sagemaker.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { type JobStores, workEnvironment } from "./job-work.ts";
import { NotifyingTopic } from "./notifying-topic.ts";
import { SageMakerHost, type SageMakerHostArgs } from "./sagemaker-host.ts";
import { SageMakerScaling } from "./sagemaker-scaling.ts";
import type { Grant } from "./service-role.ts";

/** Room for the largest request as text and as JSON, several times. */
const FORWARD_MEMORY_MB = 1024;
/** Large outputs are copied, not read. */
const RESULT_MEMORY_MB = 512;

export interface SageMakerEndpointArgs extends Omit<SageMakerHostArgs, "topic">, JobStores {}

export class SageMakerEndpoint extends pulumi.ComponentResource {
	readonly endpoint: aws.sagemaker.Endpoint;
	readonly forward: BoundedFunction;
	readonly result: BoundedFunction;

	/** @param name name of the model and slot, as in "digit-reader-a" */
	constructor(name: string, args: SageMakerEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:SageMakerEndpoint", name, {}, opts);
		const child = { parent: this };
		const { settings, model, work, tags } = args;
		const reserved = endpointFunctions(model);
		const common = (bundle: string, service: string) => ({
			code: new pulumi.asset.FileArchive(bundleFunction(bundle)),
			architecture: settings.architecture,
			environment: { ...commonEnvironment(settings, service), ...workEnvironment(model, args) },
			tags,
			logRetentionDays: settings.observability.logRetentionDays,
		});
		const result = common("sagemaker-result", `${name}-result`);
		this.result = new BoundedFunction(
			`${name}-result`,
			{
				...result,
				description: `Takes the results of ${name} from SageMaker`,
				memoryMb: RESULT_MEMORY_MB,
				timeoutSeconds: RESULT_TIMEOUT_SECONDS,
				reservedConcurrency: reserved.result,
				isAsynchronous: true,
				grants: resultGrants(args),
			},
			child,
		);
		const { topic } = new NotifyingTopic(`${name}-results`, { listener: this.result, tags }, child);
		this.endpoint = new SageMakerHost(name, { ...args, topic }, child).endpoint;
		new SageMakerScaling(name, { endpointName: this.endpoint.name, scaling: planEndpoint(model), tags }, child);
		const forward = common("sagemaker-forward", `${name}-forward`);
		this.forward = new BoundedFunction(
			`${name}-forward`,
			{
				...forward,
				description: `Forwards the jobs of ${name} to SageMaker`,
				memoryMb: FORWARD_MEMORY_MB,
				timeoutSeconds: FORWARD_TIMEOUT_SECONDS,
				reservedConcurrency: reserved.forward,
				environment: { ...forward.environment, [ENVIRONMENT.sagemakerEndpoint]: this.endpoint.name },
				grants: [
					...forwardGrants(args),
					{ actions: ["sagemaker:InvokeEndpointAsync"], resources: [this.endpoint.arn] },
				],
			},
			child,
		);
		new aws.lambda.EventSourceMapping(
			`${name}-forward-mapping`,
			{
				eventSourceArn: work.queue.arn,
				functionName: this.forward.function.arn,
				// One request may take all the memory that the function has.
				batchSize: 1,
				functionResponseTypes: ["ReportBatchItemFailures"],
				scalingConfig: { maximumConcurrency: reserved.forward },
				tags,
			},
			child,
		);
		this.registerOutputs({ endpoint: this.endpoint.name });
	}
}

/** Ending a job: its record, its dead letter, its callback. */
const endGrants = ({ work, store }: JobStores): Grant[] => [
	{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [store.table.table.arn] },
	{ actions: ["sqs:SendMessage"], resources: [work.deadLetters.arn, store.callbacks.queue.arn] },
];

const payloadsUnder = ({ store }: JobStores, prefix: string) =>
	pulumi.interpolate`${store.payloads.bucket.arn}/${prefix}*`;

const forwardGrants = (args: SageMakerEndpointArgs): Grant[] => [
	{
		actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
		resources: [args.work.queue.arn],
	},
	...endGrants(args),
	{ actions: ["s3:GetObject"], resources: [payloadsUnder(args, JOBS_PREFIX)] },
	{ actions: ["s3:PutObject"], resources: [payloadsUnder(args, inferencePrefix(args.model.name))] },
];

const resultGrants = (args: SageMakerEndpointArgs): Grant[] => [
	...endGrants(args),
	// A job that failed below the most that it may is sent anew.
	{ actions: ["sqs:SendMessage"], resources: [args.work.queue.arn] },
	{ actions: ["s3:GetObject"], resources: [payloadsUnder(args, inferenceOutputPrefix(args.model.name))] },
	{ actions: ["s3:PutObject"], resources: [payloadsUnder(args, JOBS_PREFIX)] },
];
