/**
 * The functions that all jobs share: `submit` makes them for queued models, `jobs` shows and cancels them, `sweep` looks every
 * minute after those that nobody works on, `callback` tells who asked to be told. Not what works on them: each model has its own.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOBS_PREFIX, OPEN_INDEX, UPLOADS_PREFIX } from "../../charter/jobs.ts";
import {
	CALLBACK_BATCH_SIZE,
	CALLBACK_TIMEOUT_SECONDS,
	JOBS_TIMEOUT_SECONDS,
	type QueuedCapacity,
	SUBMIT_TIMEOUT_SECONDS,
	SWEEP_SCHEDULE,
	SWEEP_TIMEOUT_SECONDS,
} from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { sharedTags } from "./cost-tags.ts";
import { FunctionSchedule } from "./function-schedule.ts";
import type { JobStore } from "./job-store.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import { mirrorEnvironment, mirrorGrants } from "./shadow.ts";
import { queuedModelsJson, type SlotQueue, submitGrants } from "./slot-queues.ts";
import type { WorkQueue } from "./work-queue.ts";

const SUBMIT_MEMORY_MB = 1024;
const MEMORY_MB = 512;

export interface JobFunctionsArgs {
	settings: Settings;
	capacity: QueuedCapacity;
	/** Of queued models: `submit` sends to them. */
	slots: readonly SlotQueue[];
	/** Of realtime models that overflow into jobs: they send by themselves. */
	overflows: readonly SlotQueue[];
	store: JobStore;
	registry: OnDemandTable;
	throttle: OnDemandTable;
	/** Where what is to be compared in the shadow is sent. */
	shadow: WorkQueue;
}

export class JobFunctions extends pulumi.ComponentResource {
	/** Undefined without a queued model. */
	readonly submit: BoundedFunction | undefined;
	readonly jobs: BoundedFunction;
	readonly sweep: BoundedFunction;
	readonly callback: BoundedFunction;
	readonly all: readonly BoundedFunction[];

	constructor(name: string, args: JobFunctionsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:JobFunctions", name, {}, opts);
		const child = { parent: this };
		const { settings, capacity, slots, overflows, store, registry, throttle, shadow } = args;
		const table = store.table.table;
		const payloads = store.payloads.bucket;
		const callbacks = store.callbacks.queue;
		const all = [...slots, ...overflows];
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

		const submit = (reservedConcurrency: number) =>
			new BoundedFunction(
				"submit",
				{
					...common("submit"),
					description: "Makes jobs of requests to queued models",
					memoryMb: SUBMIT_MEMORY_MB,
					timeoutSeconds: SUBMIT_TIMEOUT_SECONDS,
					reservedConcurrency,
					environment: {
						...environment("submit"),
						[ENVIRONMENT.jobsBucket]: payloads.bucket,
						[ENVIRONMENT.queuedModels]: queuedModelsJson(slots),
						[ENVIRONMENT.registryTable]: registry.table.name,
						[ENVIRONMENT.throttleTable]: throttle.table.name,
						[ENVIRONMENT.reservedConcurrency]: String(reservedConcurrency),
						[ENVIRONMENT.memoryMb]: String(SUBMIT_MEMORY_MB),
						...mirrorEnvironment(shadow),
					},
					grants: [
						{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn] },
						{ actions: ["dynamodb:UpdateItem"], resources: [throttle.table.arn] },
						...submitGrants(store, slots),
						...mirrorGrants(shadow),
						// Whoever asks for an upload puts it by the function's own leave.
						{ actions: ["s3:GetObject", "s3:PutObject"], resources: [uploads] },
					],
					isReleased: true,
				},
				child,
			);
		this.submit = capacity.submit === undefined ? undefined : submit(capacity.submit);
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
				isReleased: true,
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
					[ENVIRONMENT.queuedModels]: queuedModelsJson(all),
					[ENVIRONMENT.callbackQueueUrl]: callbacks.url,
				},
				grants: [
					{ actions: ["dynamodb:Query"], resources: [pulumi.interpolate`${table.arn}/index/${OPEN_INDEX}`] },
					{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.arn] },
					{ actions: ["sqs:SendMessage"], resources: [...all.map(({ work }) => work.queue.arn), callbacks.arn] },
				],
			},
			child,
		);
		new FunctionSchedule(
			"sweep-schedule",
			{
				runs: this.sweep,
				description: "Looks after jobs that nobody works on",
				expression: SWEEP_SCHEDULE,
				tags: sharedTags(settings),
			},
			child,
		);
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
		this.all = [...(this.submit ? [this.submit] : []), this.jobs, this.sweep, this.callback];
		this.registerOutputs({ jobs: this.jobs.function.name });
	}
}
