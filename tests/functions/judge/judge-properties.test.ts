/** What holds of the judge at any observations, in any order, and over whole rollouts. */
import { expect } from "chai";
import fc from "fast-check";
import type { ArmCounts, Observation, RolloutRecord } from "../../../charter/rollout.ts";
import { judge } from "../../../functions/judge/judge.ts";
import { binomial, poisson, seeded } from "../../bench/seeded-counts.ts";
import { arm, judgedRollout, MINUTE_MS, rolloutPlan, seenAt, T0 } from "../../support/judge-rollouts.ts";

const NO_FIGURE = /NaN|Infinity|undefined/;
const anyNumber = fc.oneof(
	fc.integer({ min: 0, max: 10_000 }),
	fc.double(),
	fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, 1e300, 0.5),
);
const anyArm: fc.Arbitrary<ArmCounts> = fc.record({
	...{ requests: anyNumber, errors: anyNumber, slow: anyNumber },
	...{ costUsd: anyNumber, outcomes: anyNumber, badOutcomes: anyNumber },
});
const anyObservation: fc.Arbitrary<Observation> = fc.record({
	atMs: fc.oneof(anyNumber, fc.integer({ min: T0, max: T0 + 1e8 })),
	...{ champion: anyArm, canary: anyArm, deadLetters: anyNumber },
	paired: fc.dictionary(
		// A sentence names its slices, and is searched for what is no figure.
		fc.oneof(
			fc.string().filter((name) => !NO_FIGURE.test(name)),
			fc.constantFrom("all", "failed", "__proto__", "constructor", "x/step"),
		),
		fc.record({ compared: anyNumber, disagreed: anyNumber }),
	),
	burning: fc.subarray(["tumour-risk-burn", "other"]),
});
const anyRollout: fc.Arbitrary<RolloutRecord> = fc
	.record({
		state: fc.constantFrom("SHADOWING" as const, "SHIFTING" as const),
		step: fc.integer({ min: 0, max: 3 }),
		heldSinceMs: fc.option(fc.constant(T0), { nil: null }),
	})
	.map(({ state, step, heldSinceMs }) =>
		judgedRollout({ state, step: state === "SHADOWING" ? -1 : step, ...(heldSinceMs !== null && { heldSinceMs }) }),
	);

const counts = (most: number) => fc.integer({ min: 0, max: most });
const aMinute = fc
	.record({ all: counts(5_000), bad: counts(50), slow: counts(200), canaryAll: counts(2_000), canaryBad: counts(30) })
	.map(({ all, bad, slow, canaryAll, canaryBad }) => ({
		champion: arm(all, { errors: Math.min(bad, all), slow: Math.min(slow, all) }),
		canary: arm(canaryAll, { errors: Math.min(canaryBad, canaryAll) }),
	}));

/** Every number in a value. */
function numbersIn(value: unknown): number[] {
	if (typeof value === "number") return [value];
	return value !== null && typeof value === "object" ? Object.values(value).flatMap(numbersIn) : [];
}

