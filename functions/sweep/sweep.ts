/**
 * Looks after jobs that nobody works on: sends them again, ends those whose life is over, and has callbacks sent that are due.
 * Each is moved on before it is sent, by a conditional write: of two sweeps at once, one sends.
 */
import { CALLBACKS_OPEN, JOB_LIMITS, type JobRecord, openKey } from "../../charter/jobs.ts";
import type { CallbackQueue, JobQueue } from "../shared/jobs/job-queue.ts";
import type { JobStore } from "../shared/jobs/job-store.ts";
import type { Log } from "../shared/telemetry/log.ts";

export interface SweepPorts {
	models: Iterable<string>;
	store: Pick<JobStore, "due" | "postpone" | "end">;
	queue: JobQueue;
	callbacks: CallbackQueue;
	/** Milliseconds since the epoch. */
	now: () => number;
	/** Milliseconds that are left; what is due still then waits for the next sweep. */
	leftMs: () => number;
	log: Log;
	/** Told of each job that was ended because its life was over. */
	onExpired: (job: JobRecord) => void;
}

export interface SweepCounts {
	resent: number;
	expired: number;
	callbacks: number;
	/** Could not be looked after; the next sweep tries again. */
	failed: number;
}

type Count = keyof SweepCounts;

const MS_PER_SECOND = 1000;
const ORPHAN_MS = JOB_LIMITS.orphanAfterSeconds * MS_PER_SECOND;
const LIFE_MS = JOB_LIMITS.lifeSeconds * MS_PER_SECOND;
/** Jobs looked after at once. */
const WIDTH = 25;

export async function sweep(ports: SweepPorts): Promise<SweepCounts> {
	const counts: SweepCounts = { resent: 0, expired: 0, callbacks: 0, failed: 0 };
	for (const model of ports.models) await sweepIndex(ports, openKey(model), counts, lookAfterJob);
	await sweepIndex(ports, CALLBACKS_OPEN, counts, lookAfterCallback);
	return counts;
}

type LookAfter = (ports: SweepPorts, job: JobRecord) => Promise<Count | undefined>;

async function sweepIndex(ports: SweepPorts, open: string, counts: SweepCounts, lookAfter: LookAfter): Promise<void> {
	const { store, now, leftMs, log } = ports;
	const count = async (job: JobRecord): Promise<void> => {
		try {
			const done = await lookAfter(ports, job);
			if (done) counts[done] += 1;
		} catch (thrown) {
			counts.failed += 1;
			log.error(`The job ${job.job} cannot be looked after now`, { model: job.model, tenant: job.tenant }, thrown);
		}
	};
	try {
		for await (const page of store.due(open, now()))
			for (let start = 0; start < page.length; start += WIDTH) {
				if (leftMs() <= 0) return;
				await Promise.all(page.slice(start, start + WIDTH).map(count));
			}
	} catch (thrown) {
		// The other models' jobs are looked after all the same.
		counts.failed += 1;
		log.error(`What is due under ${open} cannot be read now`, {}, thrown);
	}
}

const lookAfterJob: LookAfter = async ({ store, queue, now, log, onExpired }, job) => {
	const nowMs = now();
	const bornAtMs = job.redrivenAtMs ?? job.createdAtMs;
	if (nowMs - bornAtMs >= LIFE_MS) {
		const { kind } = await store.end(job, { state: "EXPIRED", error: expiry(job) });
		if (kind === "ended") onExpired(job);
		return kind === "ended" ? "expired" : undefined;
	}
	const leaseLeftMs = job.state === "RUNNING" ? (job.leaseUntilMs ?? 0) - nowMs : 0;
	if (leaseLeftMs > 0) {
		await store.postpone(job, nowMs + leaseLeftMs + ORPHAN_MS);
		return undefined;
	}
	const dueAtMs = Math.min(nextDueMs(bornAtMs, nowMs), bornAtMs + LIFE_MS);
	if (!(await store.postpone(job, dueAtMs))) return undefined;
	if (await queue.send(job)) return "resent";
	log.error(`No queue is known for slot ${job.slot} of "${job.model}"; the job ${job.job} waits for one`);
	return "failed";
};

const lookAfterCallback: LookAfter = async ({ store, callbacks, now }, job) => {
	const nowMs = now();
	if (!(await store.postpone(job, nextDueMs(job.endedAtMs ?? job.createdAtMs, nowMs)))) return undefined;
	await callbacks.send(job);
	return "callbacks";
};

/**
 * Each time twice as late: a job that only waits in a long queue is sent a handful of times in its whole life, and not each
 * minute, which would make the queue longer still.
 */
const nextDueMs = (sinceMs: number, nowMs: number): number => nowMs + Math.max(ORPHAN_MS, nowMs - sinceMs);

const expiry = ({ attempt }: JobRecord) => ({
	code: "EXPIRED",
	message: `The job had not ended ${JOB_LIMITS.lifeSeconds / 3600} hours after it was submitted; it was begun ${attempt} times. Submit it again.`,
});
