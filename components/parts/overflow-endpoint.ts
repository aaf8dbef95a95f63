/**
 * Where a realtime model's requests go that it could not answer at once: a queue of jobs, and a bounded function that works
 * on them as a worker does. Who makes the jobs is the model's own predict function.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { RealtimeModel } from "../../charter/derive.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOB_LIMITS, type Slot } from "../../charter/jobs.ts";
import {
	OVERFLOW_TIMEOUT_SECONDS,
	OVERFLOW_VISIBILITY_SECONDS,
	overflowConcurrency,
	SLOT_RETENTION_SECONDS,
} from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { BoundedFunction } from "./bounded-function.ts";
import { bundleFunction } from "./bundle.ts";
import { commonEnvironment } from "./common-environment.ts";
import { modelTags } from "./cost-tags.ts";
import type { JobStore } from "./job-store.ts";
import { workEnvironment, workGrants } from "./job-work.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { SlotQueue } from "./slot-queues.ts";
import { WorkQueue } from "./work-queue.ts";

/** Where jobs go that no rollout has a slot for. */
const SLOT: Slot = "a";

export interface OverflowEndpointArgs {
	settings: Settings;
	model: RealtimeModel;
	/** With ONNX Runtime's library for the functions' processor. */
	runtimeLayer: aws.lambda.LayerVersion;
	store: JobStore;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	features: OnDemandTable;
}

export class OverflowEndpoint extends pulumi.ComponentResource implements SlotQueue {
	readonly model: RealtimeModel;
	readonly slot = SLOT;
	readonly work: WorkQueue;
	readonly worker: BoundedFunction;

	/** @param name as in "tumour-risk-overflow" */
	constructor(name: string, args: OverflowEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:OverflowEndpoint", name, {}, opts);
		const child = { parent: this };
		const { settings, model, store, registry, artifacts, features } = args;
		const tags = modelTags(settings, model);
		this.model = model;
		const work = new WorkQueue(
			name,
			{
				visibilitySeconds: OVERFLOW_VISIBILITY_SECONDS,
				retentionSeconds: SLOT_RETENTION_SECONDS,
				receivesMax: JOB_LIMITS.receivesMax,
				tags,
			},
			child,
		);
		this.work = work;
		const reservedConcurrency = overflowConcurrency(model);
		this.worker = new BoundedFunction(
			name,
			{
				description: `Works on the jobs of the realtime model ${model.name}`,
				code: new pulumi.asset.FileArchive(bundleFunction("overflow")),
				layers: [args.runtimeLayer.arn],
				architecture: settings.architecture,
				memoryMb: model.runtime.memoryMb,
				timeoutSeconds: OVERFLOW_TIMEOUT_SECONDS,
				reservedConcurrency,
				environment: {
					...commonEnvironment(settings, name),
					...workEnvironment(model, { work, store }),
					[ENVIRONMENT.registryTable]: registry.table.name,
					[ENVIRONMENT.artifactBucket]: artifacts.bucket.bucket,
					[ENVIRONMENT.featureTable]: features.table.name,
				},
				grants: [
					...workGrants(model.name, { work, store, registry, artifacts }),
					{ actions: ["dynamodb:BatchGetItem"], resources: [features.table.arn] },
				],
				tags,
				logRetentionDays: settings.observability.logRetentionDays,
			},
			child,
		);
		new aws.lambda.EventSourceMapping(
			`${name}-mapping`,
			{
				eventSourceArn: work.queue.arn,
				functionName: this.worker.function.arn,
				// One job may take all the time that the function has.
				batchSize: 1,
				functionResponseTypes: ["ReportBatchItemFailures"],
				scalingConfig: { maximumConcurrency: reservedConcurrency },
				tags,
			},
			child,
		);
		this.registerOutputs({ function: this.worker.function.name });
	}
}
