/**
 * From a message to a job in hand: reads the pointer, claims the job and reads its request.
 * A message that leads to no work is dealt with here, so that it neither blocks the queue nor is lost.
 */
import { ApiError } from "../../charter/errors.ts";
import { JobMessage, type JobRecord } from "../../charter/jobs.ts";
import type { Claims } from "../shared/jobs/claims.ts";
import type { Log } from "../shared/telemetry/log.ts";
import type { ByteBudget } from "./byte-budget.ts";
import type { HeldJobs } from "./held-jobs.ts";
import { type InferBody, readInferBody } from "./infer-body.ts";
import type { Clock, Delivery, Outbox, Payloads, Queue } from "./ports.ts";
import type { JobResult } from "./run-batch.ts";
import { setAside } from "./settle.ts";
import { attemptsOf, type Held, isSuspect, type Work } from "./work.ts";

export interface AdmitPorts {
	/** The worker's model: it works for no other. */
	model: string;
	claims: Claims;
	queue: Pick<Queue, "remove" | "hide">;
	outbox: Outbox;
	payloads: Payloads;
	held: Pick<HeldJobs, "hold">;
	budget: ByteBudget;
	clock: Pick<Clock, "now">;
	log: Log;
}

export type Admission =
	| { kind: "work"; work: Work }
	/** It is claimed, but what came of it is known without the model. */
	| { kind: "decided"; held: Held; result: JobResult }
	| { kind: "nothing" };

const NOTHING: Admission = { kind: "nothing" };
const MS_PER_SECOND = 1000;
const SQS_HIDE_MAX_SECONDS = 43_200;

/** @throws what a queue or table threw; the message then comes again by itself */
export async function admit(delivery: Delivery, ports: AdmitPorts): Promise<Admission> {
	const { queue, outbox, claims, clock, log, model } = ports;
	const message = readMessage(delivery.body, model);
	if ("fault" in message) {
		log.error(`A message is set aside: ${message.fault}`, { model, code: "INVALID_REQUEST" });
		await outbox.deadLetter(delivery, { reason: message.fault, code: "INVALID_REQUEST", attempts: 0 });
		await queue.remove(delivery);
		return NOTHING;
	}
	const outcome = await claims.claim(message.job);
	switch (outcome.kind) {
		case "claimed":
			return readWork({ delivery, claim: outcome.job, isVoid: false }, ports);
		case "held": {
			const leftSeconds = Math.ceil((outcome.untilMs - clock.now()) / MS_PER_SECOND) + 1;
			await queue.hide(delivery, Math.min(SQS_HIDE_MAX_SECONDS, Math.max(1, leftSeconds)));
			return NOTHING;
		}
		case "ended": {
			const isLeftBehind = outcome.job.state === "FAILED" && outcome.job.deadLetteredAtMs === undefined;
			if (isLeftBehind) await setAside(delivery, outcome.job, ports);
			else await queue.remove(delivery);
			return NOTHING;
		}
		case "unknown":
			log.warn("A message points to a job that there is not", { job: message.job, tenant: message.tenant, model });
			await queue.remove(delivery);
			return NOTHING;
	}
}

function readMessage(body: string, model: string): JobMessage | { fault: string } {
	let value: unknown;
	try {
		value = JSON.parse(body);
	} catch {
		return { fault: "It is no JSON, so it points to no job." };
	}
	const parsed = JobMessage.safeParse(value);
	if (!parsed.success) {
		const places = parsed.error.issues.map(({ path }) => path.join(".") || "the whole");
		return { fault: `It is no pointer to a job; at fault: ${places.join(", ")}.` };
	}
	if (parsed.data.model !== model) return { fault: `Its job is of another model than this queue's "${model}".` };
	return parsed.data;
}

async function readWork(held: Held, ports: AdmitPorts): Promise<Admission> {
	ports.held.hold(held);
	const { claim } = held;
	let freeBytes = () => {};
	try {
		const bytes = await ports.payloads.requestBytes(claim);
		if (bytes !== undefined) freeBytes = await ports.budget.take(bytes);
		const text = bytes === undefined ? undefined : await ports.payloads.readRequest(claim);
		if (bytes === undefined || text === undefined) throw requestGone(claim);
		return { kind: "work", work: workOf(held, readInferBody(text), bytes, freeBytes) };
	} catch (thrown) {
		freeBytes();
		return { kind: "decided", held, result: resultOf(thrown, claim, ports) };
	}
}

function workOf(held: Held, body: InferBody, bytes: number, freeBytes: () => void): Work {
	const { claim } = held;
	const { shareable } = body;
	const suspect = isSuspect(claim);
	// Not a copy: the heartbeat marks the very object that it holds.
	return Object.assign(held, {
		job: claim.job,
		body,
		bytes,
		freeBytes,
		isSuspect: suspect,
		attempt: attemptsOf(claim),
		key: shareable && !suspect ? `${claim.version} ${shareable.key}` : undefined,
		rows: shareable?.rows ?? 1,
	});
}

function resultOf(thrown: unknown, { job }: JobRecord, { log }: AdmitPorts): JobResult {
	if (thrown instanceof ApiError) {
		const failure = { code: thrown.code, message: thrown.message };
		return { kind: thrown.code === "INVALID_REQUEST" ? "refused" : "failed", failure };
	}
	log.warn("A job's request cannot be read now; the job is given back", { job }, thrown);
	return { kind: "unserved", reason: "Its request could not be read." };
}

const requestGone = ({ job }: JobRecord): ApiError =>
	new ApiError("INTERNAL", `The request of the job ${job} is no longer stored. Submit it again.`);
