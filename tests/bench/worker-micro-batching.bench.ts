/**
 * What micro-batching gives, and what the worker costs over the least that could do its work: jobs per second of the whole worker
 * with in-memory ports and a model server that takes 30 ms and 1 ms an item. Neither SQS nor DynamoDB is in it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ModelServer } from "../../functions/worker/ports.ts";
import { numbersRequest, ScriptedServer, twice, until, workerRig } from "../support/worker-rig.ts";
import { type Bench, MEDIAN, quantile } from "./bench.ts";

const CALL_MS = 30;
const ITEM_MS = 1;
const BATCH_SIZE = 16;
/** Of both kinds so many that they take about as long. */
const BATCHED_JOBS = 480;
const SINGLE_JOBS = 40;
const ROUNDS = 3;
const MS_PER_SECOND = 1000;

/** One call at a time, as a GPU works. */
function slowServer(): ModelServer {
	let before: Promise<unknown> = Promise.resolve();
	return new ScriptedServer(async (call, values) => {
		const own = before.then(() => sleep(CALL_MS + values.length * ITEM_MS));
		before = own;
		await own;
		return twice(call);
	});
}

function rigOf(jobs: number) {
	const rig = workerRig({ speed: 1, server: slowServer() });
	for (let i = 0; i < jobs; i++) rig.submit({ request: numbersRequest(i) });
	return rig;
}

const rate = (jobs: number, startedAtMs: number): number => (jobs * MS_PER_SECOND) / (performance.now() - startedAtMs);

async function workerRate(jobs: number, batchMaxSize: number): Promise<number> {
	const rig = rigOf(jobs);
	const startedAtMs = performance.now();
	const worker = rig.start({ batchMaxSize, batchMaxWaitMs: 20 });
	await until(() => rig.queue.messages.size === 0);
	const jobsPerSecond = rate(jobs, startedAtMs);
	await worker.stop();
	const done = [...rig.jobs.records.values()].filter(({ state }) => state === "SUCCEEDED");
	if (done.length !== jobs) throw new Error(`The bench's worker did ${done.length} of ${jobs} jobs.`);
	return jobsPerSecond;
}

/** The least that could be called a worker: no claims, no heartbeat, no fault is provided for. */
async function bareRate(jobs: number): Promise<number> {
	const { queue, jobs: store, server } = rigOf(jobs);
	const { signal } = new AbortController();
	const startedAtMs = performance.now();
	for (;;) {
		const deliveries = await queue.receive({ most: BATCH_SIZE, waitSeconds: 0, signal });
		if (deliveries.length === 0) return rate(jobs, startedAtMs);
		const values = deliveries.map(({ body }) => {
			const { inputs } = JSON.parse(store.records.get(JSON.parse(body).job)?.request ?? "");
			return Number(inputs[0].data[0]);
		});
		await server.infer({ model: "digit-reader", version: 1, body: numbersRequest(...values) }, signal);
		for (const delivery of deliveries) await queue.remove(delivery);
	}
}

const batching = {
	name: "worker-micro-batching",
	what: `jobs per second in micro-batches of ${BATCH_SIZE} over jobs per second one by one (the baseline), with a model server of ${CALL_MS} ms + ${ITEM_MS} ms an item, the median of ${ROUNDS} rounds`,
	unit: "ratio",
	goal: 3,
	isMoreBetter: true,
} as const;
const efficiency = {
	name: "worker-efficiency",
	what: `jobs per second of the worker over those of a bare loop that receives, infers and deletes (the baseline), both in batches of ${BATCH_SIZE}, the median of ${ROUNDS} rounds`,
	unit: "ratio",
	goal: 0.85,
	isMoreBetter: true,
} as const;

export const microBatching: Bench = {
	lines: [batching, efficiency],
	measure: async (progress) => {
		const rounds: { batched: number; single: number; bare: number }[] = [];
		for (let round = 1; round <= ROUNDS; round++) {
			progress(`worker-micro-batching: round ${round} of ${ROUNDS}`);
			rounds.push({
				batched: await workerRate(BATCHED_JOBS, BATCH_SIZE),
				single: await workerRate(SINGLE_JOBS, 1),
				bare: await bareRate(BATCHED_JOBS),
			});
		}
		const median = (figure: (round: (typeof rounds)[number]) => number) => quantile(rounds.map(figure), MEDIAN);
		return {
			[batching.name]: {
				value: median(({ batched, single }) => batched / single),
				baseline: median(({ single }) => single),
			},
			[efficiency.name]: { value: median(({ batched, bare }) => batched / bare), baseline: median(({ bare }) => bare) },
		};
	},
};
