/** The inference response as text: what JSON.stringify alone would lose or change. */
import { expect } from "chai";
import { writeInferResponse } from "../../../../functions/shared/inference/infer-response.ts";
import type { Tensor } from "../../../../functions/shared/inference/ports.ts";

const dataOf = (tensor: Pick<Tensor, "datatype" | "data">): string => {
	const outputs = [{ name: "y", shape: [2], ...tensor }];
	const { body } = writeInferResponse({ model: "m", version: 3, id: "i", outputs });
	expect(() => JSON.parse(body)).not.to.throw();
	return /"data":(\[.*?\])/.exec(body)?.[1] ?? "";
};

describe("functions/shared/inference/infer-response", () => {
	it("names model, version and id, and each output's name, datatype and shape", () => {
		const outputs: Tensor[] = [
			{ name: "label", datatype: "INT64", shape: [1], data: BigInt64Array.of(1n) },
			{ name: "score", datatype: "FP32", shape: [1, 2], data: Float32Array.of(0.5, 0.25) },
		];
		expect(JSON.parse(writeInferResponse({ model: "m", version: 3, id: 'i"', outputs }).body)).to.deep.equal({
			model_name: "m",
			model_version: "3",
			id: 'i"',
			outputs: [
				{ name: "label", datatype: "INT64", shape: [1], data: [1] },
				{ name: "score", datatype: "FP32", shape: [1, 2], data: [0.5, 0.25] },
			],
		});
	});

	it("keeps all digits of 64-bit integers", () => {
		expect(dataOf({ datatype: "INT64", data: BigInt64Array.of(-(2n ** 63n), 2n ** 63n - 1n) })).to.equal(
			"[-9223372036854775808,9223372036854775807]",
		);
		expect(dataOf({ datatype: "UINT64", data: BigUint64Array.of(0n, 2n ** 64n - 1n) })).to.equal(
			"[0,18446744073709551615]",
		);
	});

	it("writes BOOL as true and false, BYTES as strings, and what is no number as null", () => {
		expect(dataOf({ datatype: "BOOL", data: Uint8Array.of(1, 0) })).to.equal("[true,false]");
		expect(dataOf({ datatype: "UINT8", data: Uint8Array.of(1, 0) })).to.equal("[1,0]");
		expect(dataOf({ datatype: "BYTES", data: ["a", "é"] })).to.equal('["a","é"]');
		expect(dataOf({ datatype: "FP32", data: Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY) })).to.equal(
			"[null,null]",
		);
	});
});
