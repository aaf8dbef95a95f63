/** A whole worker over memory, and model servers that a test scripts: what most of the worker's tests and its bench start from. */
import { setTimeout as sleep } from "node:timers/promises";
import type { JobRecord } from "../../charter/jobs.ts";
import { createLog } from "../../functions/shared/telemetry/log.ts";
import type { Clock, InferCall, InferOutcome, ModelServer } from "../../functions/worker/ports.ts";
import type { Settled } from "../../functions/worker/settle.ts";
import { createWorker, type WorkerPorts, type WorkerSettings } from "../../functions/worker/worker.ts";
import {
	fastClock,
	jobRecord,
	MemoryJobs,
	MemoryOutbox,
	MemoryPayloads,
	MemoryQueue,
	MODEL,
	messageOf,
} from "./worker-memory.ts";

/** A request of rows of one number each. */
export const numbersRequest = (...values: number[]): string =>
	JSON.stringify({ inputs: [{ name: "x", datatype: "FP64", shape: [values.length, 1], data: values }] });

interface NumbersRequest {
	id?: string;
	inputs: [{ data: number[] }];
}

/** What a server of the model "twice x" answers to a call. */
export function twice({ model, version, body }: InferCall): InferOutcome {
	const { id, inputs }: NumbersRequest = JSON.parse(body);
	const data = inputs[0].data.map((value) => 2 * value);
	const outputs = [{ name: "y", datatype: "FP64", shape: [data.length, 1], data }];
	return { kind: "answered", body: { model_name: model, model_version: String(version), id, outputs } };
}

/** The values of a job's response. */
export function answered(record: JobRecord | undefined): number[] {
	const { outputs }: { outputs: [{ data: number[] }] } = JSON.parse(record?.response ?? "null");
	return outputs[0].data;
}

/** A model server by a function; `calls` has the values of each call. */
export class ScriptedServer implements ModelServer {
	readonly calls: number[][] = [];
	isUp = true;
	readonly #answer: (call: InferCall, values: number[], signal: AbortSignal) => InferOutcome | Promise<InferOutcome>;

	constructor(
		answer: (call: InferCall, values: number[], signal: AbortSignal) => InferOutcome | Promise<InferOutcome>,
	) {
		this.#answer = answer;
	}

	async infer(call: InferCall, signal: AbortSignal): Promise<InferOutcome> {
		const { inputs }: NumbersRequest = JSON.parse(call.body);
		const values = inputs[0].data;
		this.calls.push(values);
		return this.#answer(call, values, signal);
	}

	async isReady(): Promise<boolean> {
		return this.isUp;
	}
}

/** What all workers of a test share. */
export function workerRig(options: { speed?: number; server?: ModelServer } = {}) {
	const clock = fastClock(options.speed ?? 100);
	const jobs = new MemoryJobs(clock);
	const queue = new MemoryQueue(clock);
	const outbox = new MemoryOutbox();
	const payloads = new MemoryPayloads();
	const server = options.server ?? new ScriptedServer(twice);
	const records: Record<string, unknown>[] = [];
	const ends: { job: string; end: Settled }[] = [];
	const write = (line: string) => records.push(JSON.parse(line));
	const log = createLog({ service: "worker", environment: "dev", write, now: clock.now });
	const ports: WorkerPorts = {
		clock,
		queue,
		outbox,
		claims: jobs,
		payloads,
		server,
		log,
		random: Math.random,
		taskProtection: { protect: async () => {} },
		observer: { claimed: () => {}, settled: ({ job }, end) => ends.push({ job, end }) },
	};
	const submit = (change: Partial<JobRecord> = {}, copies = 1): JobRecord => {
		const record = jobRecord({ createdAtMs: clock.now(), ...change });
		jobs.add(record);
		for (let i = 0; i < copies; i++) queue.send(messageOf(record));
		return record;
	};
	/** Starts a worker, whose beats come by the clock. */
	const start = (settings: Partial<WorkerSettings> = {}, change: Partial<WorkerPorts> = {}) => {
		const worker = createWorker(
			{ model: MODEL, batchMaxSize: 8, batchMaxWaitMs: 20, ...settings },
			{ ...ports, ...change },
		);
		const ended = new AbortController();
		const running = worker.run().finally(() => ended.abort());
		const beating = beats(clock, worker.beat, ended.signal);
		return {
			...worker,
			running,
			stop: async () => {
				worker.drain();
				await running;
				await beating;
			},
		};
	};
	return { clock, jobs, queue, outbox, payloads, server, records, ends, ports, submit, start };
}

async function beats(clock: Clock, beat: () => Promise<void>, signal: AbortSignal): Promise<void> {
	while (!signal.aborted) {
		await clock.pause(10_000, signal);
		await beat();
	}
}

/** Waits until it holds. @throws after ten seconds */
export async function until(holds: () => boolean): Promise<void> {
	const deadlineMs = performance.now() + 10_000;
	while (!holds()) {
		if (performance.now() > deadlineMs) throw new Error(`It never came true: ${holds}`);
		await sleep(2);
	}
}
