/**
 * What a worker needs from outside: its queue, where poison and callbacks go, payloads, the model server, and its task.
 * Interfaces only; the adapters stand beside them. The jobs' table is `Claims` of shared/jobs.
 */
import type { ApiErrorCode } from "../../charter/errors.ts";
import type { JobRecord } from "../../charter/jobs.ts";
import type { JobResponse } from "../shared/jobs/claims.ts";

/** One receive of one message. */
export interface Delivery {
	body: string;
	/** By which the queue knows this receive of it. */
	receipt: string;
}

export interface Queue {
	/** At most ten messages; waits for the first of them up to `waitSeconds`. */
	receive(options: { most: number; waitSeconds: number; signal: AbortSignal }): Promise<Delivery[]>;
	remove(delivery: Delivery): Promise<void>;
	/** Nobody else receives it for so long, from now. */
	hide(delivery: Delivery, seconds: number): Promise<void>;
}

/** Why a message is set aside; `attempts` are the claims of its job. */
export interface DeadLetter {
	reason: string;
	code: string;
	attempts: number;
	tenant?: string;
}

export interface Outbox {
	/** Puts a copy of the message into the dead-letter queue. */
	deadLetter(delivery: Delivery, why: DeadLetter): Promise<void>;
	/** Asks for the callback of a tenant's job that has ended. */
	callback(job: string, tenant: string): Promise<void>;
}

export interface Payloads {
	/** Bytes of a job's request, without reading it; undefined where it is gone. */
	requestBytes(job: JobRecord): Promise<number | undefined>;
	/** A job's request as text; undefined where it is gone. */
	readRequest(job: JobRecord): Promise<string | undefined>;
	/** Keeps a response under the job's attempt, where it is too large for the record. */
	writeResponse(job: JobRecord, response: string): Promise<JobResponse>;
}

export interface InferCall {
	model: string;
	version: number;
	/** JSON text of an inference request. */
	body: string;
}

export type InferOutcome =
	| { kind: "answered"; body: unknown }
	/** The server says that the request is at fault. */
	| { kind: "refused"; message: string }
	/** The server is busy: it says so, and to ask later. */
	| { kind: "busy"; message: string }
	/** The server failed at it, or did not answer. */
	| { kind: "failed"; code: ApiErrorCode; message: string };

export interface ModelServer {
	/** Rejects where `signal` aborts, and for nothing else. */
	infer(call: InferCall, signal: AbortSignal): Promise<InferOutcome>;
	isReady(): Promise<boolean>;
}

export interface TaskProtection {
	/** Keeps the task from being taken away by a scale-in, or no longer. */
	protect(isOn: boolean): Promise<void>;
}

export interface Clock {
	/** Milliseconds since the epoch. */
	now(): number;
	/** Waits; sooner where `signal` aborts, without an error. */
	pause(ms: number, signal?: AbortSignal): Promise<void>;
}
