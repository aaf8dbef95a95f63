/**
 * A model's training as a SageMaker training job: what its role may do, and how it is asked for. Its archive is unpacked by the
 * function `collect-run`, because SageMaker itself puts nothing but one archive.
 */
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { TrainSettings } from "../../charter/rollout-settings.ts";
import type { ModelSettings, Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { modelTags } from "./cost-tags.ts";
import type { SageMakerTraining } from "./pipeline-states.ts";
import { type Grant, type ServiceRole, serviceRole } from "./service-role.ts";
import { pullGrants } from "./task-roles.ts";
import { jobPrefix } from "./training-states.ts";
import { trainingGrants } from "./training-task.ts";
import { arnOf, type Place, placeOf } from "./workflow-grants.ts";

/** What SageMaker makes an archive of when a job has ended. */
const MODEL_DIRECTORY = "/opt/ml/model";
/** Where SageMaker writes its jobs' logs, and nowhere else. */
const LOG_GROUP = "log-group:/aws/sagemaker/TrainingJobs";

export interface SageMakerTrainingArgs {
	settings: Settings;
	model: ModelSettings;
	train: Extract<TrainSettings, { kind: "sagemaker" }>;
	artifacts: ArtifactStore;
	collect: BoundedFunction;
}

export function sagemakerTraining(
	name: string,
	{ settings, model, train, artifacts, collect }: SageMakerTrainingArgs,
	child: { parent: pulumi.Resource },
): { how: pulumi.Output<SageMakerTraining>; role: ServiceRole["role"] } {
	const { role } = serviceRole(
		name,
		{
			service: "sagemaker.amazonaws.com",
			description: `What the training of ${model.name} may do`,
			grants: [...trainingGrants(model.name, artifacts), ...pullGrants([train.image]), ...logGrants(placeOf(child))],
			tags: modelTags(settings, model),
		},
		child,
	);
	const { image, instanceType, volumeGb, command, timeoutSeconds } = train;
	const how = pulumi.output({ roleArn: role.arn, collectFunction: collect.function.arn }).apply(
		(known): SageMakerTraining => ({
			...known,
			kind: "sagemaker",
			image,
			instanceType,
			volumeGb,
			command,
			timeoutSeconds,
			environment: {
				[ENVIRONMENT.model]: model.name,
				[ENVIRONMENT.runDirectory]: MODEL_DIRECTORY,
				[ENVIRONMENT.trainImage]: image,
			},
		}),
	);
	return { how, role };
}

/** All jobs of an account write into one group, each into streams of its own. */
const logGrants = (place: Place): Grant[] => [
	{
		actions: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
		resources: [arnOf(place, "logs", LOG_GROUP), arnOf(place, "logs", `${LOG_GROUP}:*`)],
	},
];

/** To start a model's jobs and wait for their end, of which Step Functions hears by a rule of its own. */
export const sagemakerTrainingGrants = (place: Place, model: string, role: ServiceRole["role"]): Grant[] => [
	{
		actions: [
			"sagemaker:CreateTrainingJob",
			"sagemaker:DescribeTrainingJob",
			"sagemaker:StopTrainingJob",
			"sagemaker:AddTags",
		],
		resources: [arnOf(place, "sagemaker", `training-job/${jobPrefix(model)}*`)],
	},
	{ actions: ["iam:PassRole"], resources: [role.arn] },
	{
		actions: ["events:PutTargets", "events:PutRule", "events:DescribeRule"],
		resources: [arnOf(place, "events", "rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule")],
	},
];
