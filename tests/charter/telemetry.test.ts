import { expect } from "chai";
import { BATCH_SPANS, METRIC_DIMENSION_SETS, METRICS, SPAN_ATTRIBUTES, SPANS } from "../../charter/telemetry.ts";

describe("charter/telemetry", () => {
	it("writes every metric by model, and by its version and variant", () => {
		expect(METRIC_DIMENSION_SETS).to.deep.equal([["model"], ["model", "version", "variant"]]);
	});

	it("has no name twice among metrics, spans or attributes", () => {
		for (const names of [METRICS, SPAN_ATTRIBUTES, { ...SPANS, ...BATCH_SPANS }]) {
			const all = Object.values(names);
			expect(new Set(all).size).to.equal(all.length);
		}
	});
});
