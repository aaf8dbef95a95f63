/**
 * Runs a batch on the model server and says of each job what came of it: a batch that fails is taken apart until it is
 * known whose fault it was. Decides; what is then written is settle.ts's.
 *
 * - Refused as a batch: halved, down to the jobs that are refused alone. Those are at fault.
 * - Failed or unanswered as a batch: once the server is ready again, each job alone. One that fails even so counts one failure,
 *   but not where all of several do: then it is the server that is broken. Of one that came alone nobody can tell at first: it
 *   counts once the server has answered another job since the first of its failures, or after very many attempts.
 * - Busy, or not ready again in time: nobody's fault, and nothing is counted.
 * - While the worker drains its server may go before it: what fails then is nobody's fault, and is not waited for. Only of a
 *   job that this has happened to again and again does it count after all: it may be what ends the task.
 * - A suspect, which was claimed so often that it may be what takes servers down with it, goes alone.
 */

import type { JobFailure } from "../shared/jobs/claims.ts";
import type { Evidence } from "./evidence.ts";
import { type InferBody, isObject } from "./infer-body.ts";
import type { Clock, InferOutcome, ModelServer } from "./ports.ts";
import { joinRows, readInferAnswer, splitRows, writeResponse } from "./rows.ts";

/** A job as far as running it goes. */
export interface Runnable {
	/** The job's id, which the response carries where the request has none of its own. */
	job: string;
	body: InferBody;
	/** Its earlier attempts ended without a result, for whatever reason. */
	isSuspect: boolean;
	/** How often it was claimed, this time included, since it was last given back without having been run. */
	attempt: number;
	/** The claim was lost: it needs no result, and is left out of further calls. */
	isVoid: boolean;
}

export type JobResult =
	| { kind: "done"; response: string }
	/** No other try can come out otherwise. */
	| { kind: "refused"; failure: JobFailure }
	/** One failure of its own. */
	| { kind: "failed"; failure: JobFailure }
	/** Through no fault of its own: excused where it was not run at all, doubted where nobody can tell yet. */
	| { kind: "unserved"; reason: string; isExcused?: true; isDoubted?: true };

export interface BatchPorts<Job extends Runnable> {
	server: ModelServer;
	clock: Clock;
	/** What each call asks for. */
	model: string;
	version: number;
	/** Told of each job exactly once, as soon as it is known. */
	report: (job: Job, result: JobResult) => void;
	/** Told of a batch of so many rows that was refused although each of its jobs is good. */
	onTooLarge: (rows: number) => void;
	/** What is known of the server from one batch to the next. */
	evidence: Evidence;
	/** Whether the worker is on its way out, and the server beside it perhaps too. */
	isDraining: () => boolean;
	/** Aborts where there is no time left. */
	signal: AbortSignal;
}

/** How long a server may take to come back before its jobs go to another one. */
const READY_WAIT_MAX_MS = 30_000;
const READY_POLL_MS = 250;
/** Of a task that ends, server and worker are told at once: the end of the one may show before the other knows. */
const TOLD_MS = 250;
/** So many interruptions are believed, and so many failures of a server that has answered nobody else. */
const SPARED_ATTEMPTS = 20;
const NO_TIME = "The worker was stopped before the model server had answered.";
const NOT_READY = "The model server did not become ready again in time.";
const MALFORMED = "The model server's answer is no inference response with its data as JSON.";

/** Never rejects for what the server does. */
export async function runBatch<Job extends Runnable>(jobs: readonly Job[], ports: BatchPorts<Job>): Promise<void> {
	const left = new Set(jobs);
	const report = (job: Job, result: JobResult) => {
		left.delete(job);
		ports.report(job, result);
	};
	try {
		await run(jobs, { ...ports, report });
	} catch (thrown) {
		if (!ports.signal.aborted) throw thrown;
		for (const job of left) report(job, { kind: "unserved", reason: NO_TIME });
	}
}

/** Whether all jobs have their response. */
async function run<Job extends Runnable>(all: readonly Job[], ports: BatchPorts<Job>): Promise<boolean> {
	const jobs = withoutVoid(all, ports);
	if (jobs.length === 0) return true;
	if (jobs.some(({ isSuspect }) => isSuspect)) return eachAlone(jobs, ports);
	const outcome = await call(jobs, ports);
	switch (outcome.kind) {
		case "answered":
			return deliver(jobs, outcome.responses, ports);
		case "refused":
			return jobs.length > 1 ? halve(jobs, ports) : refuse(jobs, outcome.message, ports);
		case "busy":
			return turnedAway(jobs, outcome.message, ports);
		case "failed":
			return eachAlone(jobs, ports);
	}
}

type CallOutcome = { kind: "answered"; responses: string[] } | Exclude<InferOutcome, { kind: "answered" }>;

