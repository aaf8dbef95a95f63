/** The inference protocol read strictly: one accepted request, and each way to break it. */
import { expect } from "chai";
import { ApiError } from "../../../../charter/errors.ts";
import type { Signature } from "../../../../charter/registry.ts";
import { readInferRequest } from "../../../../functions/shared/inference/infer-request.ts";

const signature: Signature = {
	inputs: [
		{ name: "values", datatype: "FP32", shape: [-1, 2] },
		{ name: "group", datatype: "INT64", shape: [-1] },
	],
	outputs: [
		{ name: "label", datatype: "INT64", shape: [-1] },
		{ name: "score", datatype: "FP32", shape: [-1, 2] },
	],
	features: { input: "values", entityInput: "id", columns: ["a", "b"] },
};

const version = { model: "m", signature };

type Input = Record<string, unknown>;
const values = (change: Input = {}): Input => ({
	name: "values",
	datatype: "FP32",
	shape: [2, 2],
	data: [1, 2, 3, 4],
	...change,
});
const group = (change: Input = {}): Input => ({
	name: "group",
	datatype: "INT64",
	shape: [2],
	data: [7, 8],
	...change,
});
const ids = (change: Input = {}): Input => ({ name: "id", datatype: "BYTES", shape: [2], data: ["p", "q"], ...change });

const refusal = (body: unknown, status = 400): string => {
	try {
		readInferRequest(body, version);
	} catch (thrown) {
		expect(thrown).to.be.instanceOf(ApiError).with.property("status", status);
		return thrown instanceof ApiError ? thrown.message : "";
	}
	throw new Error("The request was taken.");
};

