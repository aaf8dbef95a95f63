import { expect } from "chai";
import { assertWhole, wordsOf } from "../../../cli/commands/experiment.ts";
import { UsageError } from "../../../cli/usage.ts";

const arm = (name: string, weight: number) => ({ name, version: 3, weight });

describe("triplane experiment", () => {
	it("takes arms of different names that share the whole traffic", () => {
		assertWhole([arm("a", 50), arm("b", 50)]);
		assertWhole([arm("a", 33.3), arm("b", 33.3), arm("c", 33.4)]);
	});

	for (const [arms, words] of [
		[[arm("a", 100)], "two arms or more"],
		[[arm("a", 50), arm("a", 50)], "the same name"],
		[[arm("a", 50), arm("b", 40)], "take 90 % of the traffic together"],
	] as const)
		it(`refuses arms where ${words}`, () => {
			expect(() => assertWhole(arms)).to.throw(UsageError, words);
		});

	it("tells what runs, and what serves when it has ended", () => {
		const running = { experiment: 2, isRunning: true, variants: [arm("a", 50), arm("b", 50)] };
		expect(wordsOf("m", running, "a v3 50 %, b v4 50 %")).to.equal(
			"m: experiment 2 runs: a v3 50 %, b v4 50 %. `triplane experiment m --end` ends it.",
		);
		expect(wordsOf("m", { ...running, isRunning: false }, "v3 100 %")).to.equal("m: experiment 2 has ended: v3 100 %");
	});
});
