/**
 * Jobs of queued models: their record, its life, and what crosses the queue. Types, schemas and pure functions only; the
 * functions that move a job from state to state do so by conditional writes on what is written here.
 *
 * A job's life. Each arrow is one conditional write, and the last one into an ended state also gives back its place in flight,
 * in the same transaction:
 *
 *     UPLOADED? → QUEUED → RUNNING → SUCCEEDED | FAILED
 *                    ↑         │
 *                    └─────────┘  released (spot notice, drain) or its own failure, below the most that it may have
 *     QUEUED | RUNNING → CANCELLED (by its tenant) | EXPIRED (by the sweeper)
 *
 * `attempt` counts claims and is the fencing token: whoever holds an older one can neither commit, fail nor release.
 * `failures` counts what the job itself did wrong: interruptions never count, and the queue's receive count decides nothing.
 */
import { z } from "zod";

export const JOB_STATES = ["QUEUED", "RUNNING", "SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"] as const;
export type JobState = (typeof JOB_STATES)[number];

/** States that a job never leaves. */
export const ENDED_STATES = ["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"] as const satisfies JobState[];
export const isEnded = (state: JobState): boolean => (ENDED_STATES as readonly JobState[]).includes(state);

/** Where a version of a queued model is served: each slot has its own queue and worker service. */
export const SLOTS = ["a", "b"] as const;
export type Slot = (typeof SLOTS)[number];

/** `pk` JOB#id. Times are milliseconds since the epoch. */
export interface JobRecord {
	pk: string;
	job: string;
	tenant: string;
	model: string;
	version: number;
	variant: string;
	slot: Slot;
	/** Of a shadow's job: the one whose request it repeats. Its tenant does not see it, and it takes no place in flight. */
	shadowOf?: string;
	state: JobState;
	/** Claims so far: the fencing token. */
	attempt: number;
	/** What the job itself did wrong so far. */
	failures: number;
	/** The last attempt that came to nothing without its having been run: those up to it say nothing about the job. */
	excusedAttempt?: number;
	createdAtMs: number;
	startedAtMs?: number;
	endedAtMs?: number;
	/** Who works on it, and until when nobody else may claim it. */
	owner?: string;
	leaseUntilMs?: number;
	/** Share of the work that is done, 0 to 1, where the worker can tell. */
	progress?: number;
	/**
	 * The inference request as JSON text where it is small, else its key in the jobs' bucket. Removed at the end, but for a
	 * failed job: that one may be redriven.
	 */
	request?: string;
	requestKey?: string;
	requestSha256: string;
	/** The inference response as JSON text where it is small, else its key in the jobs' bucket. */
	response?: string;
	responseKey?: string;
	/** Why it failed or expired. */
	error?: { code: string; message: string };
	/** When it was put into the dead-letter queue; only of a failed one. */
	deadLetteredAtMs?: number;
	/** When an operator last brought it back from there: its life begins anew. */
	redrivenAtMs?: number;
	callback?: { url: string; signingKey: string };
	/** When the last try to call back had failed; absent as long as there may be another. */
	callbackGivenUpAtMs?: number;
	requestId: string;
	/** W3C context of the submitting request, to which the worker's spans link. */
	traceparent: string;
	/**
	 * Key of the index by which the sweeper finds it: the model's {@link openKey} until the job has ended, then
	 * {@link CALLBACKS_OPEN} until its callback is settled, then absent.
	 */
	open?: string;
	/** Sort key of that index: from when on the sweeper looks after it. */
	dueAtMs?: number;
	/** Seconds since the epoch after which DynamoDB may delete it. */
	expiresAt: number;
}

/** `pk` IDEMPOTENCY#tenant#model#hash: the job that a tenant's key stands for. */
export interface IdempotencyRecord {
	pk: string;
	job: string;
	requestSha256: string;
	expiresAt: number;
}

/** `pk` INFLIGHT#tenant#model: how many of a tenant's jobs on a model have not ended. */
export interface InFlightRecord {
	pk: string;
	jobs: number;
}

export const jobKey = (job: string): string => `JOB#${job}`;
export const idempotencyKey = (tenant: string, model: string, keySha256: string): string =>
	`IDEMPOTENCY#${tenant}#${model}#${keySha256}`;
