/** What follows for a model on SageMaker: how long a job may take, how attempts are named, and what can never keep up. */
import { expect } from "chai";
import fc from "fast-check";
import { planCapacity, totalReservedConcurrency } from "../../charter/derive.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { inferenceId, inferenceInputKey, inferenceTimes, readInferenceId } from "../../charter/sagemaker.ts";
import { sagemakerSettingsWith } from "../support/components.ts";
import { rawModel, rawSageMakerModel } from "../support/settings.ts";

describe("charter/sagemaker", () => {
	it("leases a job for longer than SageMaker may take, whatever is promised", () => {
		expect(inferenceTimes(30)).to.deep.equal({
			invocationTimeoutSeconds: 300,
			requestTtlSeconds: 1200,
			leaseSeconds: 1620,
		});
		expect(inferenceTimes(86_400)).to.deep.equal({
			invocationTimeoutSeconds: 3600,
			requestTtlSeconds: 21_600,
			leaseSeconds: 25_320,
		});
		fc.assert(
			fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (jobP95Seconds) => {
				const { invocationTimeoutSeconds, requestTtlSeconds, leaseSeconds } = inferenceTimes(jobP95Seconds);
				for (const seconds of [invocationTimeoutSeconds, requestTtlSeconds, leaseSeconds])
					expect(seconds).to.satisfy(Number.isSafeInteger);
				expect(leaseSeconds).to.be.above(invocationTimeoutSeconds + requestTtlSeconds);
				expect(leaseSeconds).to.be.below(JOB_LIMITS.lifeSeconds);
			}),
		);
	});

	it("names an attempt so that it is found again, and takes no other name for one", () => {
		expect(inferenceId({ job: "j", attempt: 7 })).to.equal("j#7");
		expect(readInferenceId("j#7")).to.deep.equal({ job: "j", attempt: 7 });
		for (const id of ["", "j", "j#", "#7", "j#0", "j#07", "j#-1", "j#7#8", "j#1e3", `j#${"9".repeat(10)}`])
			expect(readInferenceId(id), id).to.equal(undefined);
		expect(inferenceInputKey("digits", { job: "j", attempt: 7 })).to.equal("sagemaker/digits/input/j/7.json");
	});

	it("reserves concurrency for the two functions before and behind an endpoint", () => {
		const without = totalReservedConcurrency(sagemakerSettingsWith({ models: [rawModel()] }));
		const ecsLike = totalReservedConcurrency(sagemakerSettingsWith());
		expect(ecsLike - without).to.be.at.least(15 + 8);
	});

	it("refuses a peak that all instances could not keep up with, before anything is made", () => {
		const raw = rawSageMakerModel();
		const models = [{ ...raw, traffic: { rps: 2, peakRps: 25 } }];
		expect(() => planCapacity(sagemakerSettingsWith({ models }))).to.throw(
			'Model "digit-reader" can never keep up with its peak of 25 rps: its 3 instances with 4 requests each in 500 ms do 24.0 jobs a second. Raise runtime.maxInstances, or lower slo.p95Ms',
		);
	});
});
