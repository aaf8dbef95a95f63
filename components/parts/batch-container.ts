/**
 * The container by which a heavy batch model scores: cluster and task on Fargate, spot first.
 * Nothing runs between windows: the workflow starts one task a chunk. The image is functions/batch-score/Dockerfile's.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type BatchModel, batchFunctionNames } from "../../charter/batch.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { SCORE_CONTAINER } from "./batch-definition.ts";
import { type BatchParts, scoring } from "./batch-functions.ts";
import { modelTags } from "./cost-tags.ts";
import { fargateCluster } from "./fargate-cluster.ts";
import { FargateTask } from "./fargate-task.ts";

/** What spot gives between its notice and the end. */
const STOP_TIMEOUT_SECONDS = 120;

export interface BatchContainerArgs extends BatchParts {
	model: BatchModel & { runtime: Extract<BatchModel["runtime"], { kind: "fargate" }> };
}

export class BatchContainer extends pulumi.ComponentResource {
	readonly cluster: aws.ecs.Cluster;
	readonly task: FargateTask;

	/** @param name of what scores, as in "disease-progress-score" */
	constructor(args: BatchContainerArgs, opts?: pulumi.ComponentResourceOptions) {
		const { settings, model } = args;
		const name = batchFunctionNames(model.name).score;
		super("triplane:data:BatchContainer", name, {}, opts);
		const child = { parent: this };
		const tags = modelTags(settings, model);
		this.cluster = fargateCluster(name, tags, child);
		const { environment, grants } = scoring(args, name);
		const { image, cpuUnits, memoryMb } = model.runtime;
		this.task = new FargateTask(
			name,
			{
				settings,
				what: `the container of ${model.name}`,
				cpuUnits,
				memoryMb,
				containers: [
					{
						name: SCORE_CONTAINER,
						image,
						essential: true,
						readonlyRootFilesystem: true,
						stopTimeout: STOP_TIMEOUT_SECONDS,
						environment: { ...environment, [ENVIRONMENT.cpuUnits]: String(cpuUnits) },
					},
				],
				grants,
				tags,
			},
			child,
		);
		this.registerOutputs({ cluster: this.cluster.arn, taskDefinition: this.task.definition.arn });
	}

	get logGroup(): aws.cloudwatch.LogGroup {
		return this.task.logGroup;
	}
}
