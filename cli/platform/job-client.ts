/** A tenant's view of its jobs: submits requests to a queued model, and asks for each until it has ended. */
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { jobPath } from "../../charter/api.ts";
import { TriplaneError } from "../../charter/errors.ts";
import { isEnded, JOB_STATES } from "../../charter/jobs.ts";
import type { PlatformClient, Tensor } from "./client.ts";

const Job = z.object({
	id: z.string(),
	state: z.enum(JOB_STATES),
	createdAt: z.iso.datetime(),
	endedAt: z.iso.datetime().optional(),
	result: z.unknown().optional(),
	resultUrl: z.string().optional(),
	error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type Job = z.output<typeof Job>;

type Reader = Pick<PlatformClient, "get">;

const ACCEPTED = 202;
const OK = 200;

/**
 * Submits one request.
 * @returns the id of its job
 * @throws {TriplaneError} with the API's answer, where it is not accepted
 */
export async function submitJob(
	client: Pick<PlatformClient, "infer">,
	model: string,
	request: { inputs: Tensor[] },
	idempotencyKey: string,
): Promise<string> {
	const { status, body } = await client.infer(model, request, { "idempotency-key": idempotencyKey });
	const job = Job.safeParse(body);
	if (status !== ACCEPTED || !job.success)
		throw new TriplaneError(`A job for ${model} was answered with ${status}: ${JSON.stringify(body)}`);
	return job.data.id;
}

/**
 * A job as it is now, its result fetched where it lies apart.
 * @throws {TriplaneError} with the API's answer, where it is no job
 */
async function readJob(client: Reader, id: string): Promise<Job> {
	const { status, body } = await client.get(jobPath(id));
	const parsed = Job.safeParse(body);
	if (status !== OK || !parsed.success)
		throw new TriplaneError(`The job ${id} was answered with ${status}: ${JSON.stringify(body)}`);
	const job = parsed.data;
	if (job.resultUrl === undefined) return job;
	const response = await fetch(job.resultUrl);
	return { ...job, result: await response.json() };
}

/**
 * Asks for jobs, one after the other, until all have ended.
 * @param onProgress told how many have, from time to time
 * @throws {TriplaneError} that names those which have not within the time
 */
export async function awaitJobs(
	client: Reader,
	ids: readonly string[],
	options: { pollMs: number; timeoutMs: number; onProgress?: (ended: number) => void },
): Promise<Map<string, Job>> {
	const ended = new Map<string, Job>();
	const deadlineMs = performance.now() + options.timeoutMs;
	for (let left = [...ids]; left.length > 0; left = left.filter((id) => !ended.has(id))) {
		if (performance.now() > deadlineMs)
			throw new TriplaneError(
				`${left.length} of ${ids.length} jobs have not ended within ${options.timeoutMs / 1000} s: ${left.slice(0, 5).join(", ")}.`,
			);
		for (const id of left) {
			const job = await readJob(client, id);
			// Those after it were sent later: no use to ask for them yet.
			if (!isEnded(job.state)) break;
			ended.set(id, job);
			options.onProgress?.(ended.size);
		}
		await sleep(options.pollMs);
	}
	return ended;
}
