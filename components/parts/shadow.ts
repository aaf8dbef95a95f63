/**
 * The shadow: a queue of mirrored requests and of pairs of jobs, and the function that answers them by both versions and counts
 * where they differ. Nobody waits for it, and what it misses is missed.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SHADOW_RESERVED_CONCURRENCY, SHADOW_RETENTION_SECONDS } from "../../charter/delivery.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOBS_PREFIX } from "../../charter/jobs.ts";
import { ARTIFACT_PREFIX } from "../../charter/registry.ts";
import {
	SHADOW_BATCH_SIZE,
	SHADOW_RECEIVES_MAX,
	SHADOW_TIMEOUT_SECONDS,
	SHADOW_VISIBILITY_SECONDS,
	type ShadowModelSettings,
} from "../../charter/rollout.ts";
import type { ModelSettings, Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { sharedTags } from "./cost-tags.ts";
import type { JobStore } from "./job-store.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { Grant } from "./service-role.ts";
import { WorkQueue } from "./work-queue.ts";

/** Two models at once, of any realtime model of the stack. */
const MEMORY_MB = 2048;

export const shadowQueue = (settings: Settings, child: pulumi.ComponentResourceOptions): WorkQueue =>
	new WorkQueue(
		"shadow",
		{
			visibilitySeconds: SHADOW_VISIBILITY_SECONDS,
			retentionSeconds: SHADOW_RETENTION_SECONDS,
			receivesMax: SHADOW_RECEIVES_MAX,
			tags: sharedTags(settings),
		},
		child,
	);

/** What whoever mirrors requests is told, and may do. */
export const mirrorEnvironment = ({ queue }: WorkQueue): Record<string, pulumi.Input<string>> => ({
	[ENVIRONMENT.shadowQueueUrl]: queue.url,
});
export const mirrorGrants = ({ queue }: WorkQueue): Grant[] => [
	{ actions: ["sqs:SendMessage"], resources: [queue.arn] },
];

export interface ShadowArgs {
	settings: Settings;
	/** Realtime and queued. */
	models: readonly ModelSettings[];
	work: WorkQueue;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	features: OnDemandTable;
	/** Undefined where no model has jobs. */
	jobs: JobStore | undefined;
	runtimeLayer: aws.lambda.LayerVersion;
}

export class Shadow extends pulumi.ComponentResource {
	readonly work: WorkQueue;
	readonly compare: BoundedFunction;

	constructor(name: string, args: ShadowArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:Shadow", name, {}, opts);
		const child = { parent: this };
		const { settings, work, jobs } = args;
		const tags = sharedTags(settings);
		this.work = work;
		this.compare = new BoundedFunction(
			"shadow",
			{
				description: "Compares what a new version answers in the shadow with what the champion does",
				code: new pulumi.asset.FileArchive(bundleFunction("shadow")),
				layers: [args.runtimeLayer.arn],
				architecture: settings.architecture,
				memoryMb: MEMORY_MB,
				timeoutSeconds: SHADOW_TIMEOUT_SECONDS,
				reservedConcurrency: SHADOW_RESERVED_CONCURRENCY,
				environment: {
					...commonEnvironment(settings, "shadow"),
					...mirrorEnvironment(work),
					[ENVIRONMENT.shadowModels]: modelsJson(args.models),
					[ENVIRONMENT.memoryMb]: String(MEMORY_MB),
					[ENVIRONMENT.registryTable]: args.registry.table.name,
					[ENVIRONMENT.artifactBucket]: args.artifacts.bucket.bucket,
					[ENVIRONMENT.featureTable]: args.features.table.name,
					...(jobs
						? {
								[ENVIRONMENT.jobsTable]: jobs.table.table.name,
								[ENVIRONMENT.jobsBucket]: jobs.payloads.bucket.bucket,
							}
						: {}),
				},
				grants: shadowGrants(args),
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		new aws.lambda.EventSourceMapping(
			"shadow-mapping",
			{
				eventSourceArn: work.queue.arn,
				functionName: this.compare.function.arn,
				batchSize: SHADOW_BATCH_SIZE,
				functionResponseTypes: ["ReportBatchItemFailures"],
				scalingConfig: { maximumConcurrency: SHADOW_RESERVED_CONCURRENCY },
				tags,
			},
			child,
		);
		this.registerOutputs({ function: this.compare.function.name });
	}
}

function shadowGrants({ work, registry, artifacts, features, jobs }: ShadowArgs): Grant[] {
	return [
		{
			// A pair of jobs that has not ended is looked at again later.
			actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
			resources: [work.queue.arn],
		},
		{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn, ...(jobs ? [jobs.table.table.arn] : [])] },
		{ actions: ["dynamodb:BatchGetItem"], resources: [features.table.arn] },
		{
			actions: ["s3:GetObject"],
			resources: [
				pulumi.interpolate`${artifacts.bucket.arn}/${ARTIFACT_PREFIX}*`,
				...(jobs ? [pulumi.interpolate`${jobs.payloads.bucket.arn}/${JOBS_PREFIX}*`] : []),
			],
		},
	];
}

const modelsJson = (models: readonly ModelSettings[]): string =>
	JSON.stringify(
		Object.fromEntries(
			models.map(({ name, team, feature, slo, rollout }): [string, ShadowModelSettings] => [
				name,
				{ team, feature, p95Ms: slo.p95Ms, tolerance: rollout.bounds.disagreementTolerance },
			]),
		),
	);
