/** The record of a job that was just submitted. Pure: its time, name and place are given. */
import { JOB_LIMITS, type JobRecord, jobKey, openKey } from "../../../charter/jobs.ts";

export type NewJob = Pick<
	JobRecord,
	| "job"
	| "tenant"
	| "model"
	| "version"
	| "variant"
	| "slot"
	| "requestSha256"
	| "requestId"
	| "traceparent"
	| "createdAtMs"
> & { payload: { request: string } | { requestKey: string }; callback: JobRecord["callback"] | undefined };

const MS_PER_SECOND = 1000;

export function newJob({ payload, callback, ...given }: NewJob): JobRecord {
	const { job, model, createdAtMs } = given;
	return {
		pk: jobKey(job),
		...given,
		state: "QUEUED",
		attempt: 0,
		failures: 0,
		...payload,
		...(callback && { callback }),
		open: openKey(model),
		dueAtMs: createdAtMs + JOB_LIMITS.orphanAfterSeconds * MS_PER_SECOND,
		expiresAt: Math.ceil(createdAtMs / MS_PER_SECOND) + JOB_LIMITS.lifeSeconds + JOB_LIMITS.keptSeconds,
	};
}
