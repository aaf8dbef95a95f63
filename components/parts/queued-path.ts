/**
 * All that queued models have in AWS: what they share, and an endpoint for each. Made only where there is a queued model.
 * Not their routes in the API, which data-plane.ts gives them.
 */
import * as pulumi from "@pulumi/pulumi";
import type { Slot } from "../../charter/jobs.ts";
import { type QueuedCapacity, queuedModels } from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { sharedTags } from "./cost-tags.ts";
import { JobFunctions } from "./job-functions.ts";
import { JobStore } from "./job-store.ts";
import type { Network } from "./network.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import { QueuedEndpoint } from "./queued-endpoint.ts";

export interface QueuedPathArgs {
	settings: Settings;
	capacity: QueuedCapacity;
	network: Network | undefined;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	throttle: OnDemandTable;
}

/** A slot as the stack's outputs tell of it; `cluster` and `service` only of workers on ECS. */
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
		const slots = this.endpoints.flatMap((endpoint) => endpoint.slots);
		this.functions = new JobFunctions("job-functions", { ...args, slots, store }, child);
		this.registerOutputs({});
	}

	/** Every slot of every model. */
	get slots(): SlotOutputs[] {
		return this.endpoints.flatMap(({ model, pool, slots }) =>
			slots.map(({ slot, work, workers }) => ({
				name: model.name,
				slot,
				queueUrl: work.queue.url,
				deadLetterQueueUrl: work.deadLetters.url,
				cluster: pool?.cluster.name,
				service: workers?.service.name,
			})),
		);
	}
}
