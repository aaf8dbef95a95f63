/**
 * Shows a tenant its jobs and cancels them. A job of another tenant does not exist.
 * The decisions only; stores and clock are handed in.
 */
import { JOB_ROUTES, jobPath, VARIANT_HEADER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { isEnded, type JobRecord } from "../../charter/jobs.ts";
import { type Answer, MethodNotAllowedError } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import type { JobStore } from "../shared/jobs/job-store.ts";
import { jobViewText, pollSeconds } from "../shared/jobs/job-view.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";
import { orUnavailable } from "../shared/jobs/unavailable.ts";
import { requireTenant } from "../shared/throttle/admission.ts";

export interface JobsPorts {
	store: Pick<JobStore, "read" | "end">;
	payloads: Pick<Payloads, "getUrl">;
	/** Milliseconds since the epoch. */
	now: () => number;
}

const MS_PER_SECOND = 1000;
const JOB_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** @throws {ApiError} for every answer that is no success */
export async function jobs(ports: JobsPorts, call: Call): Promise<Answer> {
	const { method, resource, pathParameters } = call.request;
	const routes = JOB_ROUTES.filter(({ path }) => path === resource);
	if (routes.length === 0)
		throw new ApiError("NOT_FOUND", `"${resource.slice(0, 200)}" is no path of a job. They are ${jobPath("{id}")}.`);
	const route = routes.find((candidate) => candidate.method === method);
	if (!route) throw new MethodNotAllowedError(method.slice(0, 20), routes.map((known) => known.method).join(", "));
	const { tenant } = requireTenant(call.request);
	const job = await findJob(ports, call, tenant, pathParameters.job ?? "");
	Object.assign(call.facts, { model: job.model, version: job.version, variant: job.variant });
	return answerOf(ports, call, route.method === "DELETE" ? await cancel(ports, call, job) : job);
}

async function findJob({ store }: JobsPorts, call: Call, tenant: string, id: string): Promise<JobRecord> {
	const job = JOB_ID.test(id) ? await inTime(call, "The job cannot be read now", store.read(id)) : undefined;
	if (job?.tenant === tenant && job.shadowOf === undefined) return job;
	throw new ApiError(
		"NOT_FOUND",
		`There is no job "${id.slice(0, 60)}" of this tenant, or it ended so long ago that it is forgotten.`,
	);
}

async function cancel({ store }: JobsPorts, call: Call, job: JobRecord): Promise<JobRecord> {
	const outcome = isEnded(job.state)
		? { job }
		: await inTime(call, "The job cannot be cancelled now", store.end(job, { state: "CANCELLED" }));
	if (outcome.job?.state === "CANCELLED") return outcome.job;
	throw new ApiError(
		"CONFLICT",
		`The job has ended already: it is ${outcome.job?.state ?? "forgotten"}. Only a job that is QUEUED or RUNNING can be cancelled.`,
	);
}

async function answerOf({ payloads, now }: JobsPorts, call: Call, job: JobRecord): Promise<Answer> {
	const body = await inTime(call, "The job's result cannot be signed now", jobViewText(job, payloads));
	const ageSeconds = (now() - job.createdAtMs) / MS_PER_SECOND;
	const retry: Record<string, string> = isEnded(job.state) ? {} : { "retry-after": String(pollSeconds(ageSeconds)) };
	return { status: 200, body, headers: { [VARIANT_HEADER]: job.variant, ...retry } };
}

const inTime = <T>({ deadline }: Call, what: string, work: Promise<T>): Promise<T> =>
	deadline.wait(orUnavailable(what, work), "the jobs' table answered");
