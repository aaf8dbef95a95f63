/** Spot notices in the middle of a batch, on the real worker's process: finished or given back in time, and held against nobody. */
import { expect } from "chai";
import { JOB_LIMITS, type JobRecord } from "../../charter/jobs.ts";
import { startTestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { type Process, startWorkerCloud, type WorkerCloud } from "../support/worker-cloud.ts";
import { digitRows, digitsAnswer, digitsRequest } from "../support/worker-digits.ts";
import { type SlowModel, startSlowModel } from "../support/worker-slow-model.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const INTERRUPTIONS = 10;
const [row] = digitRows;
const REQUEST = digitsRequest(row ? [row] : []);

describe("A worker that gets a spot notice", () => {
	const scope = new AsyncDisposableStack();
	let cloud: WorkerCloud;
	let real: Process;
	before(async () => {
		cloud = await startWorkerCloud(await startTestCloud(scope), scope);
		real = await cloud.startModelServer();
	});
	after(() => scope.disposeAsync());

	const slowModel = async (callMs: number): Promise<SlowModel> => {
		const model = await startSlowModel(`http://127.0.0.1:${real.port}`, callMs);
		scope.defer(() => model.crash());
		return model;
	};
	/** A worker that has a batch on the model right now. */
	const inTheMiddle = async (model: SlowModel, change: Record<string, string> = {}): Promise<Process> => {
		const worker = await cloud.startWorker(model.port, change);
		await eventually(async () => expect(model.calls(), worker.lines.join("\n")).to.be.at.least(1), 30_000);
		return worker;
	};
	const submit = (count: number) =>
		Promise.all(Array.from({ length: count }, () => cloud.submit({ request: REQUEST })));
	const stateOf = async ({ job }: JobRecord) => {
		const { state, attempt, failures } = await cloud.job(job);
		return { state, attempt, failures };
	};
	/** Has the jobs done that are left, and finds that no message of them is. */
	const finishAll = async (jobs: readonly JobRecord[]) => {
		const worker = await cloud.startWorker(real.port);
		await eventually(async () => {
			for (const job of jobs) expect(await stateOf(job)).to.include({ state: "SUCCEEDED" });
		}, 30_000);
		for (const { job } of jobs)
			expect(digitsAnswer((await cloud.job(job)).response ?? "").labels).to.deep.equal([row?.label]);
		// A job has ended before its message goes; a worker that has drained has left neither half-done.
		expect(await worker.end("SIGTERM")).to.equal(0);
		expect(await cloud.queueSize(cloud.queues.jobs)).to.equal(0);
		expect(await cloud.queueSize(cloud.queues.deadLetters)).to.equal(0);
	};

	it("finishes the batch that is on the model, and gives back at once what is not", async () => {
		const jobs = await submit(12);
		const worker = await inTheMiddle(await slowModel(4000), { TRIPLANE_BATCH_MAX_SIZE: "4" });
		const startedAtMs = performance.now();
		expect(await worker.end("SIGTERM")).to.equal(0);
		expect(performance.now() - startedAtMs).to.be.below(15_000);
		const states = await Promise.all(jobs.map(stateOf));
		const done = states.filter(({ state }) => state === "SUCCEEDED");
		expect(done.length).to.be.within(1, 8);
		for (const state of states)
			expect(state).to.deep.oneOf([
				{ state: "SUCCEEDED", attempt: 1, failures: 0 },
				{ state: "QUEUED", attempt: 1, failures: 0 },
				{ state: "QUEUED", attempt: 0, failures: 0 },
			]);
		await finishAll(jobs);
	});

	it("gives a batch back that takes too long, in time for another worker", async () => {
		const jobs = await submit(3);
		const worker = await inTheMiddle(await slowModel(HOUR_MS), { TRIPLANE_INFER_TIMEOUT_MS: String(HOUR_MS) });
		const startedAtMs = performance.now();
		expect(await worker.end("SIGTERM")).to.equal(0);
		expect(performance.now() - startedAtMs).to.be.below(JOB_LIMITS.drainSeconds * 1000);
		for (const job of jobs) expect(await stateOf(job)).to.deep.equal({ state: "QUEUED", attempt: 1, failures: 0 });
		await finishAll(jobs);
	}).timeout(3 * MINUTE_MS);

	it("never has a healthy job set aside, however often it is interrupted", async () => {
		const jobs = await submit(1);
		const [job] = jobs;
		if (!job) throw new Error("No job was submitted.");
		for (let interruption = 1; interruption <= INTERRUPTIONS; interruption++) {
			const model = await slowModel(HOUR_MS);
			const worker = await inTheMiddle(model);
			// The instance goes: the model server, whatever it is, does not outlive the notice for as long as the worker may.
			const ended = worker.end("SIGTERM");
			await model.crash();
			expect(await ended).to.equal(0);
			expect(await stateOf(job)).to.deep.equal({ state: "QUEUED", attempt: interruption, failures: 0 });
		}
		await finishAll(jobs);
		expect(await stateOf(job)).to.deep.equal({ state: "SUCCEEDED", attempt: INTERRUPTIONS + 1, failures: 0 });
	}).timeout(5 * MINUTE_MS);
});
