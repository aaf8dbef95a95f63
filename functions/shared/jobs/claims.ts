/**
 * How a worker takes jobs and gives them back: the port between its decisions and the jobs' table.
 * Interfaces only; claims-table.ts is the adapter. What submit, jobs and sweep write is not here.
 */
import type { JobRecord } from "../../../charter/jobs.ts";

/** A job that is held: whoever has it may commit, fail or release this attempt of it, and nobody else may. */
export type Claim = Pick<JobRecord, "job" | "tenant" | "model" | "attempt" | "failures" | "callback" | "shadowOf">;

export type ClaimOutcome =
	| { kind: "claimed"; job: JobRecord }
	/** Another worker holds it, or the answer to an own earlier try was lost and its claim has not lapsed yet. */
	| { kind: "held"; untilMs: number }
	/** Nothing is left to do, but for a failed job without `deadLetteredAtMs`: that one has yet to be set aside. */
	| { kind: "ended"; job: JobRecord }
	/** There never was such a job, or it is long forgotten. */
	| { kind: "unknown" };

/** The claim has lapsed and another has the job, or it was cancelled or has expired: what was done for it is void. */
interface Lost {
	kind: "lost";
}
export type HeartbeatOutcome = { kind: "extended"; untilMs: number } | Lost;
type CommitOutcome = { kind: "committed" } | Lost;
type ReleaseOutcome = { kind: "released" } | Lost;
type FailOutcome =
	/** Queued once more, after this many failures. */
	| { kind: "requeued"; failures: number }
	/** It has ended; its message now belongs into the dead-letter queue. */
	| { kind: "failed"; failures: number }
	| Lost;

/** Where the response lies: as JSON text in the record where it is small, else in the jobs' bucket. */
export type JobResponse = { response: string } | { responseKey: string };

/** What went wrong with a job, as its tenant reads it. */
export interface JobFailure {
	code: string;
	message: string;
}

/**
 * Each method is one conditional write (with the place in flight given back in the same transaction where the job ends) that
 * is safe to repeat: conflicts are tried again, and a write whose answer was lost is recognised by reading it back.
 * @throws what the table threw, where it stays unreachable; then nobody knows, and the lease decides
 */
export interface Claims {
	/** Takes a job that is queued, or that runs under a lease that has lapsed. Counts one attempt. */
	claim(job: string): Promise<ClaimOutcome>;
	/** Extends the lease from now, for as long as a claim holds. */
	heartbeat(claim: Claim): Promise<HeartbeatOutcome>;
	/** Ends the job with its response. */
	commit(claim: Claim, response: JobResponse): Promise<CommitOutcome>;
	/**
	 * Counts a failure of the job's own: back into the queue, or its end where it was the last that it may have.
	 * @param isFinal ends it at once: no other try can come out otherwise
	 * @param delaySeconds how long its message is kept back, so that the sweeper does not come first
	 */
	fail(claim: Claim, failure: JobFailure, options: { isFinal: boolean; delaySeconds: number }): Promise<FailOutcome>;
	/**
	 * Gives it back without counting anything against it.
	 * @param isExcused it was not run at all: this attempt and those before it must not make it suspect
	 */
	release(claim: Claim, delaySeconds: number, isExcused?: boolean): Promise<ReleaseOutcome>;
	/** Notes that a failed job lies in the dead-letter queue. */
	markDeadLettered(job: string): Promise<void>;
}
