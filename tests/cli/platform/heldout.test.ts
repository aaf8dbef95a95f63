import { expect } from "chai";
import fc from "fast-check";
import { TriplaneError } from "../../../charter/errors.ts";
import type { Answer } from "../../../cli/platform/client.ts";
import {
	assertEqualsTrainer,
	type HeldoutRow,
	requestByEntity,
	requestByValues,
} from "../../../cli/platform/heldout.ts";

const row = (change: Partial<HeldoutRow> = {}): HeldoutRow => ({
	id: "patient-0001",
	features: [1, 2],
	answers: { label: [1], probabilities: [0.25, 0.75] },
	...change,
});
const answer = (label: unknown[], probabilities: unknown[], status = 200): Answer => ({
	status,
	body: {
		outputs: [
			{ name: "label", data: label },
			{ name: "probabilities", data: probabilities },
		],
	},
	requestId: "r",
	traceId: "t",
	retryAfterSeconds: undefined,
	latencyMs: 1,
});

describe("cli/platform/heldout", () => {
	it("asks by values, row after row", () => {
		expect(requestByValues([row(), row({ features: [3, 4] })]).inputs).to.deep.equal([
			{ name: "features", datatype: "FP32", shape: [2, 2], data: [1, 2, 3, 4] },
		]);
	});

	it("asks by entity", () => {
		expect(requestByEntity("patient_id", [row()]).inputs).to.deep.equal([
			{ name: "patient_id", datatype: "BYTES", shape: [1], data: ["patient-0001"] },
		]);
	});

	it("accepts the trainer's own predictions, and probabilities within 1e-5 of them", () => {
		assertEqualsTrainer(answer([1], [0.25, 0.75]), [row()]);
		assertEqualsTrainer(answer([1], [0.250009, 0.749991]), [row()]);
	});

	it("refuses another label, a probability further off, a missing row and an error", () => {
		for (const off of [
			answer([0], [0.25, 0.75]),
			answer([1], [0.25002, 0.75]),
			answer([], []),
			answer([1], [0.25, 0.75], 429),
		])
			expect(() => assertEqualsTrainer(off, [row()])).to.throw(TriplaneError);
	});

	it("measures a number above 1 by its own size", () => {
		const foretold = row({ answers: { prediction: [200] } });
		const says = (data: unknown[]) => ({ status: 200, body: { outputs: [{ name: "prediction", data }] } });
		assertEqualsTrainer(says([200.0019]), [foretold]);
		expect(() => assertEqualsTrainer(says([200.0021]), [foretold])).to.throw(
			TriplaneError,
			"The platform's prediction of patient-0001 is 200.0021, the trainer's 200.",
		);
	});

	it("refuses any probability that is off by more than the tolerance", () => {
		fc.assert(
			fc.property(fc.double({ min: 1.1e-5, max: 0.2 }), (offset) => {
				expect(() => assertEqualsTrainer(answer([1], [0.25 + offset, 0.75]), [row()])).to.throw(TriplaneError);
			}),
		);
	});
});
