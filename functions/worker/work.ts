/** A job in a worker's hands, from its claim to its end. */
import type { JobRecord } from "../../charter/jobs.ts";
import type { Gathered } from "./gathering.ts";
import type { Delivery } from "./ports.ts";
import type { Runnable } from "./run-batch.ts";

/** A claimed job and the message that it came by. */
export interface Held {
	delivery: Delivery;
	claim: JobRecord;
	/** The claim was lost: cancelled, expired, or another's after this worker was too slow. */
	isVoid: boolean;
}

/** A held job whose request has been read. */
export interface Work extends Held, Gathered, Runnable {
	/** Gives its place in memory to others. */
	freeBytes: () => void;
}

/** A job that was taken up so often without a result may be what takes servers down with it: it goes alone. */
const SUSPECT_ATTEMPTS = 3;

/** How often it was claimed since it was last given back without having been run. */
export const attemptsOf = ({ attempt, excusedAttempt = 0 }: JobRecord): number => attempt - excusedAttempt;

export const isSuspect = (job: JobRecord): boolean => attemptsOf(job) > SUSPECT_ATTEMPTS;
