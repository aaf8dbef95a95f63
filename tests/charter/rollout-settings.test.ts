import { expect } from "chai";
import fc from "fast-check";
import { RisingWeights, scheduleWords } from "../../charter/rollout-settings.ts";

describe("charter/rollout-settings", () => {
	it("takes weights that rise to 100", () => {
		for (const weights of [[100], [1, 100], [10, 25, 50, 100], [0.5, 99.5, 100]])
			expect(RisingWeights.parse(weights)).to.deep.equal(weights);
	});

	it("refuses weights that fall, stay, stop short, or are none, in a sentence", () => {
		const words = "the weights rise from step to step, and the last one is 100";
		for (const weights of [[10, 10, 100], [50, 10, 100], [10, 50], [99.9]])
			expect(RisingWeights.safeParse(weights).error?.issues.map(({ message }) => message)).to.deep.equal([words]);
		for (const weights of [[], [0, 100], [-1, 100], [50, 101]])
			expect(RisingWeights.safeParse(weights).success).to.equal(false);
	});

	it("takes exactly the lists that rise to 100, whatever is written", () => {
		fc.assert(
			fc.property(fc.array(fc.integer({ min: -5, max: 105 }), { maxLength: 5 }), (weights) => {
				const sorted = [...new Set(weights)].sort((a, b) => a - b);
				const rises = weights.join() === sorted.join() && weights.every((weight) => weight > 0);
				expect(RisingWeights.safeParse(weights).success).to.equal(rises && weights.at(-1) === 100);
			}),
		);
	});

	it("takes times in EventBridge Scheduler's words, and tells of them where they are others", () => {
		for (const words of ["rate(1 day)", "cron(0 3 * * ? *)", "at(2026-11-24T00:00:00)"])
			expect(scheduleWords.parse(words)).to.equal(words);
		for (const words of ["daily", "rate()", "xrate(1 day)", "rate(1 day)x", ""])
			expect(scheduleWords.safeParse(words).error?.issues[0]?.message).to.equal(
				'a time in EventBridge Scheduler\'s words, as in "rate(1 day)" or "cron(0 3 * * ? *)"',
			);
	});
});
