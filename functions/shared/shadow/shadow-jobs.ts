/**
 * A second job of a queued model's request, which the shadow's slot works on beside the first one, and the message by which the
 * two are compared. Its tenant neither sees it nor pays for it with a place in flight.
 */
import { randomUUID } from "node:crypto";
import type { JobRecord } from "../../../charter/jobs.ts";
import { VARIANTS } from "../../../charter/rollout.ts";
import type { Shadow } from "../inference/serving.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { JobStore } from "../jobs/job-store.ts";
import { newJob } from "../jobs/new-job.ts";
import type { Log } from "../telemetry/log.ts";
import type { Aside } from "./aside.ts";
import type { ShadowQueue } from "./mirror.ts";

export interface ShadowJobs {
	/** Begins to make the job's shadow; nobody waits for it, and it never throws. */
	follow(job: JobRecord, shadow: Shadow, options: { jobP95Seconds: number; log: Log }): void;
}

export interface ShadowJobsParts {
	store: Pick<JobStore, "put">;
	jobs: Pick<JobQueue, "send">;
	comparisons: ShadowQueue;
	aside: Aside;
	/** Milliseconds since the epoch. */
	now: () => number;
}

const SQS_DELAY_MAX_SECONDS = 900;

export const createShadowJobs = ({ store, jobs, comparisons, aside, now }: ShadowJobsParts): ShadowJobs => ({
	follow: (job, shadow, { jobP95Seconds, log }) =>
		aside.begin({ model: job.model, log, isPossible: true }, async () => {
			const record = shadowOf(job, shadow, now());
			await store.put(record);
			const delaySeconds = Math.min(SQS_DELAY_MAX_SECONDS, Math.ceil(jobP95Seconds));
			const { model, rollout } = { model: job.model, rollout: shadow.rollout };
			const pair = { champion: job.job, shadow: record.job, shadowVersion: shadow.version };
			await Promise.all([jobs.send(record), comparisons.send({ kind: "jobs", model, rollout, ...pair }, delaySeconds)]);
		}),
});

/** The same request, by the other version: where it lies apart it lies there once, for both. */
function shadowOf(job: JobRecord, { version, slot }: Shadow, createdAtMs: number): JobRecord {
	const { tenant, model, requestSha256, requestId, traceparent, request, requestKey = "" } = job;
	const payload = request === undefined ? { requestKey } : { request };
	const own = { job: randomUUID(), version, variant: VARIANTS.shadow, slot, createdAtMs, callback: undefined };
	return { ...newJob({ tenant, model, requestSha256, requestId, traceparent, payload, ...own }), shadowOf: job.job };
}
