/**
 * One batch model: the workflow of its windows, what it calls, and the schedule that starts it.
 * Bucket and table are all batch models' (batch-store.ts); the definition is batch-definition.ts.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BatchModel } from "../../charter/batch.ts";
import { SettingsError } from "../../charter/errors.ts";
import { windowsPrefix } from "../../charter/windows.ts";
import { BatchContainer, type BatchContainerArgs } from "./batch-container.ts";
import { type BatchWorkflow, batchDefinition } from "./batch-definition.ts";
import { type BatchFunctions, type BatchParts, batchFunctions } from "./batch-functions.ts";
import { batchWorkflowGrants } from "./batch-grants.ts";
import { modelTags } from "./cost-tags.ts";
import { stackName } from "./names.ts";
import { standardWorkflow } from "./standard-workflow.ts";
import { placeOf } from "./workflow-grants.ts";
import { WorkflowSchedule } from "./workflow-schedule.ts";

export interface BatchPipelineArgs extends BatchParts {
	/** ONNX Runtime's library for the functions' processor: for where a function scores. */
	runtimeLayer: aws.lambda.LayerVersion;
	/** Where a container scores. */
	network?: { subnetIds: pulumi.Output<string[]>; securityGroup: Pick<aws.ec2.SecurityGroup, "id"> };
}

export class BatchPipeline extends pulumi.ComponentResource {
	readonly model: BatchModel;
	readonly functions: BatchFunctions;
	readonly container: BatchContainer | undefined;
	readonly workflow: aws.sfn.StateMachine;
	readonly schedule: WorkflowSchedule;

	/**
	 * @param name name of the model
	 * @throws {SettingsError} where a container has no network to run in
	 */
	constructor(name: string, args: BatchPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
		const { settings, model } = args;
		if (model.runtime.kind === "fargate" && !args.network)
			throw new SettingsError(
				`The batch model "${name}" runs in containers, but no network was handed to its pipeline.`,
			);
		super("triplane:data:BatchPipeline", name, {}, opts);
		const child = { parent: this };
		const tags = modelTags(settings, model);
		this.model = model;
		this.functions = batchFunctions(args, args.runtimeLayer, child);
		this.container = isContained(args) ? new BatchContainer(args, child) : undefined;
		const place = placeOf(child);
		this.workflow = standardWorkflow(
			`${name}-batch`,
			{
				settings,
				what: `the workflow of the model ${name}`,
				definition: this.describe(args, place.partition).apply(batchDefinition),
				grants: batchWorkflowGrants({
					workflowName: stackName(`${name}-batch`),
					place,
					functions: Object.values(this.functions).map((fn) => fn.function.arn),
					manifests: pulumi.interpolate`${args.store.data.bucket.arn}/${windowsPrefix(name)}*`,
					...(this.container ? { container: this.container } : {}),
				}),
				tags,
			},
			child,
		);
		this.schedule = new WorkflowSchedule(
			`${name}-schedule`,
			{
				workflow: this.workflow,
				what: `the windows of the model ${name}`,
				expression: model.schedule,
				maxAgeSeconds: model.windowSeconds,
				tags,
			},
			child,
		);
		this.registerOutputs({ workflow: this.workflow.arn });
	}

	private describe(args: BatchPipelineArgs, partition: pulumi.Output<string>): pulumi.Output<BatchWorkflow> {
		const { plan, commit, score } = this.functions;
		const { batch, runtime } = args.model;
		return pulumi
			.output({
				partition,
				planFunction: plan.function.arn,
				commitFunction: commit.function.arn,
				scoreFunction: score?.function.arn,
				cluster: this.container?.cluster.arn,
				taskDefinition: this.container?.task.definition.arn,
				subnetIds: args.network?.subnetIds,
				securityGroupId: args.network?.securityGroup.id,
				dataBucket: args.store.data.bucket.bucket,
			})
			.apply(
				({
					scoreFunction = "",
					cluster = "",
					taskDefinition = "",
					subnetIds = [],
					securityGroupId = "",
					...known
				}) => ({
					...known,
					maxConcurrency: batch.maxConcurrency,
					toleratedFailurePct: batch.toleratedFailurePct,
					score:
						runtime.kind === "fargate"
							? { task: { cluster, taskDefinition, subnetIds, securityGroupId, spotShare: runtime.spotShare } }
							: { function: scoreFunction },
				}),
			);
	}
}

const isContained = (args: BatchPipelineArgs): args is BatchPipelineArgs & BatchContainerArgs =>
	args.model.runtime.kind === "fargate";
