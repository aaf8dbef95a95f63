/**
 * Writes down what came of a job: commit, failure or release, each with what then belongs to its message.
 * The order of the steps is what makes a crash between any two of them harmless: the message goes last.
 */
import { JOB_LIMITS, type JobRecord } from "../../charter/jobs.ts";
import type { Claims, JobFailure } from "../shared/jobs/claims.ts";
import type { Log } from "../shared/telemetry/log.ts";
import { failureBackoffSeconds, releaseBackoffSeconds } from "./backoff.ts";
import type { HeldJobs } from "./held-jobs.ts";
import type { Delivery, Outbox, Payloads, Queue } from "./ports.ts";
import type { JobResult } from "./run-batch.ts";
import { attemptsOf, type Held } from "./work.ts";

export interface SettlePorts {
	claims: Claims;
	queue: Pick<Queue, "remove" | "hide">;
	outbox: Outbox;
	payloads: Pick<Payloads, "writeResponse">;
	held: Pick<HeldJobs, "letGo">;
	log: Log;
	/** From 0 up to but not 1. */
	random: () => number;
	/** Whether the worker is on its way out: what it gives back, another may take at once. */
	isDraining: () => boolean;
}

/** How a job left this worker's hands. */
export type Settled =
	| { kind: "succeeded" }
	| { kind: "failed"; failure: JobFailure }
	| { kind: "requeued"; failure: JobFailure }
	| { kind: "released"; reason: string }
	/** Another has it or it ended otherwise; what this worker did is void. */
	| { kind: "lost" }
	/**
	 * A store did not answer: the lease and the message's visibility decide. With a failure where the job itself has ended by it,
	 * and only its message was not set aside.
	 */
	| { kind: "unknown"; thrown: unknown; failure?: JobFailure };

/** Never rejects. */
export async function settle(job: Held, result: JobResult, ports: SettlePorts): Promise<Settled> {
	try {
		return await write(job, result, ports);
	} catch (thrown) {
		ports.log.error("A job's end could not be written", { job: job.claim.job }, thrown);
		return { kind: "unknown", thrown };
	} finally {
		await ports.held.letGo(job);
	}
}

async function write(job: Held, result: JobResult, ports: SettlePorts): Promise<Settled> {
	if (job.isVoid) return { kind: "lost" };
	switch (result.kind) {
		case "done":
			return commit(job, result.response, ports);
		case "refused":
		case "failed":
			return fail(job, result.failure, result.kind === "refused", ports);
		case "unserved":
			return release(job, result, ports);
	}
}

async function commit(job: Held, text: string, ports: SettlePorts): Promise<Settled> {
	const { claim, delivery } = job;
	let response: Awaited<ReturnType<Payloads["writeResponse"]>>;
	try {
		response = await ports.payloads.writeResponse(claim, text);
	} catch (thrown) {
		ports.log.warn("A response could not be kept; the job is given back", { job: claim.job }, thrown);
		return release(job, { reason: "Its response could not be kept." }, ports);
	}
	await ports.held.letGo(job);
	const outcome = await ports.claims.commit(claim, response);
	if (outcome.kind === "lost") return { kind: "lost" };
	await announce(claim, ports);
	await remove(delivery, claim, ports);
	return { kind: "succeeded" };
}

async function fail(job: Held, failure: JobFailure, isFinal: boolean, ports: SettlePorts): Promise<Settled> {
	const { claim, delivery } = job;
	await ports.held.letGo(job);
	const delaySeconds = failureBackoffSeconds(claim.failures + 1, ports.random());
	const outcome = await ports.claims.fail(claim, failure, { isFinal, delaySeconds });
	if (outcome.kind === "lost") return { kind: "lost" };
	if (outcome.kind === "requeued") {
		await ports.queue.hide(delivery, delaySeconds);
		return { kind: "requeued", failure };
	}
	await announce(claim, ports);
	try {
		await setAside(delivery, { ...claim, error: failure }, ports);
	} catch (thrown) {
		ports.log.error(
			"A failed job could not be set aside; whoever gets its message next does",
			{ job: claim.job },
			thrown,
		);
		return { kind: "unknown", thrown, failure };
	}
	return { kind: "failed", failure };
}

async function release(
	job: Held,
	{ reason, isExcused, isDoubted }: Omit<Extract<JobResult, { kind: "unserved" }>, "kind">,
	ports: SettlePorts,
): Promise<Settled> {
	await ports.held.letGo(job);
	const backoffSeconds = isDoubted
		? failureBackoffSeconds(attemptsOf(job.claim), ports.random())
		: releaseBackoffSeconds(ports.random());
	const delaySeconds = ports.isDraining() ? 0 : backoffSeconds;
	const outcome = await ports.claims.release(job.claim, delaySeconds, isExcused);
	if (outcome.kind === "lost") return { kind: "lost" };
	await ports.queue.hide(job.delivery, delaySeconds);
	return { kind: "released", reason };
}

/**
 * Puts the message of a job that has failed for good into the dead-letter queue; only then it may go from its own. Of a shadow's
 * job it only goes: nobody waits for its result, and its failure is found where it is compared.
 */
export async function setAside(
	delivery: Delivery,
	{ job, tenant, attempt, error, shadowOf }: JobRecord,
	{ outbox, claims, queue }: Pick<SettlePorts, "outbox" | "claims" | "queue">,
): Promise<void> {
	if (shadowOf !== undefined) return queue.remove(delivery);
	const { code, message } = error ?? { code: "INTERNAL", message: "The job failed without a reason." };
	await outbox.deadLetter(delivery, { reason: message, code, attempts: attempt, tenant });
	await claims.markDeadLettered(job);
	await queue.remove(delivery);
}

/** Where this fails the sweeper asks again. */
async function announce({ job, tenant, callback }: JobRecord, { outbox, log }: SettlePorts): Promise<void> {
	if (!callback) return;
	try {
		await outbox.callback(job, tenant);
	} catch (thrown) {
		log.warn(
			`A callback could not be asked for; the sweeper will, within ${JOB_LIMITS.orphanAfterSeconds} s`,
			{ job },
			thrown,
		);
	}
}

/** Where this fails the message comes again, and then its job has ended. */
async function remove(delivery: Delivery, { job }: JobRecord, { queue, log }: SettlePorts): Promise<void> {
	try {
		await queue.remove(delivery);
	} catch (thrown) {
		log.warn("The message of a job that has ended could not be removed; it will come again", { job }, thrown);
	}
}
