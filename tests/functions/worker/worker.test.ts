/** The whole worker over memory: batches, poison, faults of the model server, duplicates, lost claims and the drain. */
import { expect } from "chai";
import { JOB_LIMITS } from "../../../charter/jobs.ts";
import type { InferOutcome, Queue } from "../../../functions/worker/ports.ts";
import { jobRecord, messageOf } from "../../support/worker-memory.ts";
import { answered, numbersRequest, ScriptedServer, twice, until, workerRig } from "../../support/worker-rig.ts";

const failed: InferOutcome = { kind: "failed", code: "UNAVAILABLE", message: "It broke off." };

describe("functions/worker/worker", () => {
	it("runs what waits as batches and gives each job its own rows", async () => {
		const server = new ScriptedServer(twice);
		const rig = workerRig({ server });
		const jobs = Array.from({ length: 20 }, (_, i) => rig.submit({ request: numbersRequest(i, i + 0.5) }));
		const worker = rig.start({ batchMaxSize: 8 });
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		for (const [i, { job }] of jobs.entries())
			expect(answered(rig.jobs.records.get(job))).to.deep.equal([2 * i, 2 * i + 1]);
		expect(server.calls.length).to.be.within(3, 8);
		expect(Math.max(...server.calls.map(({ length }) => length))).to.equal(16);
		expect(rig.jobs.inFlight.get("acme")).to.equal(0);
	});
	it("waits for the model server before it takes anything", async () => {
		const server = new ScriptedServer(twice);
		server.isUp = false;
		const rig = workerRig({ server });
		const { job } = rig.submit({ request: numbersRequest(1) });
		const worker = rig.start();
		await rig.clock.pause(5_000);
		expect(rig.jobs.records.get(job)).to.include({ state: "QUEUED", attempt: 0 });
		expect(worker.status().state).to.equal("WAITING_FOR_MODEL_SERVER");
		server.isUp = true;
		await until(() => rig.queue.messages.size === 0);
		expect(worker.status().state).to.equal("WORKING");
		await worker.stop();
		expect(worker.status()).to.include({ state: "STOPPED", inWork: 0, bytesInWork: 0 });
	});
	it("finds the one job at fault in a batch, sets it aside with the reason, and serves the others", async () => {
		const server = new ScriptedServer((call, values) =>
			values.includes(13) ? { kind: "refused", message: "13 is too much." } : twice(call),
		);
		const rig = workerRig({ server });
		const jobs = Array.from({ length: 8 }, (_, i) => rig.submit({ request: numbersRequest(i + 8) }));
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		const states = jobs.map(({ job }) => rig.jobs.records.get(job)?.state);
		expect(states.filter((state) => state === "SUCCEEDED")).to.have.length(7);
		const poison = rig.jobs.records.get(jobs[5]?.job ?? "");
		expect(poison).to.deep.include({ state: "FAILED", error: { code: "INVALID_REQUEST", message: "13 is too much." } });
		expect(poison).to.have.property("deadLetteredAtMs");
		expect(rig.outbox.deadLetters).to.deep.equal([
			{
				body: messageOf(poison ?? jobRecord()),
				reason: "13 is too much.",
				code: "INVALID_REQUEST",
				attempts: 1,
				tenant: "acme",
			},
		]);
	});
	it("counts a failure on the job that brings the server down even alone, until it is poison, and on no other", async () => {
		const server = new ScriptedServer((call, values) => (values.includes(13) ? failed : twice(call)));
		const rig = workerRig({ server });
		const jobs = Array.from({ length: 8 }, (_, i) => rig.submit({ request: numbersRequest(i + 8) }));
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		for (const [i, { job }] of jobs.entries())
			expect(rig.jobs.records.get(job)).to.include(
				i === 5
					? { state: "FAILED", failures: JOB_LIMITS.failuresMax, attempt: 3 }
					: { state: "SUCCEEDED", failures: 0 },
			);
		expect(rig.outbox.deadLetters.map(({ reason, code }) => [reason, code])).to.deep.equal([
			["It broke off.", "UNAVAILABLE"],
		]);
	});
	it("counts nothing on anybody while the server fails at everything", async () => {
		let isBroken = true;
		const server = new ScriptedServer((call) => (isBroken ? failed : twice(call)));
		const rig = workerRig({ server });
		const jobs = Array.from({ length: 8 }, (_, i) => rig.submit({ request: numbersRequest(i) }));
		// They come back together: of one that comes alone nobody could tell whose fault it is.
		const worker = rig.start({ batchMaxWaitMs: 5_000 }, { random: () => 0 });
		await until(() => rig.ends.filter(({ end }) => end.kind === "released").length >= 16);
		isBroken = false;
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		for (const { job } of jobs) expect(rig.jobs.records.get(job)).to.include({ state: "SUCCEEDED", failures: 0 });
		expect(rig.outbox.deadLetters).to.deep.equal([]);
	});
	it("counts nothing on a job that comes alone while the server fails at everything, and does it when the server is well", async () => {
		let isBroken = true;
		const server = new ScriptedServer((call) => (isBroken ? failed : twice(call)));
		const rig = workerRig({ server });
		const { job } = rig.submit({ request: numbersRequest(3) });
		const worker = rig.start();
		await until(() => rig.ends.filter(({ end }) => end.kind === "released").length >= 5);
		isBroken = false;
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(rig.jobs.records.get(job)).to.include({ state: "SUCCEEDED", failures: 0 });
		expect(rig.outbox.deadLetters).to.deep.equal([]);
	});
	it("asks again later where the server says that it is busy", async () => {
		let calls = 0;
		const server = new ScriptedServer((call) => (++calls < 4 ? { kind: "busy", message: "Later." } : twice(call)));
		const rig = workerRig({ server });
		const { job } = rig.submit({ request: numbersRequest(4) });
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(rig.jobs.records.get(job)).to.include({ state: "SUCCEEDED", failures: 0, attempt: 4 });
	});
	it("makes nobody suspect who waits for a busy server: they go together as before", async () => {
		let isBusy = true;
		const server = new ScriptedServer((call) => (isBusy ? { kind: "busy", message: "Later." } : twice(call)));
		const rig = workerRig({ server });
		for (let i = 0; i < 32; i++) rig.submit({ request: numbersRequest(i) });
		const worker = rig.start({ batchMaxWaitMs: 5_000 }, { random: () => 0 });
		await until(() => [...rig.jobs.records.values()].every(({ attempt }) => attempt > 4));
		isBusy = false;
		const before = server.calls.length;
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(server.calls.length - before).to.be.at.most(20);
		expect(Math.max(...server.calls.slice(before).map(({ length }) => length))).to.be.above(1);
	});
	it("learns how many rows the model takes at once", async () => {
		const server = new ScriptedServer((call, values) =>
			values.length > 3 ? { kind: "refused", message: "At most 3 rows." } : twice(call),
		);
		const rig = workerRig({ server });
		for (let i = 0; i < 64; i++) rig.submit({ request: numbersRequest(i) });
		const worker = rig.start({ batchMaxSize: 8 });
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect([...rig.jobs.records.values()].every(({ state }) => state === "SUCCEEDED")).to.equal(true);
		const last = server.calls.slice(-20);
		expect(Math.max(...last.map(({ length }) => length))).to.be.at.most(3);
	});
	it("does a job once however often its message comes, and removes what leads to no work", async () => {
		const rig = workerRig();
		const { job } = rig.submit(
			{ request: numbersRequest(4), callback: { url: "https://example.com", signingKey: "k" } },
			5,
		);
		rig.submit({ state: "CANCELLED" });
		rig.queue.send(messageOf(jobRecord()));
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(rig.jobs.commits.get(job)).to.equal(1);
		expect(rig.jobs.records.get(job)).to.include({ attempt: 1 });
		expect(rig.outbox.callbacks).to.deep.equal([job]);
		expect(rig.outbox.deadLetters).to.deep.equal([]);
	});
	it("sets aside a job that had failed but was left in the queue, as after a crash", async () => {
		const rig = workerRig();
		const { job } = rig.submit({ state: "FAILED", attempt: 2, error: { code: "INTERNAL", message: "It fell over." } });
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(rig.outbox.deadLetters[0]).to.deep.include({ reason: "It fell over.", code: "INTERNAL", attempts: 2 });
		expect(rig.jobs.records.get(job)).to.have.property("deadLetteredAtMs");
	});
	it("sets a message aside that points to no job, or to one of another model", async () => {
		const rig = workerRig();
		rig.queue.send("hello");
		rig.queue.send('{"job":7}');
		rig.queue.send(messageOf(jobRecord({ model: "other" })));
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(rig.outbox.deadLetters.map(({ reason }) => reason).sort()).to.deep.equal([
			"It is no JSON, so it points to no job.",
			"It is no pointer to a job; at fault: job, tenant, model, version, requestId, traceparent.",
			'Its job is of another model than this queue\'s "digit-reader".',
		]);
	});
	it("finishes the batch in work and gives the rest back at once when it is told to stop", async () => {
		const { promise: go, resolve } = Promise.withResolvers<void>();
		const server = new ScriptedServer(async (call) => {
			await go;
			return twice(call);
		});
		const rig = workerRig({ server });
		for (let i = 0; i < 12; i++) rig.submit({ request: numbersRequest(i) });
		const worker = rig.start({ batchMaxSize: 4 });
		await until(() => worker.status().inWork === 8);
		worker.drain();
		await until(() => rig.ends.length === 4);
		expect(worker.status()).to.include({ state: "DRAINING", inWork: 4 });
		resolve();
		await worker.stop();
		const kinds = rig.ends.map(({ end }) => end.kind);
		expect(kinds.filter((kind) => kind === "succeeded")).to.have.length(4);
		expect(kinds.filter((kind) => kind === "released")).to.have.length(4);
		const nowMs = rig.clock.now();
		expect([...rig.queue.messages].filter(({ visibleAtMs }) => visibleAtMs <= nowMs)).to.have.length(8);
		expect([...rig.jobs.records.values()].some(({ failures }) => failures > 0)).to.equal(false);
	});
	it("has not drained before the message of what it has done is gone", async () => {
		const { promise: go, resolve } = Promise.withResolvers<void>();
		const rig = workerRig();
		const { job } = rig.submit({ request: numbersRequest(1) });
		const queue: Queue = {
			receive: (options) => rig.queue.receive(options),
			hide: (delivery, seconds) => rig.queue.hide(delivery, seconds),
			remove: async (delivery) => {
				await go;
				await rig.queue.remove(delivery);
			},
		};
		const worker = rig.start({}, { queue });
		await until(() => rig.jobs.records.get(job)?.state === "SUCCEEDED");
		const stopping = worker.stop();
		await rig.clock.pause(10_000);
		expect(worker.status().state).to.equal("DRAINING");
		expect(rig.queue.messages.size).to.equal(1);
		resolve();
		await stopping;
		expect(worker.status().state).to.equal("STOPPED");
		expect(rig.queue.messages.size).to.equal(0);
	});
	it("gives back the batch in work too where it does not end within the drain's time", async () => {
		const server = new ScriptedServer(
			(_call, _values, signal) =>
				new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
		);
		const rig = workerRig({ server, speed: 500 });
		const { job } = rig.submit({ request: numbersRequest(1) });
		const worker = rig.start();
		await until(() => server.calls.length === 1);
		const stoppedAtMs = rig.clock.now();
		await worker.stop();
		expect((rig.clock.now() - stoppedAtMs) / 1000).to.be.within(75, JOB_LIMITS.drainSeconds);
		expect(rig.jobs.records.get(job)).to.include({ state: "QUEUED", failures: 0, attempt: 1 });
		expect([...rig.queue.messages].map(({ visibleAtMs }) => visibleAtMs <= rig.clock.now())).to.deep.equal([true]);
	});
	it("keeps a long job's claim, and drops the work of one that was cancelled", async () => {
		const { promise: go, resolve } = Promise.withResolvers<void>();
		const server = new ScriptedServer(async (call) => {
			await go;
			return twice(call);
		});
		const rig = workerRig({ server, speed: 500 });
		const kept = rig.submit({ request: numbersRequest(1) });
		const cancelled = rig.submit({ request: numbersRequest(2) });
		const worker = rig.start();
		await until(() => server.calls.length === 1);
		await rig.clock.pause(100_000);
		const record = rig.jobs.records.get(cancelled.job) ?? cancelled;
		rig.jobs.records.set(cancelled.job, { ...record, state: "CANCELLED" });
		await rig.clock.pause(30_000);
		resolve();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		expect(rig.jobs.records.get(kept.job)).to.include({ state: "SUCCEEDED", attempt: 1 });
		expect(rig.jobs.records.get(cancelled.job)).to.include({ state: "CANCELLED", attempt: 1 });
		expect(rig.ends).to.deep.include({ job: cancelled.job, end: { kind: "lost" } });
	});
	it("stays within its bytes, with a request that is larger than all of them alone", async () => {
		const shared = 16 * 1024 * 1024;
		const seen = new Set<number>();
		const server = new ScriptedServer((call) => {
			seen.add(worker.status().bytesInWork);
			return twice(call);
		});
		const rig = workerRig({ server });
		const ofBytes = (bytes: number) => {
			const text = numbersRequest(1);
			return `${text.slice(0, -1)},"id":"${"x".repeat(bytes - text.length - 8)}"}`;
		};
		for (let i = 0; i < 6; i++) {
			const requestKey = `large-${i}`;
			rig.payloads.objects.set(requestKey, ofBytes(i === 3 ? JOB_LIMITS.uploadMaxBytes : 6 * 1024 * 1024));
			const { request: _, ...record } = jobRecord({ requestKey });
			rig.jobs.add(record);
			rig.queue.send(messageOf(record));
		}
		const worker = rig.start();
		await until(() => rig.queue.messages.size === 0);
		await worker.stop();
		const [most = 0, ...others] = [...seen].sort((a, b) => b - a);
		expect(most).to.be.within(JOB_LIMITS.uploadMaxBytes - 16, JOB_LIMITS.uploadMaxBytes);
		expect(others[0]).to.be.within(shared / 2, shared);
		expect([...rig.jobs.records.values()].every(({ state }) => state === "SUCCEEDED")).to.equal(true);
	});
});
