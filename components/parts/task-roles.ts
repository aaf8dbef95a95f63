/**
 * The two roles of a worker's task: what ECS does to start it (pull its images, open its logs), and what its containers
 * themselves may do. Exactly that, and on exactly these resources.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { JOBS_PREFIX } from "../../charter/jobs.ts";
import { artifactPrefix } from "../../charter/registry.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { JobStore } from "./job-store.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { Grant } from "./service-role.ts";
import type { WorkQueue } from "./work-queue.ts";

/** @param images as the settings name them: by digest, in a registry of AWS's or of somebody else's */
export function executionGrants(images: readonly string[], logGroups: readonly aws.cloudwatch.LogGroup[]): Grant[] {
	const repositories = [...new Set(images.flatMap((image) => ecrRepositoryArn(image) ?? []))];
	const pull: Grant[] =
		repositories.length === 0
			? []
			: [
					{ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
					{
						actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
						resources: repositories,
					},
				];
	return [
		...pull,
		{
			actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
			resources: logGroups.map(({ arn }) => pulumi.interpolate`${arn}:*`),
		},
	];
}

/** The repository of an image in ECR; undefined of any other registry. */
export function ecrRepositoryArn(image: string): string | undefined {
	const [, account, region, suffix, repository] =
		/^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(\.cn)?\/([^@:]+)/.exec(image) ?? [];
	if (repository === undefined) return undefined;
	const partition = suffix ? "aws-cn" : region?.startsWith("us-gov-") ? "aws-us-gov" : "aws";
	return `arn:${partition}:ecr:${region}:${account}:repository/${repository}`;
}

export interface JobStores {
	work: WorkQueue;
	store: JobStore;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
}

export interface TaskStores extends JobStores {
	cluster: aws.ecs.Cluster;
}

/**
 * What working on a model's jobs takes, in a task or in a function.
 * @param model name of the model: of the artifacts only its own are read
 */
export function workGrants(model: string, { work, store, registry, artifacts }: JobStores): Grant[] {
	const jobs = pulumi.interpolate`${store.payloads.bucket.arn}/${JOBS_PREFIX}*`;
	return [
		{
			actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
			resources: [work.queue.arn],
		},
		{ actions: ["sqs:SendMessage"], resources: [work.deadLetters.arn, store.callbacks.queue.arn] },
		// Claims, heartbeats and commits; a transaction of updates is authorised as updates.
		{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [store.table.table.arn] },
		{ actions: ["dynamodb:GetItem"], resources: [registry.table.arn] },
		{ actions: ["s3:GetObject", "s3:PutObject"], resources: [jobs] },
		{ actions: ["s3:GetObject"], resources: [pulumi.interpolate`${artifacts.bucket.arn}/${artifactPrefix(model)}*`] },
	];
}

export const taskGrants = (model: string, stores: TaskStores): Grant[] => [
	...workGrants(model, stores),
	// A busy task asks not to be scaled in, through the agent on its host.
	{
		actions: ["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"],
		resources: [stores.cluster.arn.apply((arn) => `${arn.replace(":cluster/", ":task/")}/*`)],
	},
	// X-Ray has no resources.
	{ actions: ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], resources: ["*"] },
];
