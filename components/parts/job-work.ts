/**
 * What working on a model's jobs takes, in a task or in a function: permissions and variables of the environment.
 * Where it is worked on, and by how many at once, is decided where these are used.
 */
import * as pulumi from "@pulumi/pulumi";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOBS_PREFIX } from "../../charter/jobs.ts";
import { artifactPrefix } from "../../charter/registry.ts";
import type { ModelSettings } from "../../charter/settings.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import type { JobStore } from "./job-store.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { Grant } from "./service-role.ts";
import type { WorkQueue } from "./work-queue.ts";

export interface JobStores {
	work: WorkQueue;
	store: JobStore;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
}

/**
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

/** Whose jobs they are, and where they come from and go to. */
export const workEnvironment = (
	model: Pick<ModelSettings, "name" | "team" | "feature" | "slo">,
	{ work, store }: Pick<JobStores, "work" | "store">,
): Record<string, pulumi.Input<string>> => ({
	[ENVIRONMENT.model]: model.name,
	[ENVIRONMENT.team]: model.team,
	[ENVIRONMENT.feature]: model.feature,
	[ENVIRONMENT.slo]: JSON.stringify(model.slo),
	[ENVIRONMENT.jobsTable]: store.table.table.name,
	[ENVIRONMENT.jobsBucket]: store.payloads.bucket.bucket,
	[ENVIRONMENT.queueUrl]: work.queue.url,
	[ENVIRONMENT.deadLetterQueueUrl]: work.deadLetters.url,
	[ENVIRONMENT.callbackQueueUrl]: store.callbacks.queue.url,
});
