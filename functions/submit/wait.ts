/**
 * `Prefer: wait=N`: looks at the job until it has ended, N seconds are over, or the request's own time is.
 * A failed look is not the request's failure: the job is accepted, and its caller can ask for it.
 */
import { isEnded, type JobRecord } from "../../charter/jobs.ts";
import type { Call } from "../shared/http/serve.ts";
import { decodeText } from "../shared/inference/body.ts";
import type { JobStore } from "../shared/jobs/job-store.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";

export interface WaitPorts {
	store: Pick<JobStore, "read">;
	payloads: Pick<Payloads, "find" | "get">;
	now: () => number;
	pause: (ms: number) => Promise<unknown>;
}

const MS_PER_SECOND = 1000;
const PAUSE_FIRST_MS = 100;
const PAUSE_GROWTH = 1.5;
const PAUSE_MAX_MS = 1_000;
/** Left of the request's time for reading the result and answering. */
const ANSWER_RESERVE_MS = 1_000;
/** Largest result in an answer: Lambda's own takes 6 MB of JSON, in which this one's quotes are escaped. */
const RESULT_MAX_BYTES = 4 * 1024 * 1024;

/** The job as it was seen last. */
export async function awaitJob(
	{ store, now, pause }: WaitPorts,
	{ deadline, log }: Call,
	accepted: JobRecord,
	waitSeconds: number,
): Promise<JobRecord> {
	const untilMs = now() + waitSeconds * MS_PER_SECOND;
	const leftMs = () => Math.min(untilMs - now(), deadline.leftMs() - ANSWER_RESERVE_MS);
	let job = accepted;
	for (let pauseMs = PAUSE_FIRST_MS; !isEnded(job.state) && leftMs() > 0; pauseMs *= PAUSE_GROWTH) {
		await pause(Math.min(pauseMs, PAUSE_MAX_MS, leftMs()));
		try {
			job = (await store.read(accepted.job)) ?? job;
		} catch (thrown) {
			log.warn("The job cannot be looked at while its caller waits", {}, thrown);
		}
	}
	return job;
}

/** The inference response of a job that succeeded, where it fits into an answer and can be read. */
export async function resultText(
	{ payloads }: WaitPorts,
	{ deadline, log }: Call,
	{ state, response, responseKey }: JobRecord,
): Promise<string | undefined> {
	if (state !== "SUCCEEDED" || responseKey === undefined) return response;
	const read = async (): Promise<string | undefined> => {
		const { bytes } = (await payloads.find(responseKey)) ?? { bytes: Number.POSITIVE_INFINITY };
		return bytes <= RESULT_MAX_BYTES ? decodeText(await payloads.get(responseKey)) : undefined;
	};
	try {
		return await deadline.wait(read(), "the result was read");
	} catch (thrown) {
		log.warn("The job's result cannot be read for its caller, who can ask for it", {}, thrown);
		return undefined;
	}
}
