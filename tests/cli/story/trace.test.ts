import { expect } from "chai";
import fc from "fast-check";
import { type TreeSpan, treeOf } from "../../../cli/story/trace.ts";

const span = (spanId: string, parentSpanId: string | undefined, startMs: number, durationMs: number): TreeSpan => ({
	spanId,
	...(parentSpanId === undefined ? {} : { parentSpanId }),
	name: spanId,
	startMs,
	durationMs,
});

describe("cli/story/trace", () => {
	it("shows children below their parent, in the order in which they began", () => {
		const spans = [span("model", "predict", 5, 1), span("admit", "predict", 1, 1.5), span("predict", "gone", 0, 10)];
		expect(treeOf(spans)).to.deep.equal([
			"predict                     10.0 ms",
			"  └ admit                    1.5 ms",
			"  └ model                    1.0 ms",
		]);
	});

	it("shows each span of any forest exactly once", () => {
		fc.assert(
			fc.property(fc.array(fc.nat(20), { maxLength: 20 }), (parents) => {
				const spans = parents.map((parent, i) => span(`s${i}`, parent < i ? `s${parent}` : undefined, i, 1));
				expect(treeOf(spans)).to.have.length(spans.length);
			}),
		);
	});
});