export const inFlightKey = (tenant: string, model: string): string => `INFLIGHT#${tenant}#${model}`;

/** Name of the index on `open` and `dueAtMs`; it projects everything. */
export const OPEN_INDEX = "open";
export const openKey = (model: string): string => `MODEL#${model}`;
export const CALLBACKS_OPEN = "CALLBACKS";

/** Where a job's payloads lie in the jobs' bucket; results by attempt, so that a fenced worker never overwrites the winner's. */
export const JOBS_PREFIX = "jobs/";
export const requestObjectKey = (tenant: string, job: string): string => `${JOBS_PREFIX}${tenant}/${job}/request.json`;
export const responseObjectKey = (tenant: string, job: string, attempt: number): string =>
	`${JOBS_PREFIX}${tenant}/${job}/response-${attempt}.json`;
/** Where a tenant's presigned upload lies until a job takes it. */
export const UPLOADS_PREFIX = "uploads/";
export const uploadObjectKey = (tenant: string, model: string, upload: string): string =>
	`${UPLOADS_PREFIX}${tenant}/${model}/${upload}`;

/** What a slot's queue carries: a pointer, never the payload. */
export const JobMessage = z.object({
	job: z.string().min(1),
	tenant: z.string().min(1),
	model: z.string().min(1),
	version: z.int().positive(),
	requestId: z.string(),
	traceparent: z.string(),
});
export type JobMessage = z.output<typeof JobMessage>;

/** What the callbacks' queue carries. */
export const CallbackMessage = z.object({ job: z.string().min(1) });
export type CallbackMessage = z.output<typeof CallbackMessage>;

/** Message attributes of what the worker itself puts into a dead-letter queue. */
export const DEAD_LETTER_ATTRIBUTES = { reason: "reason", code: "code", attempts: "attempts" } as const;

/** A job as the API shows it to its tenant. */
export interface JobView {
	id: string;
	model: string;
	version: string;
	state: JobState;
	createdAt: string;
	startedAt?: string;
	endedAt?: string;
	progress?: number;
	/** The inference response, where it is small. */
	result?: unknown;
	/** Where it can be fetched for {@link JOB_LIMITS.resultUrlSeconds}, where it is not. */
	resultUrl?: string;
	error?: { code: string; message: string };
	callback?: { url: string; state: "PENDING" | "SETTLED" | "GIVEN_UP" };
}

/** Bounds of the queued path; what AWS or the API itself limits is in limits.ts. */
export const JOB_LIMITS = {
	/** Payloads up to here lie in the record itself: one DynamoDB write costs less than an object in S3. */
	inlineMaxBytes: 4 * 1024,
	/** Largest request in the API's body (API Gateway takes 10 MB, Lambda 6 MB of JSON with the event around it). */
	bodyMaxBytes: 4 * 1024 * 1024,
	/** Most rows of one request: no budget bounds a job, but a model server's memory does. */
	rowsMax: 65_536,
	/**
	 * Largest presigned upload. Read, parsed and checked, the worst JSON of this size that the charter's other limits let pass
	 * takes 710 of the 1,024 MB that `submit` has, call after call; and one of it is all that a worker has in work at once.
	 */
	uploadMaxBytes: 16 * 1024 * 1024,
	uploadUrlSeconds: 15 * 60,
	resultUrlSeconds: 15 * 60,
	/** Longest that `Prefer: wait` holds a request open. */
	waitMaxSeconds: 25,
	/** A job that has not ended by then expires. */
	lifeSeconds: 24 * 60 * 60,
	/** How long an ended job can still be asked for. */
	keptSeconds: 24 * 60 * 60,
	/** What the job itself may do wrong before it is poison. */
	failuresMax: 3,
	/** How long a claim holds without a heartbeat; the heartbeat comes at a third of it. */
	leaseSeconds: 30,
	/** After this the sweeper re-sends what nobody has claimed. */
	orphanAfterSeconds: 60,
	/** What a worker has between SIGTERM and its end, of the two minutes of a spot notice. */
	drainSeconds: 90,
	/** Receives after which SQS itself would set a message aside: far above what interruptions reach. */
	receivesMax: 1000,
} as const;