describe("functions/shared/inference/infer-request", () => {
	it("reads values, id and outputs, the tensors in the signature's order", () => {
		const body = { id: "mine", inputs: [group(), values()], outputs: [{ name: "score" }] };
		expect(readInferRequest(body, version)).to.deep.equal({
			id: "mine",
			rows: 2,
			tensors: [
				{ name: "values", datatype: "FP32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
				{ name: "group", datatype: "INT64", shape: [2], data: BigInt64Array.of(7n, 8n) },
			],
			entities: undefined,
			outputs: ["score"],
		});
	});

	for (const shape of [[2], [2, 1]])
		it(`reads entities of the shape [${shape}] in place of their values`, () => {
			const { tensors, entities, rows } = readInferRequest({ inputs: [ids({ shape }), group()] }, version);
			expect({ entities, rows, tensors: tensors.map(({ name }) => name) }).to.deep.equal({
				entities: ["p", "q"],
				rows: 2,
				tensors: ["group"],
			});
		});

	for (const outputs of [undefined, []])
		it(`answers all outputs where ${outputs ? "none is named" : "outputs are left out"}`, () => {
			expect(readInferRequest({ inputs: [values(), group()], outputs }, version).outputs).to.deep.equal([
				"label",
				"score",
			]);
		});

	it("answers JSON to clients that would rather have binary outputs, as the protocol allows", () => {
		const body = {
			parameters: { binary_data_output: true },
			inputs: [values(), group()],
			outputs: [{ name: "label", parameters: { binary_data: true } }],
		};
		expect(readInferRequest(body, version).outputs).to.deep.equal(["label"]);
	});

	it("takes 64 KiB of parameters at each place, and refuses one character more with its place", () => {
		const filled = (characters: number) => ({ note: "x".repeat(characters - '{"note":""}'.length) });
		const placed = (parameters: object) => ({
			'"parameters"': { parameters, inputs: [values(), group()] },
			'The "parameters" of inputs[0] "values"': { inputs: [values({ parameters }), group()] },
			'The "parameters" of outputs[0]': { inputs: [values(), group()], outputs: [{ name: "label", parameters }] },
		});
		for (const body of Object.values(placed(filled(65_536)))) expect(readInferRequest(body, version).rows).to.equal(2);
		for (const [where, body] of Object.entries(placed(filled(65_537))))
			expect(() => readInferRequest(body, version))
				.to.throw(`${where} takes 65537 characters, more than the 65536 that it may. Send tensors as inputs.`)
				.with.property("code", "PAYLOAD_TOO_LARGE");
	});

	const refused: [what: string, body: unknown, message: RegExp][] = [
		["no object", [], /^The body is a list\. Send an object\.$/],
		["null", null, /^The body is null/],
		["an unknown key", { inputs: [values(), group()], input: 1 }, /unknown key "input"\. Its keys are id, parameters/],
		["no inputs", {}, /^"inputs" is missing\. Send a list of tensors: "values" \(FP32 \[-1,2\]\) and "group"/],
		["an input that is no object", { inputs: [1] }, /^inputs\[0\] is a number/],
		["an unknown key of an input", { inputs: [values({ dtype: "FP32" })] }, /^inputs\[0\] has the unknown key "dtype"/],
		[
			"an unknown input",
			{ inputs: [values({ name: "value" })] },
			/has the name "value", which the model does not have/,
		],
		["an input without a name", { inputs: [values({ name: undefined })] }, /has the name missing/],
		["a repeated input", { inputs: [values(), values()] }, /^inputs\[1\] repeats "values"/],
		["a missing input", { inputs: [values()] }, /^The input "group" is missing/],
		["no input at all", { inputs: [] }, /^The input "values" is missing/],
		["another datatype", { inputs: [values({ datatype: "FP64" })] }, /has the datatype FP64, but the model takes FP32/],
		["no datatype", { inputs: [values({ datatype: undefined })] }, /has the datatype missing/],
		[
			"another width",
			{ inputs: [values({ shape: [2, 3] })] },
			/has the shape \[2,3\]\. Send a shape that fits \[-1,2\]/,
		],
		["another rank", { inputs: [values({ shape: [4] })] }, /has the shape \[4\]/],
		["no rows", { inputs: [values({ shape: [0, 2], data: [] })] }, /no list of whole numbers from 1/],
		["a negative size", { inputs: [values({ shape: [-1, 2] })] }, /no list of whole numbers from 1/],
		["a shape that is no list", { inputs: [values({ shape: "2,2" })] }, /no list of whole numbers from 1/],
		[
			"rows that differ",
			{ inputs: [values(), group({ shape: [1], data: [7] })] },
			/has 1 rows, but the first input has 2/,
		],
		["values and entities", { inputs: [values(), ids(), group()] }, /^Both "values" and "id" were sent/],
		[
			"entities that are no strings",
			{ inputs: [ids({ data: [1, 2] }), group()] },
			/has 1 as value 0, which is no BYTES/,
		],
		["a number as id", { id: 7, inputs: [values(), group()] }, /^"id" is a number/],
		[
			"an id that is too long",
			{ id: "x".repeat(300), inputs: [values(), group()] },
			/^"id" has 300 characters\. Send a string of at most 256 characters, or none\.$/,
		],
		[
			"binary data",
			{ inputs: [values({ parameters: { binary_data_size: 16 } })] },
			/^Binary tensors are not supported/,
		],
		["shared memory", { inputs: [values({ parameters: { shared_memory_region: "r" } })] }, /shared memory region/],
		["parameters that are no object", { parameters: [], inputs: [] }, /^"parameters" is a list/],
		["an unknown output", { inputs: [values(), group()], outputs: [{ name: "x" }] }, /^outputs\[0\] has the name "x"/],
		[
			"a repeated output",
			{ inputs: [values(), group()], outputs: [{ name: "label" }, { name: "label" }] },
			/repeats "label"/,
		],
		["outputs that are no list", { inputs: [values(), group()], outputs: "label" }, /^"outputs" is a string/],
		[
			"a classification",
			{ inputs: [values(), group()], outputs: [{ name: "score", parameters: { classification: 1 } }] },
			/asks for classification, which is not supported/,
		],
	];
	for (const [what, body, message] of refused)
		it(`refuses ${what}`, () => {
			expect(refusal(body)).to.match(message);
		});

	it("refuses more rows than one request may have as too large, whatever else is sent", () => {
		expect(refusal({ inputs: [values({ shape: [257, 2] })] }, 413)).to.equal(
			'inputs[0] "values" has 257 rows, more than the 256 of one request. Split the rows over several requests.',
		);
	});

	// "ENTITY#m#" takes nine of the key's bytes.
	for (const [what, longest] of [
		["letters", "x".repeat(2039)],
		["characters of three bytes each", "€".repeat(679)],
	] as const)
		it(`takes an entity id of as many ${what} as a key of the feature table holds, and refuses one more by its row`, () => {
			const inputs = (last: string) => ({ inputs: [ids({ data: ["p", last] }), group()] });
			expect(readInferRequest(inputs(longest), version).entities).to.deep.equal(["p", longest]);
			expect(refusal(inputs(`${longest}yyy`))).to.match(
				/^"id" has an id in row 1 of which no features can be stored: its key takes 20(49|50|51) bytes, more than the 2048/,
			);
		});

	it("refuses an entity input where the signature has no features", () => {
		const { features: _, ...plain } = signature;
		const request = () => readInferRequest({ inputs: [ids(), group()] }, { model: "m", signature: plain });
		expect(request).to.throw(/has the name "id"/);
	});
});
