/**
 * One model's way from training to traffic: the workflow, the task that trains, and what starts it beside people: a schedule,
 * new data. The functions that its steps call are all models' (delivery-functions.ts); the definition is pipeline-definition.ts.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { pipelineName } from "../../charter/delivery.ts";
import { SettingsError } from "../../charter/errors.ts";
import { datasetPrefix, type PipelineModel } from "../../charter/pipeline.ts";
import type { TrainSettings } from "../../charter/rollout-settings.ts";
import type { ModelSettings, Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { modelTags } from "./cost-tags.ts";
import { EventTarget } from "./event-target.ts";
import type { FargateTask } from "./fargate-task.ts";
import type { Network } from "./network.ts";
import { pipelineDefinition } from "./pipeline-definition.ts";
import type { EcsTraining, PipelineWorkflow, SageMakerTraining } from "./pipeline-states.ts";
import { sagemakerTraining, sagemakerTrainingGrants } from "./sagemaker-training.ts";
import type { Grant } from "./service-role.ts";
import { standardWorkflow } from "./standard-workflow.ts";
import { trainingTask } from "./training-task.ts";
import { placeOf, taskRunGrants, WORKFLOW_GRANTS } from "./workflow-grants.ts";
import { WorkflowSchedule } from "./workflow-schedule.ts";

type StepFunctionNames = "rollout" | "judge" | "evaluate" | "register";

export interface TrainingPipelineArgs {
	settings: Settings;
	model: ModelSettings;
	/** What the functions are told of the model. */
	told: pulumi.Output<PipelineModel>;
	artifacts: ArtifactStore;
	functions: Record<StepFunctionNames, BoundedFunction> & { collect: BoundedFunction | undefined };
	/** Where a task trains. */
	place: { cluster: aws.ecs.Cluster; network: Network } | undefined;
}

export class TrainingPipeline extends pulumi.ComponentResource {
	readonly model: ModelSettings;
	readonly workflow: aws.sfn.StateMachine;
	/** The task that trains; only where ECS does. */
	readonly training: FargateTask | undefined;
	/** Queues of starts that could not be handed over. */
	readonly notStarted: aws.sqs.Queue[];

	/**
	 * @param name name of the model
	 * @throws {SettingsError} where it trains in a task and there is no place for it
	 */
	constructor(name: string, args: TrainingPipelineArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:TrainingPipeline", name, {}, opts);
		const child = { parent: this };
		const { settings, model } = args;
		const { train } = model;
		const tags = modelTags(settings, model);
		this.model = model;
		const trained = train ? this.trained(args, train) : undefined;
		this.training = trained?.task;
		const place = placeOf(child);
		const { collect, ...functions } = args.functions;
		const called = [...Object.values(functions), ...(train?.kind === "sagemaker" && collect ? [collect] : [])];
		const workflow: pulumi.Output<PipelineWorkflow> = pulumi.output({
			partition: place.partition,
			artifactBucket: args.artifacts.bucket.bucket,
			functions: {
				rollout: functions.rollout.function.arn,
				judge: functions.judge.function.arn,
				evaluate: functions.evaluate.function.arn,
				register: functions.register.function.arn,
			},
			model: args.told,
			train: trained?.how,
		});
		this.workflow = standardWorkflow(
			pipelineName(name),
			{
				settings,
				what: `the pipeline of the model ${name}`,
				definition: workflow.apply(pipelineDefinition),
				grants: [
					// A model that is not trained here evaluates and registers nothing.
					{
						actions: ["lambda:InvokeFunction"],
						resources: (train ? called : [functions.rollout, functions.judge]).map((fn) => fn.function.arn),
					},
					...(trained?.grants ?? []),
					...WORKFLOW_GRANTS,
				],
				tags,
			},
			child,
		);
		this.notStarted = train ? this.triggers(args, train) : [];
		this.registerOutputs({ workflow: this.workflow.arn });
	}

	private trained(args: TrainingPipelineArgs, train: TrainSettings): Trained {
		const child = { parent: this };
		const { settings, model, artifacts, place } = args;
		const name = `${model.name}-train`;
		if (train.kind === "sagemaker") {
			const collect = args.functions.collect;
			if (!collect)
				throw new SettingsError(`The model "${model.name}" trains on SageMaker, but nothing collects its runs.`);
			const { how, role } = sagemakerTraining(name, { settings, model, train, artifacts, collect }, child);
			return { how, task: undefined, grants: sagemakerTrainingGrants(placeOf(child), model.name, role) };
		}
		if (!place) throw new SettingsError(`The model "${model.name}" trains in a task, but has no network to run it in.`);
		const { cluster, network } = place;
		const task = trainingTask(name, { settings, model, train, artifacts }, child);
		const { command, timeoutSeconds } = train;
		const how = pulumi
			.output({
				cluster: cluster.arn,
				taskDefinition: task.definition.arn,
				subnetIds: network.subnetIds,
				securityGroupId: network.securityGroup.id,
			})
			.apply((known): EcsTraining => ({ ...known, kind: "ecs", command, timeoutSeconds }));
		return { how, task, grants: taskRunGrants(placeOf(child), cluster, task) };
	}

	/** What starts it by itself. */
	private triggers({ settings, model, artifacts }: TrainingPipelineArgs, train: TrainSettings): aws.sqs.Queue[] {
		const child = { parent: this };
		const tags = modelTags(settings, model);
		const { workflow } = this;
		const what = `a training of the model ${model.name}`;
		const triggers: { deadLetters: aws.sqs.Queue }[] = [];
		if (train.schedule !== undefined)
			triggers.push(
				new WorkflowSchedule(
					`${model.name}-train-schedule`,
					{ workflow, what, expression: train.schedule, tags },
					child,
				),
			);
		if (train.onDataset)
			triggers.push(
				new EventTarget(
					`${model.name}-dataset`,
					{
						what: `new data sets of the model ${model.name}`,
						pattern: {
							source: ["aws.s3"],
							"detail-type": ["Object Created"],
							detail: {
								bucket: { name: [artifacts.bucket.bucket] },
								object: { key: [{ prefix: datasetPrefix(model.name) }] },
							},
						},
						target: workflow.arn,
						action: "states:StartExecution",
						transform: { paths: { key: "$.detail.object.key" }, template: '{"dataset": <key>}' },
						tags,
					},
					child,
				),
			);
		return triggers.map(({ deadLetters }) => deadLetters);
	}
}

interface Trained {
	how: pulumi.Output<EcsTraining | SageMakerTraining>;
	task: FargateTask | undefined;
	grants: readonly Grant[];
}
