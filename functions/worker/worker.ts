/**
 * The worker: receives messages, claims their jobs, gathers them, runs them batch by batch and writes what came of each.
 * While a batch is on the model the next one is gathered and the last one's results are written. No AWS and no HTTP here.
 */
import { JOB_LIMITS } from "../../charter/jobs.ts";
import type { Claims } from "../shared/jobs/claims.ts";
import type { Log } from "../shared/telemetry/log.ts";
import { type AdmitPorts, admit } from "./admit.ts";
import { createBell } from "./bell.ts";
import { createByteBudget } from "./byte-budget.ts";
import { createEvidence } from "./evidence.ts";
import { Gathering } from "./gathering.ts";
import { createHeldJobs } from "./held-jobs.ts";
import type { Observer } from "./observe.ts";
import type { Clock, Delivery, ModelServer, Outbox, Payloads, Queue, TaskProtection } from "./ports.ts";
import { createProtection } from "./protection.ts";
import { createReceiveLoop } from "./receive-loop.ts";
import { type JobResult, runBatch } from "./run-batch.ts";
import { type SettlePorts, settle } from "./settle.ts";
import type { Held, Work } from "./work.ts";

export interface WorkerPorts {
	queue: Queue;
	outbox: Outbox;
	claims: Claims;
	payloads: Payloads;
	server: ModelServer;
	taskProtection: TaskProtection;
	clock: Clock;
	/** From 0 up to but not 1. */
	random: () => number;
	log: Log;
	observer: Observer;
}

export interface WorkerSettings {
	model: string;
	batchMaxSize: number;
	batchMaxWaitMs: number;
}

export interface WorkerStatus {
	state: "WAITING_FOR_MODEL_SERVER" | "WORKING" | "DRAINING" | "STOPPED";
	/** Jobs that are claimed. */
	inWork: number;
	bytesInWork: number;
	isQueueReachable: boolean;
}

export interface Worker {
	/** Works until it has drained. */
	run(): Promise<void>;
	/** Takes no more; finishes or gives back what it has. When that is done, {@link run} returns. */
	drain(): void;
	/** Keeps the claims of all jobs in hand; to be called every third of the lease. */
	beat(): Promise<void>;
	status(): WorkerStatus;
}

/** One batch on the model, one gathered. */
const BATCHES_HELD = 2;
/** Batches whose results are still being written before the next one waits for them. */
const BATCHES_SETTLING = 2;
const BATCH_BYTES_MAX = 4 * 1024 * 1024;
const BATCH_ROWS_MAX = 1024;
/** Of requests as text, together: as values they take up to forty times as much, and the process has two gigabytes. */
const BYTES_IN_WORK_MAX = 16 * 1024 * 1024;
/** Kept back of the drain's time, for giving back what could not be finished. */
const RELEASE_RESERVE_MS = 10_000;
const MS_PER_SECOND = 1000;
const STOPPING: JobResult = { kind: "unserved", reason: "The worker is stopping.", isExcused: true };

