/**
 * A model's training as a task on Fargate: the team's trainer leaves its files in a folder, and when it has succeeded the
 * platform's uploader checks them and puts them where the pipeline reads. Nothing runs between trainings.
 */
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { datasetPrefix, RUN_DIRECTORY, TRAIN_CONTAINERS } from "../../charter/pipeline.ts";
import { STAGING_PREFIX } from "../../charter/registry.ts";
import type { TrainSettings } from "../../charter/rollout-settings.ts";
import type { ModelSettings, Settings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { commonEnvironment } from "./common-environment.ts";
import { modelTags } from "./cost-tags.ts";
import { FargateTask } from "./fargate-task.ts";
import type { Grant } from "./service-role.ts";
import { workerImage } from "./worker-image.ts";

/** In the platform's worker image, beside the worker. */
const UPLOAD_PROGRAM = "/worker/upload-run.mjs";
const VOLUME = "run";

export interface TrainingTaskArgs {
	settings: Settings;
	model: ModelSettings;
	train: Extract<TrainSettings, { kind: "ecs" }>;
	artifacts: ArtifactStore;
}

/**
 * @param name as in "tumour-risk-train"
 */
export function trainingTask(
	name: string,
	{ settings, model, train, artifacts }: TrainingTaskArgs,
	child: pulumi.ComponentResourceOptions,
): FargateTask {
	const { bucket } = artifacts.bucket;
	const told = {
		[ENVIRONMENT.model]: model.name,
		[ENVIRONMENT.runDirectory]: RUN_DIRECTORY,
		[ENVIRONMENT.trainImage]: train.image,
	};
	const mountPoints = (readOnly: boolean) => [{ sourceVolume: VOLUME, containerPath: RUN_DIRECTORY, readOnly }];
	return new FargateTask(
		name,
		{
			settings,
			what: `the training of ${model.name}`,
			cpuUnits: train.cpuUnits,
			memoryMb: train.memoryMb,
			volumes: [VOLUME],
			containers: [
				{
					name: TRAIN_CONTAINERS.trainer,
					image: train.image,
					// Its end is not the task's: the uploader comes after it, and not at all where it has failed.
					essential: false,
					...(train.command.length > 0 ? { command: train.command } : {}),
					mountPoints: mountPoints(false),
					environment: told,
				},
				{
					name: TRAIN_CONTAINERS.upload,
					image: workerImage(settings),
					essential: true,
					readonlyRootFilesystem: true,
					// The image's own entry is the worker.
					entryPoint: ["node"],
					command: [UPLOAD_PROGRAM],
					dependsOn: [{ containerName: TRAIN_CONTAINERS.trainer, condition: "SUCCESS" }],
					mountPoints: mountPoints(true),
					environment: { ...commonEnvironment(settings, name), ...told, [ENVIRONMENT.artifactBucket]: bucket },
				},
			],
			grants: trainingGrants(model.name, artifacts),
			tags: modelTags(settings, model),
		},
		child,
	);
}

/** A task has one role, so the trainer could put a run as the uploader does: what is read of it is checked and evaluated. */
export const trainingGrants = (model: string, { bucket }: ArtifactStore): Grant[] => [
	{ actions: ["s3:GetObject"], resources: [pulumi.interpolate`${bucket.arn}/${datasetPrefix(model)}*`] },
	{ actions: ["s3:PutObject"], resources: [pulumi.interpolate`${bucket.arn}/${STAGING_PREFIX}${model}/*`] },
];