async function call<Job extends Runnable>(jobs: readonly Job[], ports: BatchPorts<Job>): Promise<CallOutcome> {
	const { server, model, version, signal } = ports;
	const outcome = await server.infer({ model, version, body: joinRows(jobs.map(({ body }) => body)) }, signal);
	if (outcome.kind !== "answered") return outcome;
	const answer = readInferAnswer(outcome.body);
	if (!answer) return { kind: "failed", code: "INTERNAL", message: withReason(outcome.body) };
	const parts = splitRows(answer, jobs.map(rowsOf));
	// A model whose outputs are not by row cannot share a call: as if it had refused the batch.
	if (!parts) return { kind: "refused", message: "The outputs have not one row for each row of the inputs." };
	const responses = jobs.map(({ job, body }, i) => writeResponse(parts[i] ?? answer, body.id ?? job));
	return { kind: "answered", responses };
}

async function halve<Job extends Runnable>(jobs: readonly Job[], ports: BatchPorts<Job>): Promise<boolean> {
	const middle = Math.ceil(jobs.length / 2);
	const isLeftDone = await run(jobs.slice(0, middle), ports);
	const isRightDone = await run(jobs.slice(middle), ports);
	const isDone = isLeftDone && isRightDone;
	if (isDone) ports.onTooLarge(jobs.reduce((sum, job) => sum + rowsOf(job), 0));
	return isDone;
}

async function eachAlone<Job extends Runnable>(jobs: readonly Job[], ports: BatchPorts<Job>): Promise<boolean> {
	const failures = new Map<Job, JobFailure>();
	for (const [i, job] of jobs.entries()) {
		if (!(await becomesReady(ports))) {
			for (const [failed] of failures) unserved([failed], NOT_READY, ports);
			return unserved(jobs.slice(i), NOT_READY, ports);
		}
		if (withoutVoid([job], ports).length === 0) continue;
		const outcome = await call([job], ports);
		if (outcome.kind === "answered") deliver([job], outcome.responses, ports);
		else if (outcome.kind === "refused") refuse([job], outcome.message, ports);
		else if (outcome.kind === "busy") turnedAway([job], outcome.message, ports);
		else failures.set(job, { code: outcome.code, message: outcome.message });
	}
	if (failures.size > 0) await ports.clock.pause(TOLD_MS, ports.signal);
	for (const [job, failure] of failures) {
		const isServersFault = jobs.length > 1 && failures.size === jobs.length;
		if (isServersFault) unserved([job], failure.message, ports);
		else ports.report(job, ofOne(job, failure, { ...ports, isShown: jobs.length > 1 }));
	}
	return false;
}

/** What becomes of a job that failed alone, where not all of several did. */
function ofOne(
	{ job, attempt }: Runnable,
	failure: JobFailure,
	{ evidence, isDraining, isShown }: Pick<BatchPorts<Runnable>, "evidence" | "isDraining"> & { isShown: boolean },
): JobResult {
	if (attempt > SPARED_ATTEMPTS) return { kind: "failed", failure };
	if (isDraining()) return { kind: "unserved", reason: failure.message };
	if (evidence.failed(job, isShown)) return { kind: "failed", failure };
	return { kind: "unserved", reason: failure.message, isDoubted: true };
}

async function becomesReady({
	server,
	clock,
	isDraining,
	signal,
}: Pick<BatchPorts<Runnable>, "server" | "clock" | "isDraining" | "signal">): Promise<boolean> {
	const untilMs = clock.now() + READY_WAIT_MAX_MS;
	for (;;) {
		signal.throwIfAborted();
		if (await server.isReady()) return true;
		if (isDraining() || clock.now() >= untilMs) return false;
		await clock.pause(READY_POLL_MS, signal);
	}
}

function withoutVoid<Job extends Runnable>(jobs: readonly Job[], { report }: BatchPorts<Job>): Job[] {
	return jobs.filter((job) => {
		if (job.isVoid) report(job, { kind: "unserved", reason: "The claim was lost." });
		return !job.isVoid;
	});
}

function deliver<Job extends Runnable>(jobs: readonly Job[], responses: readonly string[], ports: BatchPorts<Job>) {
	for (const [i, job] of jobs.entries()) {
		ports.evidence.answered(job.job);
		ports.report(job, { kind: "done", response: responses[i] ?? "" });
	}
	return true;
}

function refuse<Job extends Runnable>(jobs: readonly Job[], message: string, ports: BatchPorts<Job>): boolean {
	for (const job of jobs) ports.report(job, { kind: "refused", failure: { code: "INVALID_REQUEST", message } });
	return false;
}

function unserved<Job extends Runnable>(jobs: readonly Job[], reason: string, ports: BatchPorts<Job>): boolean {
	for (const job of jobs) ports.report(job, { kind: "unserved", reason });
	return false;
}

/** Else all that wait for a busy server would become suspects, go alone, and keep it busier still. */
function turnedAway<Job extends Runnable>(jobs: readonly Job[], reason: string, ports: BatchPorts<Job>): boolean {
	for (const job of jobs) ports.report(job, { kind: "unserved", reason, isExcused: true });
	return false;
}

const rowsOf = ({ body }: Runnable): number => body.shareable?.rows ?? 1;

const withReason = (body: unknown): string =>
	isObject(body) && typeof body.error === "string" ? `${MALFORMED} It says: ${body.error}` : MALFORMED;
