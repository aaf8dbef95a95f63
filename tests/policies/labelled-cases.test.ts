import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { judgeOf, type LabelledCase, scoreCase } from "../cases/score.ts";

const folder = join(import.meta.dirname, "../cases");
const cases = readdirSync(folder)
	.filter((file) => file.endsWith(".json"))
	.flatMap((file): LabelledCase[] => JSON.parse(readFileSync(join(folder, file), "utf8")));

describe("tests/cases", () => {
	for (const labelled of cases) {
		const { id, rule, expect: label } = labelled;
		it(`${id} ${label === "fail" ? "breaks" : "keeps"} ${rule}, and the preview does not say otherwise`, () => {
			const judge = judgeOf(rule);
			if ("leftOut" in judge) throw new Error(`${rule} is left out: ${judge.leftOut}.`);
			const { raw, checked, preview } = scoreCase(labelled, judge);
			expect(raw, "raw").to.equal(label);
			if (!labelled.explicit_default) expect(checked, "checked").to.equal(label);
			expect(preview, "preview").to.be.oneOf([label, "cannot tell"]);
		});
	}
});
