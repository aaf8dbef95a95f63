/** Jobs through the real worker and model server, run as their bundles against the embedded AWS: each ends once, and rightly. */
import { expect } from "chai";
import { CALLBACKS_OPEN } from "../../charter/jobs.ts";
import { startTestCloud } from "../support/cloud/test-cloud.ts";
import { eventually } from "../support/eventually.ts";
import { startWorkerCloud, type WorkerCloud } from "../support/worker-cloud.ts";
import { digitRows, digitsAnswer, digitsRequest, distance } from "../support/worker-digits.ts";

describe("A worker and its model server", () => {
	const scope = new AsyncDisposableStack();
	let cloud: WorkerCloud;
	before(async () => {
		cloud = await startWorkerCloud(await startTestCloud(scope), scope);
	});
	after(() => scope.disposeAsync());

	it("answer jobs with the trainer's own predictions, one row or many a job, inline or from the bucket.", async () => {
		const server = await cloud.startModelServer();
		const worker = await cloud.startWorker(server.port);
		const singles = digitRows.slice(0, 40);
		const jobs = await Promise.all(singles.map((row) => cloud.submit({ request: digitsRequest([row]) })));
		const many = await cloud.submit({}, { largeRequest: digitsRequest(digitRows, { id: "mine" }) });
		await eventually(async () => {
			for (const { job } of [...jobs, many]) expect(await cloud.job(job)).to.include({ state: "SUCCEEDED" });
		}, 60_000);
		for (const [i, { job }] of jobs.entries()) {
			const record = await cloud.job(job);
			expect(record).to.include({ state: "SUCCEEDED", attempt: 1, failures: 0 });
			expect(record).to.not.have.any.keys("request", "requestKey", "owner", "leaseUntilMs", "open", "dueAtMs");
			const { id, labels, probabilities } = digitsAnswer(record.response ?? "");
			expect(id).to.equal(job);
			expect(labels).to.deep.equal([singles[i]?.label]);
			expect(distance(probabilities, singles.slice(i, i + 1))).to.be.below(1e-5);
		}
		expect(await cloud.job(many.job)).to.have.property("responseKey");
		expect(await cloud.inFlight("acme")).to.equal(-41);
		// A job has ended before its message goes; a worker that has drained has left neither half-done.
		expect(await worker.end("SIGTERM")).to.equal(0);
		expect(await cloud.queueSize(cloud.queues.jobs)).to.equal(0);
		expect(await server.end("SIGTERM")).to.equal(0);
	});
	it("deals with what is no work and what is poison, each with its reason, and does a job twice sent once.", async () => {
		const server = await cloud.startModelServer();
		await cloud.startWorker(server.port);
		const [row] = digitRows;
		if (!row) throw new Error("There are no rows.");
		const callback = { url: "https://example.com/done", signingKey: "key" };
		const twice = await cloud.submit({ request: digitsRequest([row]), callback }, { copies: 3 });
		const wrong = await cloud.submit({
			request: '{"inputs":[{"name":"pixels","datatype":"FP32","shape":[1,1],"data":[1]}]}',
		});
		const noJson = await cloud.submit({ request: "NaN" });
		const gone = await cloud.submit({ requestKey: "jobs/acme/none/request.json" });
		const cancelled = await cloud.submit({ request: digitsRequest([row]), state: "CANCELLED" });
		await cloud.send("no pointer at all");
		await eventually(async () => expect(await cloud.queueSize(cloud.queues.jobs)).to.equal(0), 60_000);
		expect(await cloud.job(twice.job)).to.include({ state: "SUCCEEDED", attempt: 1, open: CALLBACKS_OPEN });
		expect(await cloud.job(wrong.job)).to.deep.include({
			state: "FAILED",
			failures: 1,
			error: {
				code: "INVALID_REQUEST",
				message:
					'The model server answered: inputs[0] has the name "pixels", which the model does not have. Send "features" (FP32 [-1,64]).',
			},
		});
		expect(await cloud.job(wrong.job)).to.have.property("deadLetteredAtMs");
		expect((await cloud.job(noJson.job)).error?.code).to.equal("INVALID_REQUEST");
		expect(await cloud.job(gone.job)).to.include({ state: "FAILED", failures: 3, attempt: 3 });
		expect(await cloud.job(cancelled.job)).to.include({ state: "CANCELLED", attempt: 0 });
		const dead = await cloud.drainQueue(cloud.queues.deadLetters);
		expect(dead.map(({ attributes }) => `${attributes.code} ${attributes.attempts}`).sort()).to.deep.equal([
			"INTERNAL 3",
			"INVALID_REQUEST 0",
			"INVALID_REQUEST 1",
			"INVALID_REQUEST 1",
		]);
		const calls = await cloud.drainQueue(cloud.queues.callbacks);
		expect(calls.map(({ body }) => JSON.parse(body))).to.deep.equal([{ job: twice.job }]);
	});
});
