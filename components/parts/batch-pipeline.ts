/**
 * One batch model: the workflow of its windows, what it calls, and the schedule that starts it.
 * Bucket and table are all batch models' (batch-store.ts); the definition is batch-definition.ts.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BatchModel } from "../../charter/batch.ts";
import { SettingsError } from "../../charter/errors.ts";
import { windowsPrefix } from "../../charter/windows.ts";
import { BatchContainer, type BatchContainerArgs } from "./batch-container.ts";
import { type BatchWorkflow, batchDefinition } from "./batch-definition.ts";
import { type BatchFunctions, type BatchParts, batchFunctions } from "./batch-functions.ts";
import { batchWorkflowGrants } from "./batch-grants.ts";
import { BatchSchedule } from "./batch-schedule.ts";
import { modelTags } from "./cost-tags.ts";
import { stackName } from "./names.ts";
import { serviceRole } from "./service-role.ts";

export interface BatchPipelineArgs extends BatchParts {
	/** Where a function scores: ONNX Runtime's library for the functions' processor. */
	runtimeLayer?: aws.lambda.LayerVersion;
	/** Where a container scores. */
	network?: { subnetIds: pulumi.Output<string[]>; securityGroup: Pick<aws.ec2.SecurityGroup, "id"> };
}

export class BatchPipeline extends pulumi.ComponentResource {
	readonly model: BatchModel;
	readonly functions: BatchFunctions;
	readonly container: BatchContainer | undefined;
	readonly workflow: aws.sfn.StateMachine;
	readonly schedule: BatchSchedule;

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
		const { partition } = aws.getPartitionOutput({}, child);
		const workflow = this.describe(args, partition);
		const logs = new aws.cloudwatch.LogGroup(
			`${name}-batch-logs`,
			// Groups of this prefix do not add to the account's one policy of who delivers logs.
			{
				name: `/aws/vendedlogs/states/${stackName(`${name}-batch`)}`,
				retentionInDays: settings.observability.logRetentionDays,
				tags,
			},
			child,
		);
		const { role, policy } = serviceRole(
			`${name}-batch`,
			{
				service: "states.amazonaws.com",
				description: `What the workflow of the model ${name} may do`,
				grants: batchWorkflowGrants({
					workflowName: stackName(`${name}-batch`),
					place: {
						partition,
						region: aws.getRegionOutput({}, child).region,
						accountId: aws.getCallerIdentityOutput({}, child).accountId,
					},
					functions: Object.values(this.functions).map((fn) => fn.function.arn),
					manifests: pulumi.interpolate`${args.store.data.bucket.arn}/${windowsPrefix(name)}*`,
					...(this.container ? { container: this.container } : {}),
				}),
				tags,
			},
			child,
		);
		this.workflow = new aws.sfn.StateMachine(
			`${name}-batch`,
			{
				// Known beforehand: its own role names it.
				name: stackName(`${name}-batch`),
				type: "STANDARD",
				roleArn: role.arn,
				definition: workflow.apply((known) => JSON.stringify(batchDefinition(known))),
				loggingConfiguration: {
					level: "ERROR",
					// Errors name rows and objects; what is in them stays in the bucket.
					includeExecutionData: false,
					logDestination: pulumi.interpolate`${logs.arn}:*`,
				},
				tracingConfiguration: { enabled: true },
				tags,
			},
			{ ...child, dependsOn: [policy] },
		);
		this.schedule = new BatchSchedule(`${name}-schedule`, { model, workflow: this.workflow, tags }, child);
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
				taskDefinition: this.container?.taskDefinition.arn,
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
