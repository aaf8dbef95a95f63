/**
 * The jobs' table as those see it who submit, show, cancel and sweep jobs. Interfaces only; job-table.ts is the adapter.
 * What a worker writes is in claims.ts.
 */
import type { IdempotencyRecord, JobRecord } from "../../../charter/jobs.ts";

/** The key that a tenant gave a submission, hashed. */
interface SubmissionKey {
	tenant: string;
	model: string;
	keySha256: string;
}

type SubmitOutcome =
	| { kind: "submitted" }
	/** The tenant's key stands for another submission, which came first. */
	| { kind: "repeated"; known: IdempotencyRecord }
	/** The tenant has as many jobs in flight on the model as it may. */
	| { kind: "full" };

type EndOutcome =
	/** The job with what its ending wrote; what that removed is still in it. */
	| { kind: "ended"; job: JobRecord }
	/** It was not there to be ended any more: this is what became of it, undefined where it is gone. */
	| { kind: "lost"; job: JobRecord | undefined };

export interface Submission {
	job: JobRecord;
	/** Of the tenant's idempotency key, where one was sent. */
	keySha256: string | undefined;
	/** Most jobs of the tenant on the model that have not ended, this one included. */
	jobsInFlightMax: number;
}

/** @throws what the table threw, where it stays unreachable; a write may then have been done all the same */
export interface JobStore {
	/** The job, unless its time to live is over. */
	read(job: string): Promise<JobRecord | undefined>;
	/** What a tenant's key stands for, unless its time is over. */
	submissionOf(key: SubmissionKey): Promise<IdempotencyRecord | undefined>;
	/** Jobs of the tenant on the model that have not ended, as of lately: submit() counts exactly. */
	jobsInFlight(tenant: string, model: string): Promise<number>;
	/** Writes job, key and place in flight, all or none. Safe to repeat with the same job. */
	submit(submission: Submission): Promise<SubmitOutcome>;
	/** Writes a shadow's job, which has neither key nor place in flight. Safe to repeat with the same job. */
	put(job: JobRecord): Promise<void>;
	/** Ends a job that is queued or runs, and gives its place in flight back. Whoever works on it is fenced. */
	end(job: JobRecord, ending: Ending): Promise<EndOutcome>;
	/** Pages of what the index has under `open` and is due before `nowMs`, the longest due first. */
	due(open: string, nowMs: number): AsyncIterable<readonly JobRecord[]>;
	/** Moves on when the sweeper looks after a job again; false where someone else has moved it. */
	postpone(job: JobRecord, dueAtMs: number): Promise<boolean>;
	/** Closes a callback: nobody looks after it any more. */
	closeCallback(job: JobRecord, how: "settled" | "givenUp"): Promise<void>;
}

type Ending = { state: "CANCELLED" } | { state: "EXPIRED"; error: { code: string; message: string } };
