import { expect } from "chai";
import { differencesOf, wordsOf } from "../../../../cli/commands/models/diff.ts";
import { anEvaluation, aVersion } from "../../../support/cli-registry.ts";

const COLUMNS = 100;
const left = { version: aVersion(1), evaluation: undefined };
const right = {
	version: aVersion(2, { run: "run-1", parent: 1, metrics: { accuracy: 0.98, rocAuc: 0.99 } }),
	evaluation: anEvaluation("run-1"),
};
const named = (of: string, name: string) =>
	differencesOf(left, right).find((difference) => difference.of === of && difference.name === name);

describe("triplane models diff", () => {
	it("puts metrics, slices, signature and lineage side by side, also what one of them lacks", () => {
		expect(named("content", "sha256")).to.include({ left: "1".repeat(64), right: "2".repeat(64), isSame: false });
		expect(named("metric", "accuracy")).to.include({ left: 0.97, right: 0.98, isSame: false });
		expect(named("metric", "rocAuc")).to.include({ left: undefined, right: 0.99, isSame: false });
		expect(named("slice", "small accuracy")).to.include({ left: undefined, right: 0.95 });
		expect(named("slice", "all accuracy")).to.equal(undefined);
		expect(named("signature", "input features")).to.include({ left: "FP32 [-1, 30]", isSame: true });
		expect(named("lineage", "codeSha256")).to.include({ isSame: true });
		expect(named("lineage", "parent")).to.include({ left: undefined, right: 1, isSame: false });
	});

	it("finds no difference between a version and itself", () => {
		expect(differencesOf(right, right).filter(({ isSame }) => !isSame)).to.deep.equal([]);
	});

	it("prints them in a hundred columns, and what is the same in a word", () => {
		const words = wordsOf("tumour-risk", [1, 2], false, differencesOf(left, right));
		expect(words).to.match(/^tumour-risk v1 and v2 have different contents\.\n/);
		expect(words).to.match(/│ lineage +│ framework +│ scikit-learn 1\.7 +│ the same +│/);
		expect(Math.max(...words.split("\n").map((line) => line.length))).to.be.at.most(COLUMNS);
		expect(wordsOf("m", [1, 2], true, [])).to.match(/^m v1 and v2 have the same content\.\n/);
	});
});
