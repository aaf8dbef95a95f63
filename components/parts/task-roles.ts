/**
 * The two roles of a worker's task: what ECS does to start it (pull its images, open its logs), and what its containers
 * themselves may do. Exactly that, and on exactly these resources.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type JobStores, workGrants } from "./job-work.ts";
import type { Grant } from "./service-role.ts";

/** @param images as the settings name them: by digest, in a registry of AWS's or of somebody else's */
export const executionGrants = (images: readonly string[], logGroups: readonly aws.cloudwatch.LogGroup[]): Grant[] => [
	...pullGrants(images),
	{
		actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
		resources: logGroups.map(({ arn }) => pulumi.interpolate`${arn}:*`),
	},
];

/** To fetch images; nothing for those that do not lie in ECR. */
export function pullGrants(images: readonly string[]): Grant[] {
	const repositories = [...new Set(images.flatMap((image) => ecrRepositoryArn(image) ?? []))];
	if (repositories.length === 0) return [];
	return [
		// The sign-in has no resources.
		{ actions: ["ecr:GetAuthorizationToken"], resources: ["*"] },
		{
			actions: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
			resources: repositories,
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

export interface TaskStores extends JobStores {
	cluster: aws.ecs.Cluster;
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
