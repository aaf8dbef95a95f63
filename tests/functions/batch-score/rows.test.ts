import { expect } from "chai";
import fc from "fast-check";
import { DATATYPES, type Signature } from "../../../charter/registry.ts";
import { readRow, tensorsOf } from "../../../functions/batch-score/rows.ts";
import { signature } from "../../support/functions-batch.ts";

const bytes = (value: unknown) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
const read = (value: unknown, of: Signature = signature) => readRow(bytes(value), of, "line 7 of input/m/rows.jsonl");
const refusal = (value: unknown): string => {
	try {
		read(value);
	} catch (thrown) {
		if (thrown instanceof Error && thrown.name === "BatchInputError") return thrown.message;
		throw thrown;
	}
	return "taken";
};
const mixed: Signature = {
	inputs: [
		{ name: "age", datatype: "INT64", shape: [-1] },
		{ name: "image", datatype: "FP32", shape: [-1, 2, 2] },
		{ name: "isNew", datatype: "BOOL", shape: [-1, 1] },
		{ name: "word", datatype: "BYTES", shape: [-1] },
	],
	outputs: [],
};

describe("functions/batch-score/rows", () => {
	it("puts rows together as tensors, in the signature's order and shapes", () => {
		const rows = [
			{
				id: "a",
				inputs: {
					word: "x",
					age: 3,
					isNew: [true],
					image: [
						[1, 2],
						[3, 4],
					],
				},
			},
			{ id: "b", inputs: { word: "y", age: [4], isNew: [false], image: [5, 6, 7, 8] } },
		].map((row) => read(row, mixed));
		expect(rows.map(({ id }) => id)).to.deep.equal(["a", "b"]);
		expect(tensorsOf(mixed, rows)).to.deep.equal([
			{ name: "age", datatype: "INT64", shape: [2], data: BigInt64Array.of(3n, 4n) },
			{ name: "image", datatype: "FP32", shape: [2, 2, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8) },
			{ name: "isNew", datatype: "BOOL", shape: [2, 1], data: Uint8Array.of(1, 0) },
			{ name: "word", datatype: "BYTES", shape: [2], data: ["x", "y"] },
		]);
	});

	it("puts values of every datatype together unchanged", () => {
		for (const datatype of DATATYPES) {
			const of: Signature = { inputs: [{ name: "v", datatype, shape: [-1, 2] }], outputs: [] };
			const values =
				datatype === "BOOL"
					? [
							[true, false],
							[false, true],
						]
					: datatype === "BYTES"
						? [
								["é", ""],
								["b", "c"],
							]
						: [
								[1, 2],
								[3, 100],
							];
			const [tensor] = tensorsOf(
				of,
				values.map((v) => read({ id: "a", inputs: { v } }, of)),
			);
			expect(
				Array.from<unknown, unknown>(tensor?.data ?? [], (v) =>
					datatype === "BOOL" ? v === 1 : typeof v === "bigint" ? Number(v) : v,
				),
				datatype,
			).to.deep.equal(values.flat());
		}
	});

	it("names the line, the place and the remedy of what it refuses", () => {
		const where = "line 7 of input/m/rows.jsonl";
		for (const [value, message] of [
			["{", `${where} is no JSON in UTF-8. Write one object a line, as in {"id": "a", "inputs": {…}}.`],
			[[1], `${where} is a list. Give an object with "id" and "inputs".`],
			[{ id: "a" }, `${where} has no "inputs". Its keys are "id" and "inputs".`],
			[{ id: "a", inputs: {}, label: 1 }, `${where} has the unknown key "label". Its keys are "id" and "inputs".`],
			[{ id: 5, inputs: {} }, `${where} has an "id" that is no text. Give a text of 1 to 256 characters.`],
			[{ id: "", inputs: {} }, `${where} has an "id" that is no text. Give a text of 1 to 256 characters.`],
			[{ id: "a", inputs: {} }, `"inputs" in ${where} has no "features". Its keys are "features".`],
			[{ id: "a", inputs: { x: 1 } }, `"inputs" in ${where} has the unknown key "x". Its keys are "features".`],
			[
				{ id: "a", inputs: { features: [1, "2"] } },
				`"features" in ${where} has a string as value 1, which is no FP32. Send a finite number of at most ±3.4028234663852886e+38.`,
			],
			[
				{ id: "a", inputs: { features: [1] } },
				`"features" in ${where} has 1 values, but its shape [2] holds 2. Send as many as the shape says.`,
			],
		] as const)
			expect(refusal(value)).to.equal(message);
	});

	it("refuses bytes that are no UTF-8", () => {
		expect(() => readRow(Buffer.from([0x22, 0xff, 0x22]), signature, "line 1")).to.throw("line 1 is no JSON in UTF-8");
	});

	it("takes or refuses any line, and never fails otherwise", () => {
		const like = fc.record({
			id: fc.anything(),
			inputs: fc.oneof(fc.anything(), fc.record({ features: fc.anything() })),
		});
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.jsonValue(), like), (value) => {
				const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
				expect(refusal(text)).to.be.a("string");
			}),
		);
	});

	it("reads back each row of numbers as float32 has them", () => {
		const number = fc.float({ noNaN: true, noDefaultInfinity: true });
		fc.assert(
			fc.property(fc.string({ minLength: 1, maxLength: 256 }), number, number, (id, a, b) => {
				const row = read({ id, inputs: { features: [a, b] } });
				expect([row.id, ...Array.from<unknown, unknown>(row.values[0] ?? [], (v) => v)]).to.deep.equal([
					id,
					a + 0,
					b + 0,
				]);
			}),
		);
	});
});
