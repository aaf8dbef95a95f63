/**
 * The batch path whole: what all batch models share, and a pipeline for each.
 * No path of the API leads here: windows are started by schedule, or by hand.
 */
import * as pulumi from "@pulumi/pulumi";
import type { BatchModel } from "../../charter/batch.ts";
import { BatchPipeline, type BatchPipelineArgs } from "./batch-pipeline.ts";
import { BatchStore } from "./batch-store.ts";
import { sharedTags } from "./cost-tags.ts";

export type BatchPathArgs = Omit<BatchPipelineArgs, "model" | "store"> & {
	/** At least one. */
	models: readonly BatchModel[];
};

/** A batch model as the stack's outputs tell of it. */
export interface DeployedBatchModel {
	name: string;
	/** ARN. */
	stateMachine: pulumi.Output<string>;
	dataBucket: pulumi.Output<string>;
	offsetsTable: pulumi.Output<string>;
}

export class BatchPath extends pulumi.ComponentResource {
	readonly store: BatchStore;
	readonly pipelines: BatchPipeline[];
	readonly models: DeployedBatchModel[];

	constructor(name: string, { models, ...args }: BatchPathArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:BatchPath", name, {}, opts);
		const child = { parent: this };
		this.store = new BatchStore(name, { tags: sharedTags(args.settings) }, child);
		const { store } = this;
		this.pipelines = models.map((model) => new BatchPipeline(model.name, { ...args, model, store }, child));
		this.models = this.pipelines.map(({ model, workflow }) => ({
			name: model.name,
			stateMachine: workflow.arn,
			dataBucket: store.data.bucket.bucket,
			offsetsTable: store.offsets.table.name,
		}));
		this.registerOutputs({ data: store.data.bucket.bucket });
	}
}
