/**
 * A job as its tenant sees it. Pure; where a result lies apart, the caller brings its URL.
 * As JSON text and not as a value: a 64-bit integer in a result would lose digits on its way through JSON.parse.
 */
import { isEnded, JOB_LIMITS, type JobRecord, type JobView } from "../../../charter/jobs.ts";
import type { Payloads } from "./payloads.ts";

/** All of it but the result, which {@link jobViewText} sets in. */
export function jobView(record: JobRecord, resultUrl?: string): Omit<JobView, "result"> {
	const { job, model, version, state, createdAtMs, startedAtMs, endedAtMs, progress, error, callback } = record;
	return {
		id: job,
		model,
		version: String(version),
		state,
		createdAt: instant(createdAtMs),
		...(startedAtMs !== undefined && { startedAt: instant(startedAtMs) }),
		...(endedAtMs !== undefined && { endedAt: instant(endedAtMs) }),
		...(progress !== undefined && { progress }),
		...(resultUrl !== undefined && { resultUrl }),
		...(error && { error: { code: error.code, message: error.message } }),
		...(callback && { callback: { url: callback.url, state: callbackState(record) } }),
	};
}

function callbackState({ state, open, callbackGivenUpAtMs }: JobRecord): "PENDING" | "SETTLED" | "GIVEN_UP" {
	if (callbackGivenUpAtMs !== undefined) return "GIVEN_UP";
	return isEnded(state) && open === undefined ? "SETTLED" : "PENDING";
}

/** The whole {@link JobView} as JSON text, with the result in it or its presigned URL. */
export async function jobViewText(record: JobRecord, payloads: Pick<Payloads, "getUrl">): Promise<string> {
	const { state, response, responseKey } = record;
	const resultUrl =
		state === "SUCCEEDED" && responseKey !== undefined
			? await payloads.getUrl(responseKey, JOB_LIMITS.resultUrlSeconds)
			: undefined;
	const text = JSON.stringify(jobView(record, resultUrl));
	return state === "SUCCEEDED" && response !== undefined ? `${text.slice(0, -1)},"result":${response}}` : text;
}

const POLL_SHARE = 0.5;
const POLL_MAX_SECONDS = 30;

/**
 * When it is worth asking for a job again.
 * @param seconds what it is expected to take, or has taken so far: who asks after each half of it asks a handful of times
 */
export const pollSeconds = (seconds: number): number =>
	Math.min(POLL_MAX_SECONDS, Math.max(1, Math.ceil(seconds * POLL_SHARE)));

const instant = (ms: number): string => new Date(ms).toISOString();
