import { expect } from "chai";
import fc from "fast-check";
import { TriplaneError } from "../../../charter/errors.ts";
import { parsePrediction } from "../../../cli/platform/batch-output.ts";
import { assertAllEqual } from "../../../cli/story/batch.ts";

const row = (id: string, prediction: number) => ({ id, features: [1], answers: { prediction: [prediction] } });
const predicted = (id: string, prediction: number) =>
	parsePrediction(`{"id":"${id}","outputs":{"prediction":${prediction}}}`);

describe("cli/story/batch", () => {
	it("accepts every row once, in any order, as the trainer predicts it", () => {
		assertAllEqual([predicted("b", 2), predicted("a", 1)], [row("a", 1), row("b", 2)]);
	});

	it("refuses a window that lacks a row, or has one twice, or another", () => {
		const rows = [row("a", 1), row("b", 2)];
		for (const [off, words] of [
			[[predicted("a", 1)], "1 predictions of 1 rows, not 2"],
			[[predicted("a", 1), predicted("a", 1)], "2 predictions of 1 rows, not 2"],
			[[predicted("a", 1), predicted("c", 2)], "The platform's prediction of b is , the trainer's 2."],
			[[predicted("a", 1), predicted("b", 2.1)], "The platform's prediction of b is 2.1, the trainer's 2."],
		] as const)
			expect(() => assertAllEqual(off, rows)).to.throw(TriplaneError, words);
	});

	it("reads a line with one value or several of an output", () => {
		fc.assert(
			fc.property(fc.string(), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (id, values) => {
				const line = JSON.stringify({ id, outputs: { one: values[0] ?? 0, many: values } });
				const { outputs } = parsePrediction(line);
				expect(JSON.stringify(outputs)).to.equal(JSON.stringify({ one: [values[0] ?? 0], many: values }));
			}),
		);
	});
});
