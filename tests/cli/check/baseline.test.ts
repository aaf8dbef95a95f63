import { expect } from "chai";
import fc from "fast-check";
import { baselineOf, parseBaseline } from "../../../cli/check/baseline.ts";
import { Unjudgeable } from "../../../policies/offline/unjudgeable.ts";
import { FUNCTION, reportOn, smallStack } from "../../support/check-reports.ts";
import { resource } from "../../support/policies-stack.ts";

describe("cli/check/baseline", () => {
	it("holds the mandatory violations, each once and sorted, and no fault of the config", () => {
		const report = reportOn(smallStack, { typo: "advisory" });
		expect(JSON.parse(baselineOf(report))).to.deep.equal({
			version: 1,
			violations: [`function-reserved-concurrency ${FUNCTION}::score`, `function-timeout-explicit ${FUNCTION}::score`],
		});
	});

	it("reads back what it wrote, whatever the names", () => {
		fc.assert(
			fc.property(fc.uniqueArray(fc.string({ unit: "binary", minLength: 1 }), { maxLength: 5 }), (names) => {
				const report = reportOn(names.map((name) => resource(FUNCTION, name)));
				const fingerprints = new Set(report.findings.map(({ fingerprint }) => fingerprint));
				expect(parseBaseline(baselineOf(report), "x")).to.deep.equal(fingerprints);
			}),
		);
	});

	it("reads any text, or refuses it in a sentence that says what to do", () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
				try {
					expect(parseBaseline(text, "x")).to.be.instanceOf(Set);
				} catch (error) {
					expect(error).to.be.instanceOf(Unjudgeable);
					expect(String(error)).to.match(/^Unjudgeable: x is no .*--write-baseline x/s);
				}
			}),
		);
	});
});
