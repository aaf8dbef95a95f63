/**
 * The functions that all queued models share: `submit` makes jobs, `jobs` shows and cancels them, `sweep` looks every minute
 * after those that nobody works on, `callback` tells who asked to be told. Not the workers, which each model has of its own.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOBS_PREFIX, OPEN_INDEX, type Slot, UPLOADS_PREFIX } from "../../charter/jobs.ts";
import {
	CALLBACK_BATCH_SIZE,
	CALLBACK_TIMEOUT_SECONDS,
	JOBS_TIMEOUT_SECONDS,
	type QueuedCapacity,
	type QueuedModel,
	type QueuedModelSettings,
	SUBMIT_TIMEOUT_SECONDS,
	SWEEP_TIMEOUT_SECONDS,
} from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { sharedTags } from "./cost-tags.ts";
import type { JobStore } from "./job-store.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import { SweepSchedule } from "./sweep-schedule.ts";
import type { WorkQueue } from "./work-queue.ts";

const SUBMIT_MEMORY_MB = 1024;
const MEMORY_MB = 512;

/** The queue of one slot of a queued model. */
export interface SlotQueue {
	model: QueuedModel;
	slot: Slot;
	work: WorkQueue;
}

export interface JobFunctionsArgs {
	settings: Settings;
	capacity: QueuedCapacity;
	slots: readonly SlotQueue[];
	store: JobStore;
	registry: OnDemandTable;
	throttle: OnDemandTable;
}

export class JobFunctions extends pulumi.ComponentResource {
	readonly submit: BoundedFunction;
	readonly jobs: BoundedFunction;
	readonly sweep: BoundedFunction;
	readonly callback: BoundedFunction;
	readonly all: readonly BoundedFunction[];

	constructor(name: string, args: JobFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:JobFunctions", name, {}, opts);
		const child = { parent: this };
		const { settings, capacity, slots, store, registry, throttle } = args;
		const table = store.table.table;
		const payloads = store.payloads.bucket;
		const callbacks = store.callbacks.queue;
		const slotQueues = slots.map(({ work }) => work.queue.arn);
		const models = pulumi.jsonStringify(modelSettings(slots));
		const jobObjects = pulumi.interpolate`${payloads.arn}/${JOBS_PREFIX}*`;
		const uploads = pulumi.interpolate`${payloads.arn}/${UPLOADS_PREFIX}*`;
		const common = (fn: string) => ({
			code: new pulumi.asset.FileArchive(bundleFunction(fn)),
			architecture: settings.architecture,
			memoryMb: MEMORY_MB,
			tags: sharedTags(settings),
			logRetentionDays: settings.observability.logRetentionDays,
		});
		const environment = (fn: string) => ({
			...commonEnvironment(settings, fn),
			[ENVIRONMENT.jobsTable]: table.name,
		});

		this.submit = new BoundedFunction(
			"submit",
			{
				...common("submit"),
				description: "Makes jobs of requests to queued models",
				memoryMb: SUBMIT_MEMORY_MB,
				timeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.submit,
				environment: {
					...environment("submit"),
					[ENVIRONMENT.jobsBucket]: payloads.bucket,
					[ENVIRONMENT.queuedModels]: models,
					[ENVIRONMENT.registryTable]: registry.table.name,
					[ENVIRONMENT.throttleTable]: throttle.table.name,
					[ENVIRONMENT.reservedConcurrency]: String(capacity.submit),
					[ENVIRONMENT.memoryMb]: String(SUBMIT_MEMORY_MB),
				},
				grants: [
					{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn] },
					{ actions: ["dynamodb:UpdateItem"], resources: [throttle.table.arn] },
					// A transaction is authorised as the writes in it.
					{ actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources: [table.arn] },
					{ actions: ["s3:GetObject", "s3:PutObject"], resources: [jobObjects, uploads] },
					{ actions: ["sqs:SendMessage"], resources: slotQueues },
				],
			},
			child,
		);
		this.jobs = new BoundedFunction(
			"jobs",
			{
				...common("jobs"),
				description: "Shows and cancels jobs",
				timeoutSeconds: JOBS_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.jobs,
				environment: { ...environment("jobs"), [ENVIRONMENT.jobsBucket]: payloads.bucket },
				grants: [
					{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.arn] },
					// A presigned URL is good for what its signer may do.
					{ actions: ["s3:GetObject"], resources: [jobObjects] },
				],
			},
			child,
		);
		this.sweep = new BoundedFunction(
			"sweep",
			{
				...common("sweep"),
				description: "Sends again what nobody works on, and ends what has outlived its time",
				timeoutSeconds: SWEEP_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.sweep,
				isAsynchronous: true,
				environment: {
					...environment("sweep"),
					[ENVIRONMENT.queuedModels]: models,
					[ENVIRONMENT.callbackQueueUrl]: callbacks.url,
				},
				grants: [
					{ actions: ["dynamodb:Query"], resources: [pulumi.interpolate`${table.arn}/index/${OPEN_INDEX}`] },
					{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.arn] },
					{ actions: ["sqs:SendMessage"], resources: [...slotQueues, callbacks.arn] },
				],
			},
			child,
		);
		new SweepSchedule("sweep-schedule", { sweep: this.sweep, tags: sharedTags(settings) }, child);
		this.callback = new BoundedFunction(
			"callback",
			{
				...common("callback"),
				description: "Tells the addresses that asked for it that their job has ended",
				timeoutSeconds: CALLBACK_TIMEOUT_SECONDS,
				reservedConcurrency: capacity.callback,
				environment: { ...environment("callback"), [ENVIRONMENT.jobsBucket]: payloads.bucket },
				grants: [
					{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.arn] },
					{ actions: ["s3:GetObject"], resources: [jobObjects] },
					{
						actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
						resources: [callbacks.arn],
					},
				],
			},
			child,
		);
		new aws.lambda.EventSourceMapping(
			"callback-mapping",
			{
				eventSourceArn: callbacks.arn,
				functionName: this.callback.function.arn,
				batchSize: CALLBACK_BATCH_SIZE,
				functionResponseTypes: ["ReportBatchItemFailures"],
				scalingConfig: { maximumConcurrency: capacity.callback },
				tags: sharedTags(settings),
			},
			child,
		);
		this.all = [this.submit, this.jobs, this.sweep, this.callback];
		this.registerOutputs({ submit: this.submit.function.name, jobs: this.jobs.function.name });
	}
}

/** What the functions are told of each queued model, by its name. */
function modelSettings(slots: readonly SlotQueue[]): Record<string, pulumi.Input<QueuedModelSettings>> {
	const byModel = Map.groupBy(slots, ({ model }) => model);
	return Object.fromEntries(
		[...byModel].map(([{ name, team, feature, slo, traffic }, queues]) => [
			name,
			pulumi.output({
				team,
				feature,
				queues: Object.fromEntries(queues.map(({ slot, work }) => [slot, work.queue.url])),
				deadLetterQueues: Object.fromEntries(queues.map(({ slot, work }) => [slot, work.deadLetters.url])),
				// The settings' schema has checked that a queued model promises it.
				jobP95Seconds: slo.jobP95Seconds ?? 0,
				peakRps: traffic.peakRps,
			}),
		]),
	);
}
