/** The tests' arithmetic against figures worked out by hand, and what must hold of any counts. */
import { expect } from "chai";
import fc from "fast-check";
import { GOOD, WORSE } from "../../../charter/rollout-evidence.ts";
import { added, boundIncrements, evidenceOf, trialsOf, worseIncrements } from "../../../functions/judge/e-process.ts";
import { binomial, seeded } from "../../bench/seeded-counts.ts";

const one = [{ factor: 10, share: 1 }];
const trials = (bad: number, all: number) => ({ bad, all });
const counts = fc
	.tuple(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 100_000 }))
	.map(([bad, all]) => trialsOf(bad, all));

describe("functions/judge/e-process", () => {
	it("weighs on which side the bad ones are, given how many there are", () => {
		// A tenth of the requests, so a tenth of the bad ones if neither is worse: 0.1 against 1 / 1.9 = 0.5263.
		const arms = { champion: trials(4, 900), canary: trials(5, 100), margin: 1 };
		const [log] = worseIncrements(one, arms);
		expect(Math.exp(log ?? 0)).to.be.closeTo((1 / 0.19) ** 5 * (10 / 19) ** 4, 1e-6);
	});

	it("takes a margin for no worse: one bad of each at a ratio of the margin is closer to no worse", () => {
		const arms = { champion: trials(8, 900), canary: trials(2, 100) };
		const value = (margin: number) => evidenceOf(WORSE, worseIncrements(WORSE, { ...arms, margin }));
		expect(value(1)).to.be.greaterThan(value(1.25));
		expect(value(1.25)).to.be.greaterThan(value(2));
	});

	it("says nothing where only one of the two has answered", () => {
		for (const [champion, canary] of [
			[trials(0, 0), trials(50, 100)],
			[trials(50, 100), trials(0, 0)],
		] as const)
			expect(worseIncrements(WORSE, { champion, canary, margin: 1 })).to.deep.equal([0, 0, 0]);
	});

	it("weighs a rate against a bound: 1,000 requests without one error, at half the bound of 0.5 %", () => {
		const [log] = boundIncrements([{ factor: 0.5, share: 1 }], { trials: trials(0, 1000), bound: 0.005 });
		expect(Math.exp(log ?? 0)).to.be.closeTo((0.9975 / 0.995) ** 1000, 1e-9);
	});

	it("needs 1,095 requests without an error to say 100 : 1 that the rate is below 0.5 %", () => {
		const value = (all: number) => evidenceOf(GOOD, boundIncrements(GOOD, { trials: trials(0, all), bound: 0.005 }));
		expect(value(1_094)).to.be.lessThan(100);
		expect(value(1_095)).to.be.at.least(100);
	});

	it("starts at one, and never counts more bad ones than there are", () => {
		expect(evidenceOf(WORSE)).to.be.closeTo(1, 1e-12);
		expect(evidenceOf(GOOD)).to.equal(1);
		expect(trialsOf(7, 5)).to.deep.equal({ bad: 5, all: 5 });
	});

	it("sums up the same whether an interval is looked at once or twice, at any counts of one weight", () => {
		fc.assert(
			fc.property(counts, counts, fc.double({ min: 1, max: 3, noNaN: true }), (champion, canary, margin) => {
				const twice = { bad: 2 * canary.bad, all: 2 * canary.all };
				const doubled = { bad: 2 * champion.bad, all: 2 * champion.all };
				const half = worseIncrements(WORSE, { champion, canary, margin });
				const whole = worseIncrements(WORSE, { champion: doubled, canary: twice, margin });
				const halfGood = boundIncrements(GOOD, { trials: canary, bound: 0.01 });
				const wholeGood = boundIncrements(GOOD, { trials: twice, bound: 0.01 });
				for (const [sum, at] of [
					[added(half, half), whole],
					[added(halfGood, halfGood), wholeGood],
				] as const)
					for (const [i, value] of sum.entries())
						expect(value).to.be.closeTo(at[i] ?? Number.NaN, 1e-6 * Math.max(1, Math.abs(value)));
			}),
		);
	});

	it("stays a number that can be kept, at any counts", () => {
		fc.assert(
			fc.property(counts, counts, fc.double({ min: 1e-6, max: 0.999, noNaN: true }), (champion, canary, bound) => {
				for (const [alternatives, logs] of [
					[WORSE, worseIncrements(WORSE, { champion, canary, margin: 1.25 })],
					[WORSE, boundIncrements(WORSE, { trials: canary, bound })],
					[GOOD, boundIncrements(GOOD, { trials: canary, bound })],
				] as const) {
					for (const log of logs) expect(Number.isFinite(log)).to.equal(true);
					expect(evidenceOf(alternatives, logs)).to.be.within(0, 1e12);
				}
			}),
		);
	});

	/**
	 * Ville's inequality, tried: over 2,000 courses of 60 looks at changing weights and rates, with as many errors on either side,
	 * at most one in twenty may ever exceed 20. The bound is five standard deviations above that, so a false alarm is one in
	 * millions, and the seed is fixed.
	 */
	it("exceeds x in the course of a rollout in no more than 1/x of them where the versions are alike", () => {
		const random = seeded(20);
		const courses = 2_000;
		const limit = 20;
		let exceeded = 0;
		let exceededAtBound = 0;
		let exceededOver = 0;
		for (let course = 0; course < courses; course++) {
			let worse: readonly number[] = [];
			let good: readonly number[] = [];
			let over: readonly number[] = [];
			let highest = [0, 0, 0];
			for (let look = 0; look < 60; look++) {
				const weight = [0.01, 0.1, 0.25, 0.5][Math.floor(random() * 4)] ?? 0.1;
				const all = 200 + Math.floor(random() * 2_000);
				// An incident now and then, of both arms alike.
				const rate = random() < 0.05 ? 0.2 : 0.003;
				const canary = Math.round(all * weight);
				const arms = {
					champion: trials(binomial(random, all - canary, rate), all - canary),
					canary: trials(binomial(random, canary, rate), canary),
				};
				worse = added(worse, worseIncrements(WORSE, { ...arms, margin: 1 }));
				const atBound = trials(binomial(random, canary, 0.005), canary);
				good = added(good, boundIncrements(GOOD, { trials: atBound, bound: 0.005 }));
				over = added(over, boundIncrements(WORSE, { trials: atBound, bound: 0.005 }));
				highest = [
					Math.max(highest[0] ?? 0, evidenceOf(WORSE, worse)),
					Math.max(highest[1] ?? 0, evidenceOf(GOOD, good)),
					Math.max(highest[2] ?? 0, evidenceOf(WORSE, over)),
				];
			}
			if ((highest[0] ?? 0) >= limit) exceeded++;
			if ((highest[1] ?? 0) >= limit) exceededAtBound++;
			if ((highest[2] ?? 0) >= limit) exceededOver++;
		}
		const allowed = 1 / limit + 5 * Math.sqrt((1 / limit) * (1 - 1 / limit) * (1 / courses));
		expect(exceeded / courses).to.be.within(0.005, allowed);
		expect(exceededAtBound / courses).to.be.within(0.005, allowed);
		expect(exceededOver / courses).to.be.within(0.001, allowed);
	});
});
