/** The answer to a request that has become a job: 202 with what it is now, or its result where the caller waited for it. */
import { jobPath, VARIANT_HEADER } from "../../charter/api.ts";
import type { JobRecord } from "../../charter/jobs.ts";
import type { Answer } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import { jobViewText, pollSeconds } from "../shared/jobs/job-view.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";
import { awaitJob, resultText, type WaitPorts } from "./wait.ts";

export interface JobAnswerPorts extends WaitPorts {
	payloads: Pick<Payloads, "find" | "get" | "getUrl">;
}

const ACCEPTED = 202;

/** @param options how long its caller waits (0: not at all), and how long its model's jobs take */
export async function jobAnswer(
	ports: JobAnswerPorts,
	call: Call,
	accepted: JobRecord,
	{ waitSeconds, jobP95Seconds }: { waitSeconds: number; jobP95Seconds: number },
): Promise<Answer> {
	const job = waitSeconds > 0 ? await awaitJob(ports, call, accepted, waitSeconds) : accepted;
	const location = { location: jobPath(job.job), [VARIANT_HEADER]: job.variant };
	const applied: Record<string, string> = waitSeconds > 0 ? { "preference-applied": `wait=${waitSeconds}` } : {};
	const result = waitSeconds > 0 ? await resultText(ports, call, job) : undefined;
	if (result !== undefined) return { status: 200, body: result, headers: { ...location, ...applied } };
	return {
		status: ACCEPTED,
		body: await jobViewText(job, ports.payloads),
		headers: { ...location, ...applied, "retry-after": String(pollSeconds(jobP95Seconds)) },
	};
}
