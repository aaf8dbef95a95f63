/** What of a model's answers can be measured: a model that answers with what is no number is not one that has no faults. */
import { expect } from "chai";
import type { Signature } from "../../../charter/registry.ts";
import { answersOf, type Evaluation } from "../../../functions/evaluate/answers.ts";
import type { ModelSession } from "../../../functions/shared/inference/ports.ts";
import { failureOf } from "../../support/failure.ts";

const signature: Signature = {
	inputs: [{ name: "x", datatype: "FP32", shape: [-1, 1] }],
	outputs: [
		{ name: "label", datatype: "INT64", shape: [-1] },
		{ name: "share", datatype: "FP32", shape: [-1, 2] },
	],
};
const heldout = { sha256: "0".repeat(64), rows: 2 };
const regression: Evaluation = { task: "regression", output: "share", heldout };
const rows = [1, 2].map((value) => ({ id: String(value), features: [value] }));

/** Answers each output of two rows with these numbers. */
const sessionOf = (outputs: Readonly<Record<string, number[]>>): ModelSession => ({
	run: async (_, wanted) =>
		wanted.map((name) => ({ name, datatype: "FP32", shape: [2, 1], data: Float32Array.from(outputs[name] ?? []) })),
	release: async () => {},
});
const ask = (outputs: Readonly<Record<string, number[]>>, evaluation: Evaluation) =>
	answersOf(sessionOf(outputs), signature, evaluation, rows, () => {});

describe("functions/evaluate/answers", () => {
	it("are the values of a regression, all of them numbers", async () => {
		expect(await ask({ share: [0.5, -2] }, regression)).to.deep.equal({ values: [0.5, -2] });
		for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
			expect(await failureOf(ask({ share: [0.5, value] }, regression))).to.equal(
				`its output "share" is ${value} for a held-out row, which is no number. Correct the model, or take out rows that it need not answer`,
			);
	});

	it("are labels and probabilities, and each of these is a number", async () => {
		const probabilities = { output: "share", classes: [0, 1] };
		const evaluation: Evaluation = { task: "classification", output: "label", probabilities, heldout };
		expect(await ask({ label: [1, 0], share: [0.25, 0.75, 1, 0] }, evaluation)).to.deep.equal({
			values: [1, 0],
			probabilities: [
				[0.25, 0.75],
				[1, 0],
			],
		});
		expect(await failureOf(ask({ label: [1, 0], share: [0.25, 0.75, Number.NaN, 0] }, evaluation))).to.match(
			/^its output "share" is NaN for a held-out row/,
		);
	});
});
