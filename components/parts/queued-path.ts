/**
 * All that jobs have in AWS: what they share, an endpoint for each queued model, and an overflow for each realtime model whose
 * requests may become jobs. Made only where some model has jobs. Not its routes in the API, which data-plane.ts gives it.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { overflowingModels } from "../../charter/derive.ts";
import type { Slot } from "../../charter/jobs.ts";
import { type QueuedCapacity, queuedModels } from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { sharedTags } from "./cost-tags.ts";
import { JobFunctions } from "./job-functions.ts";
import { JobStore } from "./job-store.ts";
import type { Network } from "./network.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import { OverflowEndpoint } from "./overflow-endpoint.ts";
import { QueuedEndpoint } from "./queued-endpoint.ts";
import type { SlotQueue } from "./slot-queues.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface QueuedPathArgs {
	settings: Settings;
	capacity: QueuedCapacity;
	network: Network | undefined;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	throttle: OnDemandTable;
	features: OnDemandTable;
	shadow: WorkQueue;
	/** For realtime models that overflow into jobs. */
	runtimeLayer: aws.lambda.LayerVersion;
}

/** A queue of jobs as the stack's outputs tell of it; `cluster` and `service` only of workers on ECS. */
interface SlotOutputs {
	name: string;
	slot: Slot;
	queueUrl: pulumi.Output<string>;
	deadLetterQueueUrl: pulumi.Output<string>;
	cluster: pulumi.Output<string> | undefined;
	service: pulumi.Output<string> | undefined;
}

export class QueuedPath extends pulumi.ComponentResource {
	readonly store: JobStore;
	readonly endpoints: QueuedEndpoint[];
	readonly overflows: OverflowEndpoint[];
	readonly functions: JobFunctions;

	constructor(name: string, args: QueuedPathArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:QueuedPath", name, {}, opts);
		const child = { parent: this };
		const { settings } = args;
		const store = new JobStore("jobs", { tags: sharedTags(settings) }, child);
		this.store = store;
		this.endpoints = queuedModels(settings).map(
			(model) => new QueuedEndpoint(model.name, { ...args, model, store }, child),
		);
		this.overflows = overflowingModels(settings).map(
			(model) => new OverflowEndpoint(`${model.name}-overflow`, { ...args, model, store }, child),
		);
		const slots = this.endpoints.flatMap((endpoint) => endpoint.slots);
		this.functions = new JobFunctions("job-functions", { ...args, slots, overflows: this.overflows, store }, child);
		this.registerOutputs({});
	}

	/** Where a realtime model's requests go that it cannot answer at once; undefined where it refuses them. */
	overflowOf(model: string): { slot: SlotQueue; store: JobStore } | undefined {
		const slot = this.overflows.find((overflow) => overflow.model.name === model);
		return slot && { slot, store: this.store };
	}

	/** Every queue of jobs. */
	get slots(): SlotOutputs[] {
		const ofQueued = this.endpoints.flatMap(({ pool, slots }) =>
			slots.map((each) => ({
				...queuesOf(each),
				cluster: pool?.cluster.name,
				service: each.workers?.service.name,
			})),
		);
		return [
			...ofQueued,
			...this.overflows.map((each) => ({ ...queuesOf(each), cluster: undefined, service: undefined })),
		];
	}
}

const queuesOf = ({ model, slot, work }: SlotQueue) => ({
	name: model.name,
	slot,
	queueUrl: work.queue.url,
	deadLetterQueueUrl: work.deadLetters.url,
});
