import { expect } from "chai";
import fc from "fast-check";
import {
	functionTimeoutSeconds,
	integrationTimeoutMs,
	overflowingModels,
	planCapacity,
	planThrottle,
	realtimeModels,
	servedModels,
	stageThrottle,
	totalReservedConcurrency,
} from "../../charter/derive.ts";
import { SettingsError } from "../../charter/errors.ts";
import { ecsModelWith, modelWith, queuedSettingsWith, settingsWith } from "../support/components.ts";
import { rawModel, rawQueuedModel, rawSageMakerModel } from "../support/settings.ts";

const tenant = { name: "acme", tier: "standard" };
const tier = { rps: 10, burst: 20, dailyQuota: 1000, maxJobsInFlight: 100 };
const rate = fc.double({ min: 0.01, max: 1000, noNaN: true });
const milliseconds = fc.double({ min: 1, max: 18_000, noNaN: true });

describe("charter/derive", () => {
	it("takes only realtime models for realtime models", () => {
		const batch = { ...rawModel(), name: "nightly", serve: "batch", schedule: "rate(1 day)" };
		const settings = settingsWith({ models: [rawModel(), batch] });
		expect(realtimeModels(settings).map(({ name }) => name)).to.deep.equal(["tumour-risk"]);
	});

	it("gives a function the shortest whole seconds that hold the promise, AWS's default of 3 s apart", () => {
		expect([150, 1000, 1001, 2000, 2001, 3000, 3001].map(functionTimeoutSeconds)).to.deep.equal([1, 1, 2, 2, 4, 4, 4]);
	});

	it("gives the API a margin over the function", () => {
		expect(integrationTimeoutMs(1)).to.equal(11_500);
	});

	it("never promises an answer after the function, or the function after the API, has given up", () => {
		fc.assert(
			fc.property(milliseconds, (p95Ms) => {
				const timeoutSeconds = functionTimeoutSeconds(p95Ms);
				expect(timeoutSeconds * 1000).to.be.within(p95Ms, p95Ms + 2000);
				expect(timeoutSeconds).to.not.equal(3);
				expect(integrationTimeoutMs(timeoutSeconds)).to.be.above(timeoutSeconds * 1000);
			}),
		);
	});

	it("plans the capacity of every function of the stack", () => {
		const plan = planCapacity(settingsWith());
		expect([plan.register, plan.authorize, plan.health]).to.deep.equal([2, 19, 5]);
		expect(plan.endpoint(modelWith())).to.deep.equal({
			timeoutSeconds: 1,
			integrationTimeoutMs: 11_500,
			reservedConcurrency: 14,
		});
	});

	it("lets as many calls ask the authorizer at once as the functions behind take, and as its own work at the peak needs", () => {
		const slow = { ...rawModel(), slo: { p95Ms: 1000 } };
		const quick = {
			...rawModel(),
			name: "quick",
			slo: { p95Ms: 10 },
			budget: { featuresMs: 2, modelMs: 6, restMs: 2 },
			traffic: { rps: 1, peakRps: 400 },
		};
		const authorize = (...models: object[]) => planCapacity(settingsWith({ models })).authorize;
		expect(authorize(slow)).to.equal(90 + 5);
		expect(authorize(quick)).to.equal(60);
		expect(authorize(slow, quick)).to.equal(90 + 6 + 5);
	});

	it("refuses a model that the API could not wait for, with the numbers", () => {
		const slow = { ...rawModel(), slo: { p95Ms: 18_001 } };
		expect(() => planCapacity(settingsWith({ models: [slow] }))).to.throw(
			SettingsError,
			'Model "tumour-risk" promises slo.p95Ms of 18001 ms, so the API would have to wait 29500 ms for it, over the 29000 ms that a REST API waits. Tighten slo.p95Ms, or declare serve: queued.',
		);
	});

	it("accepts a model that the API waits for as long as it can", () => {
		const models = [{ ...rawModel(), slo: { p95Ms: 18_000 }, traffic: { rps: 1, peakRps: 2 } }];
		expect(planCapacity(settingsWith({ models })).endpoint(modelWith({ slo: { p95Ms: 18_000 } }))).to.include({
			timeoutSeconds: 18,
			integrationTimeoutMs: 28_500,
		});
	});

	it("tells the doctor what the whole stack reserves", () => {
		// Of rollout, judge, evaluate and shadow.
		const delivery = 2 + 2 + 2 + 5;
		expect(totalReservedConcurrency(settingsWith())).to.equal(2 + 2 + 19 + 5 + 14 + delivery);
		const queued = { submit: 79, jobs: 6, sweep: 1, callback: 5 };
		expect(planCapacity(queuedSettingsWith()).queued).to.deep.equal(queued);
		expect(totalReservedConcurrency(queuedSettingsWith())).to.equal(2 + 2 + 29 + 5 + 14 + 91 + delivery);
	});

	it("reserves for the jobs of a realtime model that overflows, and lets its callers ask for them", () => {
		const overflowing = { ...rawModel(), overflow: "job", slo: { p95Ms: 150, jobP95Seconds: 60 } };
		const settings = settingsWith({ models: [overflowing] });
		expect(overflowingModels(settings).map(({ name }) => name)).to.deep.equal(["tumour-risk"]);
		expect(overflowingModels(settingsWith())).to.deep.equal([]);
		expect(planCapacity(settings)).to.deep.include({ authorize: 21, queued: { jobs: 2, sweep: 1, callback: 5 } });
		expect(totalReservedConcurrency(settings)).to.equal(2 + 2 + 21 + 5 + 14 + 8 + 23 + 11);
	});

	it("serves realtime and queued models, and plans nothing for queued ones where there is none", () => {
		expect(servedModels(queuedSettingsWith()).map(({ name }) => name)).to.deep.equal(["tumour-risk", "digit-reader"]);
		expect(planCapacity(settingsWith()).queued).to.equal(undefined);
	});

	it("sums the reservations of all functions of the stack", () => {
		const busy = (name: string) => ({ ...rawModel(), name, traffic: { rps: 1, peakRps: 1900 } });
		expect(() => planCapacity(settingsWith({ models: [busy("first"), busy("second")] }))).to.throw(
			SettingsError,
			"a concurrency of 1737 (register 2 + release 2 + authorize 861 + health 5 + first-predict 428 + second-predict 428 + rollout 2 + judge 2 + evaluate 2 + shadow 5)",
		);
	});

	it("names every function of both slots that SageMaker serves, and of jobs that overflow", () => {
		const endpoint = { ...rawSageMakerModel(), traffic: { rps: 2, peakRps: 20 } };
		const overflowing = { ...rawModel(), overflow: "job", slo: { p95Ms: 150, jobP95Seconds: 60 } };
		const busy = { ...rawModel(), name: "busy", traffic: { rps: 1, peakRps: 3900 } };
		const plan = () => planCapacity(queuedSettingsWith({ models: [overflowing, busy, endpoint] }));
		expect(plan).to.throw(SettingsError, "tumour-risk-overflow 23 + digit-reader-a-forward");
		expect(plan).to.throw(
			SettingsError,
			/digit-reader-a-result \d+ \+ digit-reader-b-forward \d+ \+ digit-reader-b-result \d+/,
		);
	});

	it("refuses what no pool, no endpoint and no function's environment could hold, before anything is made", () => {
		const refused =
			(...models: object[]) =>
			() =>
				planCapacity(queuedSettingsWith({ models }));
		const [onEcs, onSageMaker] = [rawQueuedModel(), rawSageMakerModel()];
		const busy = { traffic: { rps: 2, peakRps: 1000 } };
		expect(refused({ ...onEcs, ...busy })).to.throw(SettingsError, "its 4 tasks with 16 jobs in 500 ms");
		expect(refused({ ...onSageMaker, ...busy })).to.throw(SettingsError, "its 3 instances with 4 requests each");
		const many = Array.from({ length: 40 }, (_, i) => ({ ...onSageMaker, name: `reader-of-digits-${i}` }));
		expect(refused(...many)).to.throw(SettingsError, "The 40 models with jobs");
	});

	it("shields a tenant at its tier's rate for each model that it may call, with headroom", () => {
		const models = [modelWith(), modelWith({ name: "other-risk" })];
		expect(planThrottle(tenant, tier, models)).to.deep.equal({ rateLimit: 30, burstLimit: 60 });
		expect(planThrottle({ ...tenant, models: ["other-risk"] }, tier, models)).to.deep.equal({
			rateLimit: 15,
			burstLimit: 30,
		});
		expect(planThrottle({ ...tenant, models: [] }, tier, models)).to.deep.equal({ rateLimit: 15, burstLimit: 30 });
	});

	it("lets a tenant ask for its jobs as often as it submits them", () => {
		expect(planThrottle(tenant, tier, [modelWith(), ecsModelWith()])).to.deep.equal({ rateLimit: 45, burstLimit: 90 });
	});

	it("never shields a tenant tighter than its token buckets, and gives API Gateway a whole burst", () => {
		fc.assert(
			fc.property(rate, fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 5 }), (rps, burst, count) => {
				const models = Array.from({ length: count }, (_, i) => modelWith({ name: `model-${i}` }));
				const { rateLimit, burstLimit } = planThrottle(tenant, { ...tier, rps, burst }, models);
				expect(rateLimit).to.be.at.least(rps * count);
				expect(burstLimit).to.satisfy(Number.isInteger);
				expect(burstLimit).to.be.at.least(burst * count);
			}),
			{ numRuns: 30 },
		);
	});

	it("lets through the stage what all tenants together may send", () => {
		const plans = [
			{ rateLimit: 3, burstLimit: 6 },
			{ rateLimit: 75, burstLimit: 150 },
		];
		expect(stageThrottle(plans)).to.deep.equal({ rateLimit: 78, burstLimit: 156 });
	});
});
