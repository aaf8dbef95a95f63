/**
 * One queued model: for each slot a queue and the workers that read it, on capacity that both slots share.
 * Not its paths in the API, which data-plane.ts gives it, and not its versions: those come from the registry at run time.
 */
import * as pulumi from "@pulumi/pulumi";
import { JOB_LIMITS, SLOTS } from "../../charter/jobs.ts";
import { isOnEcs, type QueuedModel, SLOT_RETENTION_SECONDS, SLOT_VISIBILITY_SECONDS } from "../../charter/queued.ts";
import { FORWARD_VISIBILITY_SECONDS, isOnSageMaker } from "../../charter/sagemaker.ts";
import type { Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { modelTags } from "./cost-tags.ts";
import type { JobStore } from "./job-store.ts";
import type { Network } from "./network.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import { SageMakerEndpoint } from "./sagemaker-endpoint.ts";
import type { SlotQueue } from "./slot-queues.ts";
import { SpotGpuPool } from "./spot-gpu-pool.ts";
import { WorkQueue } from "./work-queue.ts";
import { WorkerService } from "./worker-service.ts";
import type { WorkerTask } from "./worker-task.ts";

export interface QueuedEndpointArgs {
	settings: Settings;
	model: QueuedModel;
	/** Where its tasks run; needed by a model on ECS. */
	network: Network | undefined;
	store: JobStore;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
}

/** A slot's queue, and what works on it: workers on ECS, or SageMaker. */
export interface ServedSlot extends SlotQueue {
	/** As in "digit-reader-a". */
	name: string;
	workers: WorkerService | undefined;
	inference: SageMakerEndpoint | undefined;
}

export class QueuedEndpoint extends pulumi.ComponentResource {
	readonly model: QueuedModel;
	readonly slots: ServedSlot[];
	readonly pool: SpotGpuPool | undefined;

	/**
	 * @param name name of the model
	 * @throws {SettingsError} where its instance types do not go together
	 */
	constructor(name: string, args: QueuedEndpointArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:QueuedEndpoint", name, {}, opts);
		const child = { parent: this };
		const { settings, model, network } = args;
		const tags = modelTags(settings, model);
		this.model = model;
		const ecs = isOnEcs(model) && network ? { model, network } : undefined;
		const sagemaker = isOnSageMaker(model) ? { model } : undefined;
		const pool = ecs && new SpotGpuPool(`pool-${name}`, { ...ecs, tags }, child);
		this.pool = pool;
		this.slots = SLOTS.map((slot) => {
			const slotName = `${name}-${slot}`;
			const work = new WorkQueue(
				slotName,
				{
					visibilitySeconds: sagemaker ? FORWARD_VISIBILITY_SECONDS : SLOT_VISIBILITY_SECONDS,
					retentionSeconds: SLOT_RETENTION_SECONDS,
					receivesMax: JOB_LIMITS.receivesMax,
					tags,
				},
				child,
			);
			const workers = ecs && pool && new WorkerService(slotName, { ...args, ...ecs, slot, pool, work, tags }, child);
			const inference = sagemaker && new SageMakerEndpoint(slotName, { ...args, ...sagemaker, work, tags }, child);
			return { name: slotName, model, slot, work, workers, inference };
		});
		this.registerOutputs({});
	}

	/** What writes a log record a job. */
	get logWriters(): (WorkerTask | BoundedFunction)[] {
		return this.slots.flatMap(({ workers, inference }) => [
			...(workers ? [workers.task] : []),
			...(inference ? [inference.forward, inference.result] : []),
		]);
	}
}
