/** How long a rollout should take: worked out by hand, and in step with what its evidence is weighed by. */
import { expect } from "chai";
import fc from "fast-check";
import { ALPHA_SHARES, GOOD, WORSE } from "../../charter/rollout-evidence.ts";
import { RolloutSettings } from "../../charter/rollout-settings.ts";
import { deadlineAtMs, expectedRequests, expectedRolloutSeconds, lookSeconds } from "../../charter/rollout-time.ts";
import { rolloutPlan, T0 } from "../support/judge-rollouts.ts";

const minutesAt = (rps: number, change: Parameters<typeof rolloutPlan>[0] = {}) =>
	expectedRolloutSeconds(rolloutPlan({ rps, ...change })) / 60;

describe("charter/rollout-time", () => {
	it("counts the requests that show a fifth of a bound to be below it", () => {
		// 0.1 % of errors against a bound of 0.5 %, of all alternatives soonest by a quarter of it: 0.00237 a request.
		expect(expectedRequests(0.005, 100)).to.equal(Math.ceil(Math.log(400) / 0.0023712));
		expect(expectedRequests(0.05, 100)).to.equal(245);
		expect(expectedRequests(0.005, 5)).to.equal(1_264);
	});

	it("adds the steps up: the more traffic, the sooner, until only the intervals are left", () => {
		// At 20 rps: 1,264 requests at 10 % (11 min), then up to 2,527 at 25 % (5 min), then one interval each.
		expect(minutesAt(20)).to.equal(11 + 5 + 1 + 1);
		expect(minutesAt(5)).to.equal(62);
		expect(minutesAt(100)).to.equal(3 + 1 + 1 + 1);
		expect(minutesAt(1e6)).to.equal(4);
	});

	it("asks for all of the evidence before a first step that is above a quarter already", () => {
		expect(minutesAt(20, { weights: [100] })).to.equal(Math.ceil(2_527 / 1_200));
		expect(minutesAt(20, { weights: [10, 100] })).to.equal(Math.ceil(2_527 / 120) + 1);
	});

	it("adds what a shadow takes for the rarest slice that counts, and for its slices to be listed", () => {
		expect(minutesAt(20, { mirrorPct: 10 }) - minutesAt(20)).to.equal(Math.ceil(15 + 245 / (2 * 0.05) / 60));
	});

	it("holds after three times that", () => {
		const plan = rolloutPlan({ rps: 20 });
		expect(deadlineAtMs(plan, T0) - T0).to.equal(3 * 18 * 60_000);
	});

	it("looks each interval, and less often only where there would be too many looks", () => {
		expect(lookSeconds(rolloutPlan())).to.equal(60);
		expect(lookSeconds(rolloutPlan({ rps: 0.1 }))).to.be.greaterThan(600);
		expect(lookSeconds(rolloutPlan({ intervalSeconds: 5, rps: 1_000 }))).to.equal(5);
	});

	it("is finite and at least an interval a step, for any settings", () => {
		const anyPlan = fc.record({
			weights: fc
				.uniqueArray(fc.integer({ min: 1, max: 99 }), { maxLength: 6 })
				.map((weights) => [...weights.toSorted((a, b) => a - b), 100]),
			intervalSeconds: fc.integer({ min: 1, max: 3_600 }),
			alpha: fc.double({ min: 1e-6, max: 0.49, noNaN: true }),
			mirrorPct: fc.integer({ min: 0, max: 100 }),
			rps: fc.double({ min: 0.001, max: 1e6, noNaN: true }),
		});
		fc.assert(
			fc.property(anyPlan, fc.double({ min: 1e-5, max: 0.9, noNaN: true }), (change, errorRate) => {
				const plan = rolloutPlan({ ...change, bounds: { ...rolloutPlan().bounds, errorRate } });
				const seconds = expectedRolloutSeconds(plan);
				expect(Number.isFinite(seconds)).to.equal(true);
				expect(seconds).to.be.at.least(plan.weights.length * plan.intervalSeconds);
				expect((6 * seconds) / lookSeconds(plan)).to.be.at.most(Math.max(1_500, (6 * seconds) / plan.intervalSeconds));
			}),
		);
	});
});

describe("charter/rollout-evidence", () => {
	const total = (shares: readonly number[]) => shares.reduce((sum, share) => sum + share, 0);

	it("spends α once, and makes whole mixtures", () => {
		expect(total(Object.values(ALPHA_SHARES))).to.be.closeTo(1, 1e-12);
		for (const mixture of [WORSE, GOOD]) expect(total(mixture.map(({ share }) => share))).to.be.closeTo(1, 1e-12);
	});

	it("gives a new version no more than a tenth of the traffic at first, by default", () => {
		expect(RolloutSettings.parse({}).weights).to.deep.equal([10, 25, 50, 100]);
	});
});
