import { expect } from "chai";
import fc from "fast-check";
import {
	experimentKey,
	experimentSaltOf,
	isRolloutEnded,
	judgementKey,
	judgementPrefix,
	ROLLOUT_PREFIX,
	ROLLOUT_STATES,
	rolloutKey,
	saltOf,
} from "../../charter/rollout.ts";

describe("charter/rollout", () => {
	it("ends a rollout by a promotion or by a rollback that is through, and by nothing else", () => {
		expect(ROLLOUT_STATES.filter(isRolloutEnded)).to.deep.equal(["PROMOTED", "ROLLED_BACK"]);
	});

	it("keeps rollouts, judgements and experiments under keys of their own", () => {
		expect(rolloutKey(7)).to.equal("ROLLOUT#000007");
		expect(judgementKey(7, 12)).to.equal("JUDGEMENT#000007#000012");
		expect(experimentKey(3)).to.equal("EXPERIMENT#000003");
	});

	it("sorts its keys as their numbers, and a judgement below its rollout alone", () => {
		const number = fc.integer({ min: 1, max: 999_999 });
		fc.assert(
			fc.property(number, number, (a, b) => {
				expect(rolloutKey(a) < rolloutKey(b)).to.equal(a < b);
				expect(judgementKey(a, 1).startsWith(judgementPrefix(b))).to.equal(a === b);
				expect(rolloutKey(a).startsWith(ROLLOUT_PREFIX)).to.equal(true);
			}),
		);
	});

	it("hashes each rollout and each experiment by a salt of its own", () => {
		expect(saltOf("tumour-risk", 3)).to.equal("tumour-risk#3");
		expect(experimentSaltOf("tumour-risk", 3)).to.equal("tumour-risk#experiment#3");
	});
});
