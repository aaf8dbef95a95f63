/**
 * Moves a job: of a slot that is emptied into another one, and where its version has gone, to another version. Who sends its
 * pointer is the caller's.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ConditionalCheckFailedException, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { JobRecord } from "../../../charter/jobs.ts";
import { isHeld, updateOf } from "./change.ts";
import { contendedWrite, type Pauses } from "./contended-write.ts";
import type { JobTable } from "./job-table.ts";

export type JobPlace = Pick<JobRecord, "slot" | "version" | "variant">;

/**
 * @param job as it was read: it moves out of this slot. One whose lease has lapsed keeps its attempt, by which the next claim
 * fences whoever had it.
 * @returns false where it is worked on, has ended, or is no longer in that slot
 */
export function moveJob(
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
	return moved({ client, pause, random }, request);
}

/**
 * The same of a job in hand, which stays where it is.
 * @returns false where it is no longer this attempt's
 */
export function moveHeldJob(
	{ client, table, pause = sleep, random = Math.random }: Omit<JobTable, "now">,
	job: Pick<JobRecord, "job" | "attempt">,
	served: Pick<JobPlace, "version" | "variant">,
): Promise<boolean> {
	return moved({ client, pause, random }, updateOf(table, job.job, { set: served, remove: [] }, isHeld(job)));
}

async function moved(
	{ client, ...pauses }: Pauses & Pick<JobTable, "client">,
	request: ReturnType<typeof updateOf>,
): Promise<boolean> {
	try {
		await contendedWrite(() => client.send(new UpdateItemCommand(request)), pauses);
		return true;
	} catch (thrown) {
		if (thrown instanceof ConditionalCheckFailedException) return false;
		throw thrown;
	}
}
