/** JSON data to typed arrays: every datatype's range, flat and nested forms, and what is refused. */
import { expect } from "chai";
import fc from "fast-check";
import { ApiError } from "../../../../charter/errors.ts";
import { DATATYPES, type Datatype } from "../../../../charter/registry.ts";
import { readTensorData } from "../../../../functions/shared/inference/tensor-data.ts";

const refusal = (data: unknown, datatype: Datatype, shape: number[]): string => {
	try {
		readTensorData(data, datatype, shape, "x");
	} catch (thrown) {
		expect(thrown).to.be.instanceOf(ApiError).with.property("code", "INVALID_REQUEST");
		return thrown instanceof ApiError ? thrown.message : "";
	}
	throw new Error("The data was taken.");
};

describe("functions/shared/inference/tensor-data", () => {
	const accepted: [datatype: Datatype, data: unknown[], expected: unknown][] = [
		["BOOL", [true, false], Uint8Array.of(1, 0)],
		["INT8", [-128, 127], Int8Array.of(-128, 127)],
		["INT16", [-32768, 32767], Int16Array.of(-32768, 32767)],
		["INT32", [-2147483648, 2147483647], Int32Array.of(-2147483648, 2147483647)],
		["INT64", [-9007199254740991, 9007199254740991], BigInt64Array.of(-9007199254740991n, 9007199254740991n)],
		["UINT8", [0, 255], Uint8Array.of(0, 255)],
		["UINT16", [0, 65535], Uint16Array.of(0, 65535)],
		["UINT32", [0, 4294967295], Uint32Array.of(0, 4294967295)],
		["UINT64", [0, 9007199254740991], BigUint64Array.of(0n, 9007199254740991n)],
		["FP32", [0.5, -3.4028234663852886e38], Float32Array.of(0.5, -3.4028234663852886e38)],
		["FP64", [0.1, 1e308], Float64Array.of(0.1, 1e308)],
		["BYTES", ["", "é\ud83e\ude7a"], ["", "é🩺"]],
	];
	for (const [datatype, data, expected] of accepted)
		it(`takes the ends of the range of ${datatype}`, () => {
			expect(readTensorData(data, datatype, [2], "x")).to.deep.equal(expected);
		});

	it("has a case for every datatype of the charter", () => {
		expect(accepted.map(([datatype]) => datatype).sort()).to.deep.equal([...DATATYPES].sort());
	});

	const refused: [datatype: Datatype, value: unknown][] = [
		["BOOL", 1],
		["INT8", 128],
		["INT8", 1.5],
		["INT16", -32769],
		["INT32", 2147483648],
		["INT64", 9007199254740992],
		["UINT8", -1],
		["UINT16", 65536],
		["UINT32", 4294967296],
		["UINT64", -1],
		["FP32", 3.5e38],
		["FP32", "1"],
		["FP32", null],
		["FP64", Number.POSITIVE_INFINITY],
		["BYTES", 1],
		["BYTES", "\ud800"],
		["BYTES", "a\udc00b"],
	];
	for (const [datatype, value] of refused)
		it(`refuses ${JSON.stringify(value)} as ${datatype}, naming its place`, () => {
			expect(refusal([value], datatype, [1])).to.match(
				new RegExp(`^x has .* as value 0, which is no ${datatype}\\. Send `),
			);
		});

	it("takes nested data as it takes the same data flat", () => {
		const tensors = fc
			.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }))
			.chain(([a, b, c]) =>
				fc.tuple(
					fc.constant([a, b, c]),
					fc.array(fc.integer({ min: -100, max: 100 }), { minLength: a * b * c, maxLength: a * b * c }),
				),
			);
		fc.assert(
			fc.property(tensors, ([[a = 1, b = 1, c = 1], flat]) => {
				const nested = Array.from({ length: a }, (_, i) =>
					Array.from({ length: b }, (_, j) => flat.slice((i * b + j) * c, (i * b + j + 1) * c)),
				);
				expect(readTensorData(nested, "INT32", [a, b, c], "x")).to.deep.equal(
					readTensorData(flat, "INT32", [a, b, c], "x"),
				);
			}),
		);
	});

	it("refuses nesting that does not fit the shape, at the depth where it stops fitting", () => {
		expect(refusal([[1, 2], [3]], "INT32", [2, 2])).to.match(/at depth 1 stands a list of 1, not a list of 2/);
		expect(refusal([[1, 2], 3], "INT32", [2, 2])).to.match(/at depth 1 stands a number/);
		expect(refusal([[[1]], [[2]]], "INT32", [2, 1])).to.match(/has a list as value 0/);
	});

	it("refuses a number of values that is not the shape's", () => {
		expect(refusal([1, 2, 3], "INT32", [2, 2])).to.equal(
			"x has 3 values, but its shape [2,2] holds 4. Send as many as the shape says.",
		);
	});

	it("refuses data that is missing or no list", () => {
		expect(refusal(undefined, "INT32", [1])).to.equal("x has data that is missing. Send an array.");
		expect(refusal({ length: 1 }, "INT32", [1])).to.equal("x has data that is an object. Send an array.");
	});
});