describe("functions/judge/judge, of anything", () => {
	it("never throws, and leaves nothing that is no number, whatever it is shown one after the other", () => {
		fc.assert(
			fc.property(anyRollout, fc.array(anyObservation, { minLength: 1, maxLength: 5 }), (rollout, observations) => {
				let record = rollout;
				for (const observation of observations) {
					const { verdict, sentence, evidence, values } = judge(record, observation);
					expect(verdict).to.be.oneOf(["continue", "promote", "rollback", "hold"]);
					expect(sentence).to.match(/^Version 4 .*\.$/s);
					expect(sentence).not.to.match(NO_FIGURE);
					for (const number of numbersIn([evidence, values])) expect(Number.isFinite(number)).to.equal(true);
					record = { ...record, evidence };
				}
			}),
			{ numRuns: 500 },
		);
	});

	it("counts nothing twice where totals shrink and come back", () => {
		fc.assert(
			fc.property(aMinute, aMinute, fc.double({ min: 0, max: 1, noNaN: true }), (first, more, left) => {
				const shrunk = (a: ArmCounts) => arm(Math.floor(a.requests * left), { errors: Math.floor(a.errors * left) });
				const grown = (a: ArmCounts, b: ArmCounts) =>
					arm(a.requests + b.requests, { errors: a.errors + b.errors, slow: a.slow + b.slow });
				const last = { champion: grown(first.champion, more.champion), canary: grown(first.canary, more.canary) };
				const straight = logsAfter([first, last]);
				const hiccup = { champion: shrunk(first.champion), canary: shrunk(first.canary) };
				expect(logsAfter([first, hiccup, last])).to.deep.equal(straight);
				expect(logsAfter([first, first, last])).to.deep.equal(straight);
			}),
		);
	});

	it("never becomes kinder to a canary by more of its requests failing", () => {
		const kindness = { rollback: 0, hold: 1, continue: 1, promote: 2 } as const;
		fc.assert(
			fc.property(aMinute, fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 3 }), (seen, extra, step) => {
				const { canary } = seen;
				const errors = Math.min(canary.requests, canary.errors + extra);
				const verdictOf = (of: typeof seen) => judge(judgedRollout({ step }), seenAt(2, of)).verdict;
				const worse = verdictOf({ ...seen, canary: { ...canary, errors } });
				expect(kindness[worse]).to.be.at.most(kindness[verdictOf(seen)]);
			}),
		);
	});

	it("says the same when it is asked again", () => {
		fc.assert(
			fc.property(anyRollout, anyObservation, (rollout, observation) => {
				expect(judge(rollout, observation)).to.deep.equal(judge(rollout, observation));
			}),
		);
	});

	/**
	 * Whole rollouts of a version that is as good as the champion, at random traffic, with the weights and looks of chance: no
	 * more than α of them may be rolled back by the statistics. 600 rollouts at α = 5 %; the bound is five standard deviations above.
	 */
	it("rolls no more than α of the good versions back, whatever the weights and looks", () => {
		const alpha = 0.05;
		const runs = 600;
		const random = seeded(11);
		let wrong = 0;
		for (let run = 0; run < runs; run++) {
			const plan = rolloutPlan({ alpha, rps: 1 + random() * 50, burnAlarms: [] });
			const rates = { errors: random() * 0.01, slow: random() * 0.1 };
			if (isRolledBack(judgedRollout({ plan }), rates, random)) wrong++;
		}
		expect(wrong / runs).to.be.within(0.001, alpha + 5 * Math.sqrt((alpha * (1 - alpha)) / runs));
	});
});

function logsAfter(observations: readonly Partial<Observation>[]) {
	let rollout = judgedRollout();
	observations.forEach((observation, i) => {
		rollout = { ...rollout, evidence: judge(rollout, seenAt(i + 1, observation)).evidence };
	});
	return rollout.evidence.logs;
}

/** Sixty looks at most; weights go up and down by chance, not by verdicts. */
function isRolledBack(start: RolloutRecord, rates: { errors: number; slow: number }, random: () => number): boolean {
	let rollout = start;
	let [champion, canary] = [arm(0), arm(0)];
	let atMs = T0;
	const more = (a: ArmCounts, requests: number): ArmCounts => ({
		...a,
		requests: a.requests + requests,
		errors: a.errors + binomial(random, requests, rates.errors),
		slow: a.slow + binomial(random, requests, rates.slow),
	});
	for (let look = 0; look < 60; look++) {
		const minutes = 1 + Math.floor(random() * 4);
		atMs += minutes * MINUTE_MS;
		const all = poisson(random, rollout.plan.rps * 60 * minutes);
		const share = (rollout.plan.weights[rollout.step] ?? 100) / 100;
		const given = binomial(random, all, share);
		champion = more(champion, all - given);
		canary = more(canary, given);
		const { cause, evidence } = judge(rollout, { ...seenAt(0, { champion, canary }), atMs });
		if (cause === "worse") return true;
		const step = random() < 0.1 ? Math.floor(random() * 3) : rollout.step;
		rollout = { ...rollout, evidence, ...(step !== rollout.step && { step, sinceMs: atMs }) };
	}
	return false;
}
