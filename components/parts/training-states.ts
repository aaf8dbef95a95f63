/**
 * The part of a model's pipeline that trains: a task with the team's container, or a SageMaker training job. Pure.
 * What comes of it lies below the run's staging prefix when these states are through.
 */
import { COLLECT_TIMEOUT_SECONDS, TRAIN_START_SECONDS } from "../../charter/delivery.ts";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { PIPELINE_ERRORS, TRAIN_CONTAINERS } from "../../charter/pipeline.ts";
import { STAGING_PREFIX } from "../../charter/registry.ts";
import {
	type EcsTraining,
	ENDS_FAILED,
	expression,
	invoke,
	keep,
	type PipelineWorkflow,
	type SageMakerTraining,
	type State,
	type States,
	service,
} from "./pipeline-states.ts";

/** SageMaker's names have 63 characters, of which an identifier takes 36. */
const JOB_NAME_CHARACTERS = 26;
/** How the names of a model's jobs begin. */
export const jobPrefix = (model: string): string => `${model.slice(0, JOB_NAME_CHARACTERS - 1)}-`;

/** By services' own errors alone: what a trainer failed at once it fails at again, hours later. */
const RETRY_START = [
	{
		ErrorEquals: [
			"ECS.AmazonECSException",
			"ECS.ServerException",
			"ECS.ThrottlingException",
			"SageMaker.AmazonSageMakerException",
			"SageMaker.ResourceLimitExceededException",
			"SageMaker.ThrottlingException",
		],
		IntervalSeconds: 30,
		BackoffRate: 2,
		MaxAttempts: 5,
		MaxDelaySeconds: 600,
		JitterStrategy: "FULL",
	},
];

const RUN = "$states.input.begin.run";

export function trainingStates(workflow: PipelineWorkflow): States {
	const { train } = workflow;
	if (!train)
		return {
			Train: {
				Type: "Pass",
				Output: keep(
					"error",
					`{"Error": "${PIPELINE_ERRORS.request}", "Cause": "The model has no train in its settings: name a registered version to roll out."}`,
				),
				Next: "End",
			},
		};
	if (train.kind === "ecs") return { Train: { ...ecsTask(workflow, train), Next: "Evaluate" } };
	return { Train: { ...trainingJob(workflow, train), Next: "Collect" }, Collect: collect(workflow, train) };
}

const common = ({ timeoutSeconds }: EcsTraining | SageMakerTraining): State => ({
	Type: "Task",
	TimeoutSeconds: timeoutSeconds + TRAIN_START_SECONDS,
	Retry: RETRY_START,
	Catch: ENDS_FAILED,
	Output: expression("$states.input"),
});

/** The data set's address, where the execution names one. */
const dataset = (bucket: string): string => `"s3://${bucket}/" & $states.input.input.dataset`;
const HAS_DATASET = "$exists($states.input.input.dataset)";
const HAS_ARGUMENTS = "$exists($states.input.input.arguments)";
/** The settings' words, and then the execution's. */
const words = (command: readonly string[]): string =>
	`$append(${JSON.stringify(command)}, $states.input.input.arguments)`;

function ecsTask(workflow: PipelineWorkflow, train: EcsTraining): State {
	const variable = (name: string, value: string) => `{"Name": "${name}", "Value": ${value}}`;
	const run = variable(ENVIRONMENT.run, RUN);
	const trainer = [
		`"Name": "${TRAIN_CONTAINERS.trainer}"`,
		`"Environment": [${run}, ${HAS_DATASET} ? ${variable(ENVIRONMENT.dataset, dataset(workflow.artifactBucket))}]`,
		`"Command": ${HAS_ARGUMENTS} ? ${words(train.command)}`,
	].join(", ");
	const upload = `"Name": "${TRAIN_CONTAINERS.upload}", "Environment": [${run}]`;
	return {
		...common(train),
		Resource: service(workflow, "ecs:runTask.sync"),
		Arguments: {
			LaunchType: "FARGATE",
			Cluster: train.cluster,
			TaskDefinition: train.taskDefinition,
			NetworkConfiguration: {
				AwsvpcConfiguration: {
					Subnets: train.subnetIds,
					SecurityGroups: [train.securityGroupId],
					AssignPublicIp: "DISABLED",
				},
			},
			PropagateTags: "TASK_DEFINITION",
			Overrides: { ContainerOverrides: expression(`[{${trainer}}, {${upload}}]`) },
		},
	};
}

/** Where a job leaves its archive: beside the run's files, whose names it does not have. */
const outputPath = ({ artifactBucket, model }: PipelineWorkflow): string =>
	expression(`"s3://${artifactBucket}/${STAGING_PREFIX}${model.model}/" & ${RUN} & "/archive"`);

function trainingJob(workflow: PipelineWorkflow, train: SageMakerTraining): State {
	const { model } = workflow.model;
	return {
		...common(train),
		Resource: service(workflow, "sagemaker:createTrainingJob.sync"),
		Arguments: {
			TrainingJobName: expression(`"${jobPrefix(model)}" & $uuid()`),
			RoleArn: train.roleArn,
			AlgorithmSpecification: expression(
				`{"TrainingImage": "${train.image}", "TrainingInputMode": "File", "ContainerArguments": ${HAS_ARGUMENTS} ? ${words(train.command)}${train.command.length > 0 ? ` : ${JSON.stringify(train.command)}` : ""}}`,
			),
			OutputDataConfig: { S3OutputPath: outputPath(workflow) },
			ResourceConfig: { InstanceCount: 1, InstanceType: train.instanceType, VolumeSizeInGB: train.volumeGb },
			StoppingCondition: { MaxRuntimeInSeconds: train.timeoutSeconds },
			Environment: expression(
				`$merge([${JSON.stringify(train.environment)}, {"${ENVIRONMENT.run}": ${RUN}}, ${HAS_DATASET} ? {"${ENVIRONMENT.dataset}": ${dataset(workflow.artifactBucket)}} : {}])`,
			),
		},
		Output: keep("archive", "$states.result.ModelArtifacts.S3ModelArtifacts"),
	};
}

const collect = (workflow: PipelineWorkflow, { collectFunction }: SageMakerTraining): State => ({
	...invoke(
		workflow,
		collectFunction,
		{
			model: workflow.model.model,
			run: expression(RUN),
			archive: expression("$states.input.archive"),
		},
		COLLECT_TIMEOUT_SECONDS,
	),
	Output: expression("$states.input"),
	Catch: ENDS_FAILED,
	Next: "Evaluate",
});
