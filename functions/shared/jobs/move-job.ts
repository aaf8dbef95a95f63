/**
 * Moves a job of a slot that is emptied: another slot's queue, and where its version has gone, another version. Only what
 * nobody works on moves; who sends its pointer is the caller's.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { JobRecord } from "../../../charter/jobs.ts";
import { updateOf } from "./change.ts";
import { contendedWrite } from "./contended-write.ts";
import type { JobTable } from "./job-table.ts";

export type JobPlace = Pick<JobRecord, "slot" | "version" | "variant">;

/**
 * @param job as it was read: it moves out of this slot. One whose lease has lapsed keeps its attempt, by which the next claim
 * fences whoever had it.
 * @returns false where it is worked on, has ended, or is no longer in that slot
 */
export async function moveJob(
	{ client, table, now, pause = sleep, random = Math.random }: JobTable,
	job: Pick<JobRecord, "job" | "slot">,
	place: JobPlace,
): Promise<boolean> {
	const request = updateOf(
		table,
		job.job,
		{ set: place, remove: [] },
		{
			expression: "#slot = :wasSlot AND (#state = :isQueued OR (#state = :isRunning AND #leaseUntilMs < :isNow))",
			names: ["slot", "state", "leaseUntilMs"],
			values: { wasSlot: job.slot, isQueued: "QUEUED", isRunning: "RUNNING", isNow: now() },
		},
	);
	try {
		await contendedWrite(() => client.send(new UpdateItemCommand(request)), { pause, random });
		return true;
	} catch (thrown) {
		if (thrown instanceof ConditionalCheckFailedException) return false;
		throw thrown;
	}
}
