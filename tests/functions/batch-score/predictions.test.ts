import { expect } from "chai";
import fc from "fast-check";
import type { Signature } from "../../../charter/registry.ts";
import { outputLines, predictionsOf } from "../../../functions/batch-score/predictions.ts";
import type { Tensor } from "../../../functions/shared/inference/ports.ts";

const of: Signature = {
	inputs: [],
	outputs: [
		{ name: "label", datatype: "INT64", shape: [-1] },
		{ name: "probabilities", datatype: "FP32", shape: [-1, 2] },
		{ name: "word", datatype: "BYTES", shape: [-1] },
	],
};
const all: Tensor[] = [
	{ name: "label", datatype: "INT64", shape: [2], data: BigInt64Array.of(1n, 9_007_199_254_740_993n) },
	{ name: "probabilities", datatype: "FP32", shape: [2, 2], data: Float32Array.of(0.25, 0.75, Number.NaN, 1) },
	{ name: "word", datatype: "BYTES", shape: [2], data: ["x", '"'] },
];

describe("functions/batch-score/predictions", () => {
	it("writes a line a row, with all digits of an integer and null for what is no number", () => {
		expect(outputLines(of, ["a", 'b"'], all)).to.equal(
			'{"id":"a","outputs":{"label":1,"probabilities":[0.25,0.75],"word":"x"}}\n{"id":"b\\"","outputs":{"label":9007199254740993,"probabilities":[null,1],"word":"\\""}}\n',
		);
	});

	it("refuses outputs that do not fit the signature", () => {
		expect(() => outputLines(of, ["a"], all)).to.throw(
			'The model gave 2 values of "label", not the 1 that its signature says. Register it with its true signature.',
		);
	});

	it("gives the feature table the numbers by column, and leaves out what is none", () => {
		expect(predictionsOf(of, ["a", "b"], all)).to.deep.equal([
			{ id: "a", values: { label: 1, probabilities_0: 0.25, probabilities_1: 0.75 } },
			{ id: "b", values: { label: 9_007_199_254_740_992, probabilities_1: 1 } },
		]);
	});

	it("writes lines that read back as the rows, in order", () => {
		const one: Signature = { inputs: [], outputs: [{ name: "prediction", datatype: "FP32", shape: [-1, 1] }] };
		const row = fc.tuple(fc.string(), fc.float({ noNaN: true, noDefaultInfinity: true }));
		fc.assert(
			fc.property(fc.array(row), (rows) => {
				const data = Float32Array.from(rows, ([, value]) => value);
				const text = outputLines(
					one,
					rows.map(([id]) => id),
					[{ name: "prediction", datatype: "FP32", shape: [rows.length, 1], data }],
				);
				const lines = text
					.split("\n")
					.slice(0, -1)
					.map((line) => JSON.parse(line));
				expect(lines).to.deep.equal(rows.map(([id, value]) => ({ id, outputs: { prediction: [value + 0] } })));
			}),
		);
	});
});
