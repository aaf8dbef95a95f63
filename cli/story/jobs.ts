/**
 * The part of the story in which a tenant sends a burst of jobs, the worker is killed in the middle of it, and each job
 * still ends once, with the trainer's own predictions.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { TriplaneError } from "../../charter/errors.ts";
import { JOB_LIMITS, type JobRecord } from "../../charter/jobs.ts";
import { PlatformClient } from "../platform/client.ts";
import { assertEqualsTrainer, type HeldoutRow, inChunks, requestByValues } from "../platform/heldout.ts";
import { awaitJobs, type Job, submitJob } from "../platform/job-client.ts";
import type { StackOutputs } from "../platform/outputs.ts";
import type { BurstOutcome } from "../report.ts";
import type { Say, Steps } from "../steps.ts";
import { callersOf, type Tenant } from "./callers.ts";
import { SAMPLES, type Served, serveSample } from "./samples.ts";
import type { Stage } from "./stage.ts";

const ROWS_PER_JOB = 4;
const JOBS_AT_ONCE = 6;
const POLL_MS = 100;
const TIMEOUT_MS = 180_000;
/** How long we look for a job in work before the worker is killed all the same. */
const IN_WORK_PATIENCE_MS = 10_000;

interface Raised {
	outputs: StackOutputs;
	/** Every tenant's token. */
	tokens: readonly { name: string; token: string }[];
}

/** Trains, registers and serves the queued sample, and sends it a burst of jobs. */
export async function tellJobs(stage: Stage, { outputs, tokens }: Raised, steps: Steps): Promise<BurstOutcome> {
	const model = SAMPLES.queued;
	const served = await serveSample(stage, outputs, model, steps);
	const tenant = callersOf(stage.settings, model, tokens).at(-1);
	if (!tenant) throw new TriplaneError(`No tenant may call ${model}: declare one in triplane:tenants.`);
	return steps.run(
		"jobs",
		(say) => runBurst(stage, outputs, served, tenant, say),
		({ submitted, killedTask, claimedAgain, p50Seconds, slowestSeconds }) =>
			`${submitted} jobs by ${tenant.name}; worker ${killedTask.slice(-8)} killed, ${claimedAgain} done again: all ended once, equal the trainer's own; half in ${p50Seconds.toFixed(1)} s, the last, when leases had lapsed, in ${slowestSeconds.toFixed(1)} s`,
	);
}

/** @throws {TriplaneError} where a job is not accepted, does not end, or ends otherwise than the trainer says */
async function runBurst(
	stage: Stage,
	outputs: StackOutputs,
	{ trained, registered }: Served,
	tenant: Tenant,
	say: Say,
): Promise<BurstOutcome> {
	const { model, version } = registered;
	const client = new PlatformClient(outputs.url, tenant.token);
	const chunks = inChunks(trained.heldout, ROWS_PER_JOB);
	const kill = killOneInWork(stage, outputs, model);
	const ids: string[] = [];
	for (let at = 0; at < chunks.length; at += JOBS_AT_ONCE) {
		const wave = chunks.slice(at, at + JOBS_AT_ONCE);
		const submitted = wave.map((chunk, i) => submitJob(client, model, requestByValues(chunk), `story-${at + i}`));
		ids.push(...(await Promise.all(submitted)));
		say(`${ids.length} jobs submitted`);
	}
	const killedTask = await kill;
	say(`worker killed; what it held comes back when its leases of ${JOB_LIMITS.leaseSeconds} s lapse`);
	const jobs = await awaitJobs(client, ids, {
		pollMs: POLL_MS,
		timeoutMs: TIMEOUT_MS,
		onProgress: (ended) => say(`worker killed; ${ended} of ${ids.length} jobs done`),
	});
	for (const [i, id] of ids.entries()) assertSucceeded(jobs.get(id), chunks[i] ?? []);
	const records = await recordsOf(stage, outputs);
	return {
		model,
		version,
		tenant: tenant.name,
		submitted: ids.length,
		succeeded: jobs.size,
		killedTask,
		claimedAgain: records.filter(({ attempt }) => attempt > 1).length,
		p50Seconds: secondsOf([...jobs.values()], 0.5),
		slowestSeconds: secondsOf([...jobs.values()], 1),
	};
}

function assertSucceeded(job: Job | undefined, rows: readonly HeldoutRow[]): void {
	if (job?.state !== "SUCCEEDED")
		throw new TriplaneError(`The job ${job?.id} ended as ${job?.state}: ${job?.error?.message ?? "without a reason"}`);
	assertEqualsTrainer({ status: 200, body: job.result }, rows);
}

/** Time from a job's submission to its end that this share of the jobs kept, in seconds. */
export function secondsOf(jobs: readonly Pick<Job, "createdAt" | "endedAt">[], share: number): number {
	const seconds = jobs
		.map(({ createdAt, endedAt }) => (Date.parse(endedAt ?? "") - Date.parse(createdAt)) / 1000)
		.toSorted((a, b) => a - b);
	return seconds[Math.ceil(seconds.length * share) - 1] ?? Number.NaN;
}

/** Waits until a worker holds a job, and kills that worker's task as a machine's failure would. */
async function killOneInWork(stage: Stage, outputs: StackOutputs, model: string): Promise<string> {
	const deadlineMs = performance.now() + IN_WORK_PATIENCE_MS;
	const isInWork = async () => (await recordsOf(stage, outputs)).some(({ state }) => state === "RUNNING");
	while (performance.now() < deadlineMs && !(await isInWork())) await sleep(POLL_MS / 10);
	const service = serviceOf(outputs, model);
	const task = stage.cloud.ecsAgent.tasks().find(({ group }) => group === `service:${service}`);
	if (!task) throw new TriplaneError(`No task of the service ${service} runs: its jobs would wait for ever.`);
	void stage.cloud.ecsAgent.kill(task.taskArn);
	return task.taskArn;
}

function serviceOf({ queuedModels }: StackOutputs, model: string) {
	const service = queuedModels.find(({ name }) => name === model)?.service;
	if (!service) throw new TriplaneError(`The stack's outputs name no worker service of ${model}.`);
	return service;
}

async function recordsOf(stage: Stage, { jobsTable }: StackOutputs): Promise<JobRecord[]> {
	const client = new DynamoDBClient(stage.aws);
	const records: JobRecord[] = [];
	try {
		const pages = paginateScan(
			{ client },
			{
				TableName: jobsTable,
				FilterExpression: "begins_with(pk, :job)",
				ExpressionAttributeValues: { ":job": { S: "JOB#" } },
			},
		);
		for await (const { Items = [] } of pages) for (const item of Items) records.push(unmarshall(item) as JobRecord);
		return records;
	} finally {
		client.destroy();
	}
}
