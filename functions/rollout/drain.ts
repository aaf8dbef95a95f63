/**
 * Empties the canary's slot: jobs that wait there go on in the champion's, those in work end first. A job's record moves before
 * its message, and the message leaves the queue last: killed anywhere, the next round finds what is left.
 */
import { JobMessage, type JobRecord } from "../../charter/jobs.ts";
import { ROUTE_CACHE_MS } from "../../charter/limits.ts";
import { SUBMIT_TIMEOUT_SECONDS } from "../../charter/queued.ts";
import { CANARY_SLOT, CHAMPION_SLOT, type RolloutRecord, type SlotPlace, VARIANTS } from "../../charter/rollout.ts";
import { mapAtMost } from "../shared/batch/each.ts";
import type { JobPlace } from "../shared/jobs/move-job.ts";
import type { RolloutPorts, SlotMessage } from "./ports.ts";
import { stopCanary } from "./slot.ts";

/** After the route has changed, jobs still come by the old one as long as it is cached and who submits is at work. */
const SETTLING_MS = ROUTE_CACHE_MS + SUBMIT_TIMEOUT_SECONDS * 1000;
/** SQS counts approximately: what shows nothing is looked at again. */
const SECOND_LOOK_MS = 1_000;
/** Left for what comes after it in the same invocation. */
const RESERVE_MS = 10_000;
/** Jobs that are moved at a time: a queue of thousands is empty within minutes. */
const AT_ONCE = 25;

/**
 * Empties the slot and then stops its tasks.
 * @param champion version that the jobs go on with
 * @returns whether nothing is left there; else it goes on the next time
 */
export async function emptyCanarySlot(ports: RolloutPorts, rollout: RolloutRecord, champion: number): Promise<boolean> {
	const { a, b } = rollout.plan.slots ?? {};
	if (a && b && !(await isDrained(ports, { rollout, champion, a, b }))) return false;
	await stopCanary(ports, rollout);
	return true;
}

interface Drain {
	rollout: RolloutRecord;
	champion: number;
	a: SlotPlace;
	b: SlotPlace;
}

async function isDrained(ports: RolloutPorts, drain: Drain): Promise<boolean> {
	const { jobs, now, leftMs } = ports;
	const { rollout, b } = drain;
	for (;;) {
		if (leftMs() < RESERVE_MS) return false;
		const messages = await jobs.receive(b.queueUrl);
		if (messages.length === 0) break;
		await mapAtMost(messages, AT_ONCE, (message) => moveMessage(ports, drain, message));
	}
	if (!(await moveRecords(ports, drain))) return false;
	if (now() - rollout.sinceMs < SETTLING_MS) return false;
	return isEmptyTwice(ports, b.queueUrl);
}

async function isEmptyTwice({ jobs, pause }: RolloutPorts, queueUrl: string): Promise<boolean> {
	if ((await jobs.depth(queueUrl)) > 0) return false;
	await pause(SECOND_LOOK_MS);
	return (await jobs.depth(queueUrl)) === 0;
}

async function moveMessage(ports: RolloutPorts, drain: Drain, message: SlotMessage): Promise<void> {
	const { jobs } = ports;
	const { rollout, a, b } = drain;
	const pointer = JobMessage.safeParse(jsonOf(message.body));
	if (!pointer.success || pointer.data.model !== rollout.model) {
		await jobs.setAside(b.deadLetterQueueUrl, message);
		return jobs.remove(b.queueUrl, message);
	}
	const job = await jobs.read(pointer.data.job);
	const isOpen = job?.state === "QUEUED" || job?.state === "RUNNING";
	// Moved already by a round that was killed before it sent.
	if (isOpen && job.slot !== CANARY_SLOT) await jobs.send(a.queueUrl, job);
	// It is worked on: its message stays, should it be needed again.
	else if (isOpen && !(await moveJob(ports, drain, job))) return;
	await jobs.remove(b.queueUrl, message);
}

/**
 * Jobs without a message that could be had: not sent yet, lost, or in the hands of tasks that are gone.
 * @returns whether none is left in the slot
 */
async function moveRecords(ports: RolloutPorts, drain: Drain): Promise<boolean> {
	let isEmpty = true;
	for await (const page of ports.jobs.open(drain.rollout.model)) {
		const left = page.filter(({ slot }) => slot === CANARY_SLOT);
		// What the index shows may be old; each write is on condition of what is so now.
		const moved = await mapAtMost(
			left,
			AT_ONCE,
			async (job) => ports.leftMs() > RESERVE_MS && moveJob(ports, drain, job),
		);
		if (moved.includes(false)) isEmpty = false;
	}
	return isEmpty;
}

/** @returns false where it is in work */
async function moveJob({ jobs }: RolloutPorts, { champion, a }: Drain, job: JobRecord): Promise<boolean> {
	if (job.shadowOf !== undefined || job.variant === VARIANTS.shadow) {
		// Nobody waits for it, and there is nothing left to compare.
		await jobs.cancel(job);
		return true;
	}
	const place: JobPlace =
		job.variant === VARIANTS.canary
			? { slot: CHAMPION_SLOT, version: champion, variant: VARIANTS.champion }
			: { slot: CHAMPION_SLOT, version: job.version, variant: job.variant };
	if (!(await jobs.move(job, place))) return false;
	await jobs.send(a.queueUrl, { ...job, ...place });
	return true;
}

/** Whether a slot has still jobs of a version to do that its own traffic brought; a pinned one is done by any task. */
export async function isAtWork({ jobs }: RolloutPorts, { model }: RolloutRecord, version: number): Promise<boolean> {
	for await (const page of jobs.open(model))
		if (page.some((job) => job.slot === CHAMPION_SLOT && job.version === version && job.variant === VARIANTS.champion))
			return true;
	return false;
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
