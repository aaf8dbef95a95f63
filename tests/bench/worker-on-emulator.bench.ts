/**
 * Jobs per second of the real worker and model server as processes against the embedded AWS: a figure of this machine and its
 * emulator, which does about a hundred claims a second. It promises nothing of AWS, so it has no goal.
 */
import { existsSync } from "node:fs";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { PYTHON, startTestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { startWorkerCloud } from "../support/worker-cloud.ts";
import { digitRows, digitsRequest } from "../support/worker-digits.ts";
import type { Bench } from "./bench.ts";

const JOBS = 200;
const PATIENCE_MS = 120_000;
const MS_PER_SECOND = 1000;

const line = {
	name: "worker-on-emulator",
	what: `jobs per second of one worker over ${JOBS} jobs of digit-reader on the embedded AWS, in batches of up to 16; the baseline is the same one by one`,
	unit: "jobs/s",
	goal: null,
} as const;

export const onEmulator: Bench = {
	lines: [line],
	measure: async (progress) => {
		if (!existsSync(PYTHON)) return { [line.name]: { why: "the embedded AWS is not set up here: run npm start once" } };
		await using scope = new AsyncDisposableStack();
		progress(`${line.name}: starting the embedded AWS`);
		const cloud = await startWorkerCloud(await startTestCloud(scope), scope);
		const server = await cloud.startModelServer();
		const rate = async (change: Record<string, string>): Promise<number> => {
			for (let i = 0; i < JOBS; i++)
				await cloud.submit({ request: digitsRequest([digitRows[i % digitRows.length] ?? never()]) });
			progress(`${line.name}: ${JOBS} jobs`);
			const startedAtMs = performance.now();
			const worker = await cloud.startWorker(server.port, change);
			await eventually(async () => {
				if ((await cloud.queueSize(cloud.queues.jobs)) > 0) throw new Error("The bench's jobs did not end in time.");
			}, PATIENCE_MS);
			const jobsPerSecond = (JOBS * MS_PER_SECOND) / (performance.now() - startedAtMs);
			await worker.end("SIGTERM");
			return jobsPerSecond;
		};
		const value = await rate({});
		return { [line.name]: { value, baseline: await rate({ [ENVIRONMENT.batchMaxSize]: "1" }) } };
	},
};

function never(): never {
	throw new RangeError("The sample has no rows.");
}
