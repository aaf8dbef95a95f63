/**
 * Where a request is worked on: at once in a function, as a job from a queue, in a batch window, or nowhere.
 * Pure arithmetic on what is known at the door; nothing is asked and nothing is sent here.
 */
import type { ApiErrorCode } from "../../../charter/errors.ts";
import { JOB_LIMITS } from "../../../charter/jobs.ts";
import { REALTIME_BATCH_MAX_ROWS, REALTIME_PAYLOAD_MAX_BYTES } from "../../../charter/limits.ts";
import type { ModelSettings } from "../../../charter/settings.ts";

export interface DispatchRequest {
	serve: ModelSettings["serve"];
	/** What its caller waits for: the answer itself, or a job that it asks for later. */
	sloClass: "interactive" | "deferred";
	payloadBytes: number;
	/** 0 where they are not known yet. */
	rows: number;
	/** What is left of the time that the caller allows. */
	leftMs: number;
	/** What an answer at once takes by the model's budget; 0 for a model that has none. */
	budgetMs: number;
	/** What becomes of what a realtime model cannot answer at once. */
	overflow: ModelSettings["overflow"];
	/** The tenant's jobs on the model that have not ended, and the most that it may have. */
	backlog: { jobs: number; max: number };
}

export type Dispatch =
	| { to: "lambda" | "queue" | "batch"; reason: string }
	| { to: "reject"; code: ApiErrorCode; reason: string };

/** A request that its caller's own door has checked; the reason is a sentence for people. */
export function dispatch(request: DispatchRequest): Dispatch {
	switch (request.serve) {
		case "batch":
			return { to: "batch", reason: "a batch model is run window by window, by its schedule" };
		case "queued":
			return asJob(request, "a queued model takes its requests as jobs");
		case "realtime":
			return ofRealtime(request);
	}
}

function ofRealtime(request: DispatchRequest): Dispatch {
	const { sloClass, overflow } = request;
	const obstacle = obstacleOf(request);
	if (overflow === "job") {
		if (obstacle) return asJob(request, obstacle.reason);
		if (sloClass === "deferred") return asJob(request, "its caller prefers a job");
	}
	return obstacle ? { to: "reject", ...obstacle } : { to: "lambda", reason: "it can be answered at once" };
}

/** Why a realtime model cannot answer at once. */
function obstacleOf({ payloadBytes, rows, leftMs, budgetMs, overflow }: DispatchRequest) {
	const tooLarge = (what: string) => ({ code: "PAYLOAD_TOO_LARGE", reason: what }) as const;
	if (payloadBytes > REALTIME_PAYLOAD_MAX_BYTES)
		return tooLarge(`it has ${payloadBytes} bytes, more than the ${REALTIME_PAYLOAD_MAX_BYTES} of one request`);
	if (rows > REALTIME_BATCH_MAX_ROWS)
		return tooLarge(`it has ${rows} rows, more than the ${REALTIME_BATCH_MAX_ROWS} of one request`);
	// A budget is the longest that an answer may take: most are quicker, so where there is no other way it is worth a try.
	if (leftMs <= 0 || (overflow === "job" && leftMs < budgetMs))
		return {
			code: "DEADLINE_EXCEEDED",
			reason: `the ${Math.max(0, Math.floor(leftMs))} ms that are left do not hold the model's budget of ${budgetMs} ms`,
		} as const;
	return undefined;
}

function asJob({ payloadBytes, rows, leftMs, backlog }: DispatchRequest, reason: string): Dispatch {
	if (payloadBytes > JOB_LIMITS.uploadMaxBytes)
		return {
			to: "reject",
			code: "PAYLOAD_TOO_LARGE",
			reason: `it has ${payloadBytes} bytes, more than the ${JOB_LIMITS.uploadMaxBytes} of one job`,
		};
	if (rows > JOB_LIMITS.rowsMax)
		return {
			to: "reject",
			code: "PAYLOAD_TOO_LARGE",
			reason: `it has ${rows} rows, more than the ${JOB_LIMITS.rowsMax} of one job`,
		};
	if (backlog.jobs >= backlog.max)
		return {
			to: "reject",
			code: "TOO_MANY_JOBS",
			reason: `${backlog.jobs} jobs of the tenant have not ended, and it may have ${backlog.max}`,
		};
	if (leftMs <= 0)
		return { to: "reject", code: "DEADLINE_EXCEEDED", reason: "the time that its caller allows is over" };
	return { to: "queue", reason };
}
