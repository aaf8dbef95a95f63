/**
 * The queues that jobs wait in, one for each slot of a model, and what functions are told of them.
 * Who works on them is decided where they are made.
 */
import * as pulumi from "@pulumi/pulumi";
import { JOBS_PREFIX, type Slot } from "../../charter/jobs.ts";
import type { QueuedModelSettings } from "../../charter/queued.ts";
import type { ModelSettings } from "../../charter/settings.ts";
import type { JobStore } from "./job-store.ts";
import type { Grant } from "./service-role.ts";
import type { WorkQueue } from "./work-queue.ts";

/** The queue of one slot of a model. */
export interface SlotQueue {
	model: Pick<ModelSettings, "name" | "team" | "feature" | "slo">;
	slot: Slot;
	work: WorkQueue;
}

/** The charter's {@link QueuedModelSettings} of each model by its name, as JSON. */
export function queuedModelsJson(slots: readonly SlotQueue[]): pulumi.Output<string> {
	const byModel = Map.groupBy(slots, ({ model }) => model);
	const settings = [...byModel].map(([{ name, team, feature, slo }, queues]) => {
		const of: pulumi.Input<QueuedModelSettings> = pulumi.output({
			team,
			feature,
			queues: Object.fromEntries(queues.map(({ slot, work }) => [slot, work.queue.url])),
			// The settings' schema has checked that a model with jobs promises it.
			jobP95Seconds: slo.jobP95Seconds ?? 0,
		});
		return [name, of] as const;
	});
	return pulumi.jsonStringify(Object.fromEntries(settings));
}

/** What making jobs takes: their records and payloads, and their pointers on these queues. */
export const submitGrants = (store: JobStore, slots: readonly SlotQueue[]): Grant[] => [
	// A transaction is authorised as the writes in it.
	{ actions: ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], resources: [store.table.table.arn] },
	{
		actions: ["s3:GetObject", "s3:PutObject"],
		resources: [pulumi.interpolate`${store.payloads.bucket.arn}/${JOBS_PREFIX}*`],
	},
	{ actions: ["sqs:SendMessage"], resources: slots.map(({ work }) => work.queue.arn) },
];
