/** What the functions of training and rollouts may do, and on what. What they do with it is theirs. */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { pipelineName } from "../../charter/delivery.ts";
import { OPEN_INDEX } from "../../charter/jobs.ts";
import { ARTIFACT_PREFIX, STAGING_PREFIX } from "../../charter/registry.ts";
import { CANARY_SLOT, CHAMPION_SLOT } from "../../charter/rollout.ts";
import type { ModelSettings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { tellGrants } from "./event-bus.ts";
import { stackName } from "./names.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { ServedSlot } from "./queued-endpoint.ts";
import type { QueuedPath } from "./queued-path.ts";
import type { Grant } from "./service-role.ts";
import { arnOf, type Place } from "./workflow-grants.ts";

interface Parts {
	registry: OnDemandTable;
	bus: aws.cloudwatch.EventBus;
	queued: QueuedPath | undefined;
}

/** By its name, which is known before the workflow is there: its own role names the function that starts it. */
export const pipelineArn = (place: Place, model: string): pulumi.Output<string> =>
	arnOf(place, "states", `stateMachine:${stackName(pipelineName(model))}`);

export interface RolloutParts extends Parts {
	place: Place;
	models: readonly ModelSettings[];
}

export function rolloutGrants({ place, models, registry, bus, queued }: RolloutParts): Grant[] {
	const pipelines = models.map(({ name }) => pipelineArn(place, name));
	return [
		{
			// A transaction is authorised as the writes in it.
			actions: [
				"dynamodb:GetItem",
				"dynamodb:Query",
				"dynamodb:PutItem",
				"dynamodb:DeleteItem",
				"dynamodb:ConditionCheckItem",
			],
			resources: [registry.table.arn],
		},
		// A wait for a person's word is ended by its workflow's name.
		{ actions: ["states:StartExecution", "states:SendTaskFailure"], resources: pipelines },
		{
			actions: ["states:DescribeExecution"],
			resources: models.map(({ name }) => arnOf(place, "states", `execution:${stackName(pipelineName(name))}:*`)),
		},
		...tellGrants(bus),
		...(queued ? jobGrants(queued) : []),
		...(queued ? serviceGrants(place, queued) : []),
	];
}

const slotsOf = ({ endpoints }: QueuedPath): ServedSlot[] => endpoints.flatMap(({ slots }) => slots);

/** Jobs move from the canary's slot to the champion's: their records, then their messages. */
function jobGrants(queued: QueuedPath): Grant[] {
	const { table } = queued.store.table;
	const [canaries, champions] = [CANARY_SLOT, CHAMPION_SLOT].map((wanted) =>
		slotsOf(queued)
			.filter(({ slot }) => slot === wanted)
			.map(({ work }) => work),
	);
	if (!canaries?.length || !champions?.length) return [];
	return [
		{ actions: ["dynamodb:GetItem", "dynamodb:UpdateItem"], resources: [table.arn] },
		{ actions: ["dynamodb:Query"], resources: [pulumi.interpolate`${table.arn}/index/${OPEN_INDEX}`] },
		{
			actions: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
			resources: canaries.map(({ queue }) => queue.arn),
		},
		{
			actions: ["sqs:SendMessage"],
			resources: [...champions.map(({ queue }) => queue.arn), ...canaries.map(({ deadLetters }) => deadLetters.arn)],
		},
	];
}

/** Slots get new revisions of their task definitions, which hand the tasks' roles on. */
function serviceGrants(place: Place, queued: QueuedPath): Grant[] {
	const workers = slotsOf(queued).flatMap((slot) => slot.workers ?? []);
	if (workers.length === 0) return [];
	return [
		{
			actions: ["ecs:DescribeServices", "ecs:UpdateService"],
			resources: workers.map(({ service }) => service.arn),
		},
		{
			actions: ["ecs:TagResource"],
			resources: workers.map(({ task }) =>
				arnOf(place, "ecs", pulumi.interpolate`task-definition/${task.definition.family}:*`),
			),
		},
		// ECS has no resources for these.
		{ actions: ["ecs:RegisterTaskDefinition", "ecs:DescribeTaskDefinition"], resources: ["*"] },
		{
			actions: ["iam:PassRole"],
			resources: workers.flatMap(({ task }) => [task.roles.task.role.arn, task.roles.execution.role.arn]),
		},
	];
}

export const judgeGrants = ({ registry, bus, queued }: Parts): Grant[] => [
	{
		actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
		resources: [registry.table.arn],
	},
	// CloudWatch has no resources for what is read.
	{ actions: ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "cloudwatch:DescribeAlarms"], resources: ["*"] },
	...tellGrants(bus),
	...(queued ? deadLetterGrants(queued) : []),
];

const deadLetterGrants = (queued: QueuedPath): Grant[] => {
	const canaries = slotsOf(queued).filter(({ slot }) => slot === CANARY_SLOT);
	if (canaries.length === 0) return [];
	return [{ actions: ["sqs:GetQueueAttributes"], resources: canaries.map(({ work }) => work.deadLetters.arn) }];
};

export const evaluateGrants = ({
	registry,
	bus,
	artifacts: { bucket },
}: Omit<Parts, "queued"> & { artifacts: ArtifactStore }): Grant[] => [
	{ actions: ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], resources: [registry.table.arn] },
	{
		actions: ["s3:GetObject"],
		resources: [STAGING_PREFIX, ARTIFACT_PREFIX].map((prefix) => pulumi.interpolate`${bucket.arn}/${prefix}*`),
	},
	...tellGrants(bus),
];

export const collectGrants = ({ bucket }: ArtifactStore): Grant[] => [
	{
		actions: ["s3:GetObject", "s3:PutObject"],
		resources: [pulumi.interpolate`${bucket.arn}/${STAGING_PREFIX}*`],
	},
];
