import { expect } from "chai";
import fc from "fast-check";
import { planCapacity } from "../../charter/derive.ts";
import { SettingsError } from "../../charter/errors.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import {
	assertModelsFit,
	CALLBACK_TIMEOUT_SECONDS,
	CALLBACK_VISIBILITY_SECONDS,
	isOnEcs,
	overflowConcurrency,
	planQueued,
	planScaling,
	planSlot,
	queuedCallsAtOnce,
	queuedModels,
	SLOT_RETENTION_SECONDS,
	SLOT_VISIBILITY_SECONDS,
	SUBMIT_INTEGRATION_TIMEOUT_MS,
	SUBMIT_TIMEOUT_SECONDS,
	SWEEP_TIMEOUT_SECONDS,
} from "../../charter/queued.ts";
import { ecsModelWith, modelWith, queuedSettingsWith } from "../support/components.ts";

const slo = (p95Ms: number, jobP95Seconds: number) => ({ slo: { p95Ms, jobP95Seconds } });
const peak = (peakRps: number) => ({ traffic: { rps: 0.001, peakRps } });

describe("charter/queued", () => {
	it("takes only queued models for queued models", () => {
		const models = queuedModels(queuedSettingsWith());
		expect(models.map(({ name }) => name)).to.deep.equal(["digit-reader"]);
		expect(models.every(isOnEcs)).to.equal(true);
	});

	it("refuses more models with jobs than a function can be told of, before anything is made", () => {
		const many = (count: number) =>
			Array.from({ length: count }, (_, i) => ({ ...ecsModelWith(), name: `digit-reader-${10 + i}` }));
		expect(() => assertModelsFit(many(10))).not.to.throw();
		expect(() => assertModelsFit(many(11))).to.throw(
			SettingsError,
			"The 11 models with jobs (serve: queued, or overflow: job) take 3257 bytes of their functions' environment, more than the 3072 that there are for them. Shorten the names of models, teams and features, or share the models between two stacks.",
		);
		expect(() => planCapacity({ ...queuedSettingsWith(), models: many(11) })).to.throw(SettingsError, "The 11 models");
	});

	it("lets submit run as long as a caller may wait, and the API wait for it", () => {
		expect([SUBMIT_TIMEOUT_SECONDS, SUBMIT_INTEGRATION_TIMEOUT_MS]).to.deep.equal([27, 29_000]);
		expect(SUBMIT_TIMEOUT_SECONDS).to.be.above(JOB_LIMITS.waitMaxSeconds);
	});

	it("ends a sweep before the next one, and hides a callback for as many tries as SQS asks for", () => {
		expect(SWEEP_TIMEOUT_SECONDS).to.be.below(60);
		expect(CALLBACK_VISIBILITY_SECONDS).to.equal(6 * CALLBACK_TIMEOUT_SECONDS);
	});

	it("hides a slot's message longer than a lease, and keeps it longer than a job lives", () => {
		expect(SLOT_VISIBILITY_SECONDS).to.be.above(JOB_LIMITS.leaseSeconds);
		expect(SLOT_RETENTION_SECONDS).to.be.above(JOB_LIMITS.lifeSeconds);
	});

	it("reserves for a fifth of the submissions to wait as long as they may, and for each job to be asked for", () => {
		// 10 rps: 8 × 0.25 s + 2 × 25.25 s, and 40 × 0.1 s, with headroom of a half.
		expect(planQueued([ecsModelWith()], [])).to.deep.equal({ submit: 79, jobs: 6, sweep: 1, callback: 5 });
	});

	it("reserves less where jobs are promised sooner than anybody may wait", () => {
		// 8 × 0.25 s + 2 × 5.25 s.
		expect(planQueued([ecsModelWith(slo(500, 5))], [])?.submit).to.equal(19);
	});

	it("sums what models need before it rounds", () => {
		// 7.875 each.
		const models = Array.from({ length: 8 }, () => ecsModelWith(peak(1)));
		expect(planQueued(models, [])).to.include({ submit: 63, jobs: 5 });
	});

	it("has nobody at the door who already waits for a job, and nobody at all without a queued model", () => {
		expect(queuedCallsAtOnce([ecsModelWith()], [])).to.equal(6 + 4);
		expect(queuedCallsAtOnce([], [])).to.equal(0);
	});

	it("plans no function to submit with where realtime models alone have jobs, and nothing where none has", () => {
		// A twentieth of 60 rps overflows, and each of these jobs is asked for four times: 3 × 4 × 0.1 s; worked on for 5 s each.
		const overflowing = modelWith();
		expect(planQueued([], [overflowing])).to.deep.equal({ jobs: 2, sweep: 1, callback: 5 });
		expect(queuedCallsAtOnce([], [overflowing])).to.equal(2);
		expect(overflowConcurrency(overflowing)).to.equal(23);
		expect(planQueued([], [])).to.equal(undefined);
	});

	it("lets as many jobs wait for a task as it can do within the promise, in full micro-batches", () => {
		// 60 batches of 16.
		const scaling = { minTasks: 1, maxTasks: 4, backlogPerTask: 960, scalesIn: true };
		expect(planScaling(ecsModelWith())).to.deep.equal(scaling);
		expect(planSlot(ecsModelWith(), "a")).to.deep.equal(scaling);
		expect(planSlot(ecsModelWith(), "b")).to.deep.equal({ ...scaling, minTasks: 0, scalesIn: false });
		expect(planScaling(ecsModelWith(slo(2000, 3))).backlogPerTask).to.equal(16);
		expect(planScaling(ecsModelWith(slo(4000, 3))).backlogPerTask).to.equal(16);
		expect(planScaling(ecsModelWith({ ...slo(500, 30), ...peak(8) }, { batchMaxSize: 1 })).backlogPerTask).to.equal(60);
	});

	it("holds the backlog at what the same tasks are taken to do at the peak: both count full micro-batches", () => {
		const size = fc.integer({ min: 1, max: 64 });
		const tasks = fc.integer({ min: 1, max: 20 });
		fc.assert(
			fc.property(size, tasks, fc.integer({ min: 1, max: 100 }), (batchMaxSize, maxTasks, batches) => {
				// The greatest peak that is not refused, for as long as the promise lasts, is what all tasks may have waiting.
				const model = (peakRps: number) =>
					ecsModelWith({ ...slo(1000, batches), ...peak(peakRps) }, { batchMaxSize, maxTasks });
				const peakRps = maxTasks * batchMaxSize;
				expect(() => planScaling(model(peakRps + 0.1))).to.throw(SettingsError);
				expect(maxTasks * planScaling(model(peakRps)).backlogPerTask).to.equal(peakRps * batches);
			}),
			{ numRuns: 30 },
		);
	});

	it("scales to none only where the promise leaves time for a host to start", () => {
		const minTasks = (jobP95Seconds: number, runtime = {}) =>
			planScaling(ecsModelWith(slo(500, jobP95Seconds), runtime)).minTasks;
		expect([599, 600].map((seconds) => minTasks(seconds))).to.deep.equal([1, 0]);
		expect(minTasks(30, { onDemandBase: 3 })).to.equal(3);
		expect(minTasks(30, { onDemandBase: 5, maxTasks: 2 })).to.equal(2);
	});

	it("refuses a peak that all tasks with full batches could not keep up with, with the numbers", () => {
		expect(() => planScaling(ecsModelWith(peak(128.1)))).to.throw(
			SettingsError,
			'Model "digit-reader" can never keep up with its peak of 128.1 rps: its 4 tasks with 16 jobs in 500 ms do 128.0 jobs a second. Raise runtime.maxTasks or runtime.batchMaxSize, or lower slo.p95Ms to what the model needs for a batch.',
		);
		expect(() => planScaling(ecsModelWith(peak(128)))).not.to.throw();
	});

	it("never scales by less than one job a task, nor below none, whatever is promised", () => {
		const positive = fc.double({ min: 0.01, max: 10_000, noNaN: true });
		fc.assert(
			fc.property(positive, positive, (p95Ms, jobP95Seconds) => {
				const { minTasks, maxTasks, backlogPerTask } = planScaling(
					ecsModelWith({ ...slo(p95Ms, jobP95Seconds), ...peak(0.001) }),
				);
				expect(backlogPerTask).to.satisfy(Number.isInteger).and.be.at.least(1);
				expect(minTasks).to.be.within(0, maxTasks);
			}),
			{ numRuns: 50 },
		);
	});
});
