/**
 * Makes a job of a request that its door has checked: payload, then record with key and place in flight, then message.
 * What becomes of it afterwards is the worker's and the sweeper's.
 */
import { createHash, randomUUID } from "node:crypto";
import { IDEMPOTENCY_KEY_HEADER } from "../../../charter/api.ts";
import { ApiError } from "../../../charter/errors.ts";
import { type IdempotencyRecord, JOB_LIMITS, type JobRecord, requestObjectKey } from "../../../charter/jobs.ts";
import type { TenantContext } from "../../../charter/tenancy.ts";
import type { Call } from "../http/serve.ts";
import type { Choice } from "../inference/serving.ts";
import type { ShadowJobs } from "../shadow/shadow-jobs.ts";
import { type DispatchRequest, dispatch } from "./dispatch.ts";
import type { JobQueue } from "./job-queue.ts";
import type { JobStore } from "./job-store.ts";
import { newJob } from "./new-job.ts";
import type { Payloads } from "./payloads.ts";
import { orUnavailable } from "./unavailable.ts";

export interface SubmitPorts {
	store: JobStore;
	queue: Pick<JobQueue, "send">;
	payloads: Pick<Payloads, "put" | "copy">;
	/** Milliseconds since the epoch. */
	now: () => number;
	/** Repeats jobs in the shadow, where a route has one. @default none are */
	shadows?: ShadowJobs | undefined;
}

