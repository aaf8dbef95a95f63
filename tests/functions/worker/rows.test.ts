/** What of a request a worker must know, and that rows find back to the job they came from, whatever they are. */
import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../../../charter/errors.ts";
import { type InferBody, isObject, readInferBody } from "../../../functions/worker/infer-body.ts";
import { parseLossless } from "../../../functions/worker/lossless-json.ts";
import { joinRows, readInferAnswer, splitRows, writeResponse } from "../../../functions/worker/rows.ts";

const tensor = (change: object = {}) => ({
	name: "x",
	datatype: "FP32",
	shape: [2, 3],
	data: [1, 2, 3, 4, 5, 6],
	...change,
});
const bodyOf = (request: object): InferBody => readInferBody(JSON.stringify(request));
const keyOf = (request: object) => bodyOf(request).shareable?.key;

describe("functions/worker/infer-body", () => {
	it("lets requests share a call where they ask for the same of rows of the same shape", () => {
		const key = keyOf({ inputs: [tensor()] });
		expect(key).to.be.a("string");
		expect(keyOf({ id: "other", inputs: [tensor({ shape: [1, 3], data: [1, 2, 3] })] })).to.equal(key);
		for (const other of [
			{ inputs: [tensor({ name: "y" })] },
			{ inputs: [tensor({ datatype: "FP64" })] },
			{ inputs: [tensor({ shape: [3, 2] })] },
			{
				inputs: [
					tensor({
						data: [
							[1, 2, 3],
							[4, 5, 6],
						],
					}),
				],
			},
			{ inputs: [tensor({ parameters: { a: 1 } })] },
			{ inputs: [tensor()], outputs: [{ name: "label" }] },
			{ inputs: [tensor()], parameters: { temperature: 1 } },
		])
			expect(keyOf(other), JSON.stringify(other)).to.not.equal(key);
	});
	it("sends alone what it cannot cut into rows for certain", () => {
		for (const inputs of [
			[],
			["x"],
			[tensor({ shape: [2, 2] })],
			[tensor({ shape: [] })],
			[tensor({ shape: [-1, 3] })],
			[tensor({ data: [[1, 2, 3]] })],
			[tensor({ data: [[1, 2, 3], 4] })],
			[tensor({ data: "AAAA" })],
			[tensor(), tensor({ name: "y", shape: [3, 2] })],
			[{ ...tensor(), name: 7 }],
		])
			expect(bodyOf({ inputs }).shareable, JSON.stringify(inputs)).to.equal(undefined);
	});
	it("refuses what is no request at all, in words that say what to send", () => {
		for (const [text, message] of [
			["", 'The job\'s request is no JSON. Send a JSON object with "inputs".'],
			["[]", 'The job\'s request is a list. Send a JSON object with "inputs".'],
			["{}", '"inputs" of the job\'s request is missing. Send a list of tensors.'],
		] as const)
			expect(() => readInferBody(text)).to.throw(ApiError, message);
	});
	it("reads any text or refuses it as the caller's mistake", () =>
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string(),
					fc.json(),
					fc.json().map((inputs) => `{"inputs":[${inputs}]}`),
				),
				(text) => {
					try {
						const { shareable, request } = readInferBody(text);
						if (shareable) expect(shareable.rows).to.be.at.least(1);
						expect(isObject(request)).to.equal(true);
					} catch (thrown) {
						expect(thrown).to.be.instanceOf(ApiError).with.property("code", "INVALID_REQUEST");
					}
				},
			),
		));
});

describe("functions/worker/lossless-json", () => {
	it("keeps all digits of integers that no number holds, and everything else as it is", () => {
		const text =
			'{"a":[9223372036854775807,-9223372036854775808,18446744073709551615],"b":0.1,"c":"12345678901234567890"}';
		expect(JSON.stringify(parseLossless(text))).to.equal(text);
	});
	it("is JSON's own parse for whatever has no such integer", () =>
		fc.assert(
			fc.property(fc.json(), (text) => {
				expect(JSON.stringify(parseLossless(text))).to.equal(JSON.stringify(JSON.parse(text)));
			}),
		));
	it("keeps any 64-bit integer wherever it stands", () =>
		fc.assert(
			fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })), (integers) => {
				const text = `{"data":[${integers.join(", ")}]}`;
				expect(JSON.stringify(parseLossless(text))).to.equal(`{"data":[${integers.join(",")}]}`);
			}),
		));
});

describe("functions/worker/rows", () => {
	const values = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.string(), fc.boolean());

	it("give each request what it would have got alone, flat or nested, over several tensors", () =>
		fc.assert(
			fc.property(
				fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
				fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
				fc.boolean(),
				fc.infiniteStream(values),
				(rowCounts, rowShape, isNested, stream) => {
					const perRow = rowShape.reduce((product, size) => product * size, 1);
					const row = () => Array.from({ length: perRow }, () => stream.next().value);
					const requests = rowCounts.map((rows, i) => {
						const data = Array.from({ length: rows }, row);
						const flat = !isNested || rowShape.length === 0;
						const input = { datatype: "BYTES", shape: [rows, ...rowShape], data: flat ? data.flat() : data };
						return {
							id: `request ${i}`,
							inputs: [
								{ name: "a", ...input },
								{ name: "b", ...input },
							],
						};
					});
					const bodies = requests.map((request) => bodyOf(request));
					const answer = readInferAnswer(echo(joinRows(bodies)));
					const parts = answer && splitRows(answer, rowCounts);
					expect(parts).to.have.length(requests.length);
					for (const [i, request] of requests.entries()) {
						const alone = echo(JSON.stringify(request));
						const own = JSON.parse(writeResponse(parts?.[i] ?? never(), request.id));
						expect(own).to.deep.equal({ ...alone, id: request.id });
					}
				},
			),
		));
	it("tell where outputs have no row for each row of the inputs", () => {
		const answer = { outputs: [{ shape: [1], data: [7] }] };
		expect(splitRows(answer, [2, 1])).to.equal(undefined);
		expect(splitRows(answer, [3])).to.deep.equal([answer]);
		expect(splitRows({ outputs: [{ shape: [3], data: [1, 2, 3, 4] }] }, [2, 1])).to.equal(undefined);
	});
	it("take nothing for a response that is none", () =>
		fc.assert(
			fc.property(fc.oneof(fc.anything(), fc.record({ outputs: fc.anything() })), (body) => {
				const answer = readInferAnswer(body);
				if (answer)
					expect(answer.outputs.every(({ shape, data }) => Array.isArray(shape) && Array.isArray(data))).to.equal(true);
			}),
		));
});

/** A model that answers its inputs, by the protocol. */
function echo(text: string): Record<string, unknown> {
	const { id, inputs } = JSON.parse(text);
	return { model_name: "m", model_version: "1", id: id ?? "server's own", outputs: inputs };
}

function never(): never {
	throw new Error("There is no such part.");
}