export function createWorker(settings: WorkerSettings, ports: WorkerPorts): Worker {
	const { clock, log, observer, server } = ports;
	const { model, batchMaxSize } = settings;
	const [stopping, timeUp, finished] = [new AbortController(), new AbortController(), new AbortController()];
	const [roomBell, batchBell] = [createBell(clock), createBell(clock)];
	const budget = createByteBudget(BYTES_IN_WORK_MAX);
	const gathering = new Gathering<Work>({
		sizeMax: batchMaxSize,
		waitMaxMs: settings.batchMaxWaitMs,
		rowsMax: BATCH_ROWS_MAX,
		bytesMax: BATCH_BYTES_MAX,
	});
	const protection = createProtection({ ...ports, port: ports.taskProtection });
	const evidence = createEvidence();
	const taking = new Set<Promise<void>>();
	const settling = new Set<Promise<void>>();
	let onModel = 0;

	const held = createHeldJobs({
		...ports,
		onLost: (job) => {
			// On the model its result comes to nothing; where it waits, it waits no more.
			const waiting = gathering.remove((other) => other === job);
			if (waiting) finish(waiting, STOPPING);
		},
	});
	const isDraining = () => stopping.signal.aborted;
	const settlePorts: SettlePorts = { ...ports, held, isDraining };
	const admitPorts: AdmitPorts = { ...ports, model, held, budget };

	const finish = (job: Held & Partial<Work>, result: JobResult): void => {
		if (result.kind === "unserved") receiving.doubtServer();
		const settled = settle(job, result, settlePorts).then((end) => {
			settling.delete(settled);
			job.freeBytes?.();
			observer.settled(job.claim, end);
		});
		settling.add(settled);
	};
	const take = async (delivery: Delivery): Promise<void> => {
		protection.update(true);
		try {
			const admission = await admit(delivery, admitPorts);
			if (admission.kind === "nothing") return;
			const job = admission.kind === "work" ? admission.work : admission.held;
			observer.claimed(job.claim);
			if (admission.kind === "decided") finish(job, admission.result);
			else if (stopping.signal.aborted) finish(job, STOPPING);
			else gathering.add(admission.work, clock.now());
		} catch (thrown) {
			log.error("A message could not be taken; it will come again", { model }, thrown);
		}
	};
	const receiving = createReceiveLoop({
		...ports,
		roomBell,
		signal: stopping.signal,
		room: () => BATCHES_HELD * batchMaxSize - taking.size - onModel - gathering.size,
		take: (delivery) => {
			const taken = take(delivery).then(() => {
				taking.delete(taken);
				roomBell.ring();
				batchBell.ring();
			});
			taking.add(taken);
		},
	});

	const runOnModel = (jobs: Work[], version: number): Promise<void> => {
		onModel += jobs.length;
		return runBatch(jobs, {
			server,
			clock,
			model,
			version,
			evidence,
			isDraining,
			signal: timeUp.signal,
			onTooLarge: (rows) => gathering.shrinkBelow(rows),
			report: (job, result) => {
				onModel -= 1;
				finish(job, result);
				roomBell.ring();
			},
		});
	};
	const batchLoop = async (): Promise<void> => {
		for (;;) {
			const canGrow = gathering.size + onModel < BATCHES_HELD * batchMaxSize && !stopping.signal.aborted;
			const next = gathering.next(clock.now(), canGrow);
			if (next.kind === "wait") await batchBell.wait(next.ms);
			else if (next.kind === "batch") {
				const [first] = next.jobs;
				if (first) await runOnModel(next.jobs, first.claim.version);
				while (settling.size > BATCHES_SETTLING * batchMaxSize) await Promise.race(settling);
			} else if (stopping.signal.aborted && taking.size === 0) return;
			else await batchBell.wait();
		}
	};

	return {
		run: async () => {
			try {
				await Promise.all([receiving.run().finally(batchBell.ring), batchLoop()]);
				// What was received with the very last poll: it is given back at once.
				await Promise.all(taking);
				await Promise.all(settling);
				await protection.end();
			} finally {
				finished.abort();
			}
		},
		drain: () => {
			if (stopping.signal.aborted) return;
			stopping.abort();
			for (const work of gathering.empty()) finish(work, STOPPING);
			roomBell.ring();
			batchBell.ring();
			const leftMs = JOB_LIMITS.drainSeconds * MS_PER_SECOND - RELEASE_RESERVE_MS;
			void clock.pause(leftMs, finished.signal).then(() => timeUp.abort());
		},
		beat: async () => {
			protection.update(held.size > 0);
			await held.beat();
		},
		status: () => {
			const working = receiving.isServerReady ? "WORKING" : "WAITING_FOR_MODEL_SERVER";
			const stopped = finished.signal.aborted ? "STOPPED" : "DRAINING";
			return {
				state: stopping.signal.aborted ? stopped : working,
				inWork: held.size,
				bytesInWork: budget.inUse,
				isQueueReachable: receiving.isQueueReachable,
			};
		},
	};
}