/** What is to become a job. */
export interface JobRequest {
	tenant: TenantContext;
	model: string;
	choice: Choice;
	/** The inference request, checked against the version's signature. */
	text: string;
	rows: number;
	/** Where it lies in the jobs' bucket already. */
	upload?: { key: string; etag: string } | undefined;
	idempotencyKey: string | undefined;
	callbackUrl: string | undefined;
	jobP95Seconds: number;
	/** What the model's settings and its caller say of where it may go. */
	dispatching: Pick<DispatchRequest, "serve" | "sloClass" | "budgetMs" | "overflow">;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const FULL_RETRY_MAX_SECONDS = 60;
/** Whether it was stored all the same, nobody knows. */
const UNSTORED = `The job cannot be stored now; sent again under the same ${IDEMPOTENCY_KEY_HEADER} it makes no second one`;

/** A request under its tenant's key. */
type KeyedRequest = Pick<JobRequest, "tenant" | "model" | "text" | "idempotencyKey">;

/**
 * The job that the tenant's key stands for already: whatever has changed since, the same request has the same job.
 * @returns undefined where there is no key, or none that is known
 * @throws {ApiError} IDEMPOTENCY_MISMATCH, NOT_FOUND, UNAVAILABLE or DEADLINE_EXCEEDED
 */
export async function earlierJob(
	{ store }: Pick<SubmitPorts, "store">,
	call: Call,
	{ tenant: { tenant }, model, text, idempotencyKey }: KeyedRequest,
): Promise<JobRecord | undefined> {
	if (idempotencyKey === undefined) return undefined;
	const inTime = <T>(what: string, work: Promise<T>) =>
		call.deadline.wait(orUnavailable(what, work), "the job of its key was read");
	const keySha256 = sha256(idempotencyKey);
	const known = await inTime("The tenant's jobs cannot be read now", store.submissionOf({ tenant, model, keySha256 }));
	return known && inTime("The job cannot be read now", jobOfKey(store, known, sha256(text)));
}

/**
 * The new job, or the one that was stored under the tenant's key since {@link earlierJob} has found none.
 * @throws {ApiError} IDEMPOTENCY_MISMATCH, TOO_MANY_JOBS, PAYLOAD_TOO_LARGE, CONFLICT, UNAVAILABLE or DEADLINE_EXCEEDED
 */
export async function submitJob(ports: SubmitPorts, call: Call, request: JobRequest): Promise<JobRecord> {
	const { store } = ports;
	const { tenant, model, text, rows, idempotencyKey } = request;
	const requestSha256 = sha256(text);
	const keySha256 = idempotencyKey === undefined ? undefined : sha256(idempotencyKey);
	const inTime = <T>(what: string, work: Promise<T>) =>
		call.deadline.wait(orUnavailable(what, work), "the job was stored");
	const jobs = await inTime("The tenant's jobs cannot be read now", store.jobsInFlight(tenant.tenant, model));
	const decision = dispatch({
		...request.dispatching,
		payloadBytes: Buffer.byteLength(text),
		rows,
		leftMs: call.deadline.leftMs(),
		backlog: { jobs, max: Number(tenant.maxJobsInFlight) },
	});
	if (decision.to === "reject" && decision.code !== "TOO_MANY_JOBS")
		throw new ApiError(
			decision.code,
			`The request is not taken: ${decision.reason}. Send fewer rows, or allow more time.`,
		);
	if (decision.to === "reject") throw fullError(request);
	const job = await inTime("The request cannot be stored now", prepare(ports, call, request, requestSha256));
	const submission = { job, keySha256, jobsInFlightMax: Number(tenant.maxJobsInFlight) };
	const outcome = await inTime(UNSTORED, store.submit(submission));
	if (outcome.kind === "full") throw fullError(request);
	if (outcome.kind === "repeated")
		return inTime("The job cannot be read now", jobOfKey(store, outcome.known, requestSha256));
	await send(ports.queue, call, job);
	const { choice, jobP95Seconds } = request;
	if (choice.shadow) ports.shadows?.follow(job, choice.shadow, { jobP95Seconds, log: call.log });
	return job;
}

/** The record, its payload already where it belongs. */
async function prepare(
	{ payloads, now }: SubmitPorts,
	{ request, span }: Call,
	{ tenant, model, choice, text, upload, callbackUrl }: JobRequest,
	requestSha256: string,
): Promise<JobRecord> {
	const job = randomUUID();
	const isSmall = Buffer.byteLength(text) <= JOB_LIMITS.inlineMaxBytes;
	const requestKey = requestObjectKey(tenant.tenant, job);
	if (!isSmall && !upload) await payloads.put(requestKey, text);
	if (!isSmall && upload && !(await payloads.copy(upload.key, requestKey, upload.etag)))
		throw new ApiError("CONFLICT", "The upload was changed while it was submitted. Submit it again.");
	return newJob({
		job,
		tenant: tenant.tenant,
		model,
		version: choice.record.version,
		variant: choice.variant,
		slot: choice.slot,
		payload: isSmall ? { request: text } : { requestKey },
		requestSha256,
		callback: callbackUrl === undefined ? undefined : { url: callbackUrl, signingKey: tenant.callbackKey },
		requestId: request.requestId,
		traceparent: span.traceparent,
		createdAtMs: now(),
	});
}

async function jobOfKey(store: JobStore, known: IdempotencyRecord, requestSha256: string): Promise<JobRecord> {
	if (known.requestSha256 !== requestSha256)
		throw new ApiError(
			"IDEMPOTENCY_MISMATCH",
			`The ${IDEMPOTENCY_KEY_HEADER} stands for another request, sent earlier. Send this one under a key of its own.`,
		);
	const job = await store.read(known.job);
	if (job) return job;
	throw new ApiError(
		"NOT_FOUND",
		`The job of this ${IDEMPOTENCY_KEY_HEADER} is forgotten. Send the request under a new key.`,
	);
}

/** What is not sent now, the sweeper sends: the job is accepted all the same. */
async function send(queue: SubmitPorts["queue"], { log, deadline }: Call, job: JobRecord): Promise<void> {
	try {
		const isSent = await deadline.wait(queue.send(job), "the job was sent to its queue");
		if (!isSent) log.error(`No queue is known for slot ${job.slot} of "${job.model}"; the job waits for one`);
	} catch (thrown) {
		log.warn("The job's message could not be sent; the sweeper will send it", {}, thrown);
	}
}

/** One place becomes free in about this time, where all jobs take as long as promised. */
function fullError({ tenant, model, jobP95Seconds }: JobRequest): ApiError {
	const max = Number(tenant.maxJobsInFlight);
	const retryAfterSeconds = Math.min(FULL_RETRY_MAX_SECONDS, Math.max(1, Math.ceil(jobP95Seconds / max)));
	return new ApiError(
		"TOO_MANY_JOBS",
		`The tenant "${tenant.tenant}" has ${max} jobs on "${model}" that have not ended, as many as it may. Wait until some have, or cancel some. Retry in ${retryAfterSeconds} s.`,
		{ retryAfterSeconds },
	);
}
