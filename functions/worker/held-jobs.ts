/**
 * Keeps the claims of all jobs in a worker's hands alive: one heartbeat of each extends its lease and hides its message.
 * Not the timer; main.ts beats every third of the lease.
 */
import { JOB_LIMITS } from "../../charter/jobs.ts";
import type { Claims } from "../shared/jobs/claims.ts";
import type { Log } from "../shared/telemetry/log.ts";
import type { Queue } from "./ports.ts";
import type { Held } from "./work.ts";

export interface HeldJobs {
	readonly size: number;
	hold(held: Held): void;
	/** No heartbeat of it is under way when this returns, and none comes after. */
	letGo(held: Held): Promise<void>;
	/** One heartbeat of all that are held. Never rejects: what could not be told now is told the next time. */
	beat(): Promise<void>;
}

export interface HeldJobsPorts {
	claims: Pick<Claims, "heartbeat">;
	queue: Pick<Queue, "hide">;
	log: Log;
	/** Told of a job whose claim was lost; it is void and no longer held. */
	onLost: (held: Held) => void;
}

/** A message stays hidden a little longer than its job is leased: who receives it next can claim it at once. */
export const VISIBILITY_SECONDS = JOB_LIMITS.leaseSeconds + 5;

export function createHeldJobs({ claims, queue, log, onLost }: HeldJobsPorts): HeldJobs {
	/** With the heartbeat that is under way. */
	const held = new Map<Held, Promise<void>>();

	const beatOne = async (job: Held): Promise<void> => {
		const { claim, delivery } = job;
		const [lease, message] = await Promise.allSettled([
			claims.heartbeat(claim),
			queue.hide(delivery, VISIBILITY_SECONDS),
		]);
		if (message.status === "rejected")
			log.warn("A message could not be kept hidden", { job: claim.job }, message.reason);
		if (lease.status === "rejected") log.warn("A lease could not be extended", { job: claim.job }, lease.reason);
		else if (lease.value.kind === "lost" && held.delete(job)) {
			job.isVoid = true;
			onLost(job);
		}
	};
	return {
		get size() {
			return held.size;
		},
		hold: (job) => held.set(job, Promise.resolve()),
		letGo: async (job) => {
			const beating = held.get(job);
			held.delete(job);
			await beating;
		},
		beat: async () => {
			const beats = [...held].map(([job, before]) => {
				const beating = before.then(() => (held.has(job) ? beatOne(job) : undefined));
				held.set(job, beating);
				return beating;
			});
			await Promise.all(beats);
		},
	};
}
