import { expect } from "chai";
import fc from "fast-check";
import { isBlank, LINE_MAX_BYTES, linesOf } from "../../../../functions/shared/batch/lines.ts";
import { pieces, rejection } from "../../../support/functions-batch.ts";

async function split(content: Uint8Array, pieceBytes: number): Promise<Buffer[]> {
	const lines: Uint8Array[] = [];
	for await (const some of linesOf(pieces(content, pieceBytes), "input/m/x.jsonl")) lines.push(...some);
	return lines.map((line) => Buffer.from(line));
}

describe("functions/shared/batch/lines", () => {
	it("splits any bytes into lines that are the bytes again, however they come", async () => {
		const content = fc
			.array(fc.constantFrom(0x0a, 0x0d, 0x20, 0x61, 0xff), { maxLength: 60 })
			.map((bytes) => Buffer.from(bytes));
		await fc.assert(
			fc.asyncProperty(content, fc.integer({ min: 1, max: 20 }), async (bytes, pieceBytes) => {
				const lines = await split(bytes, pieceBytes);
				expect(Buffer.concat(lines)).to.deep.equal(bytes);
				const count = bytes.filter((byte) => byte === 0x0a).length;
				expect(lines.length).to.equal(count + (bytes.length > 0 && bytes.at(-1) !== 0x0a ? 1 : 0));
				for (const line of lines) expect(line.subarray(0, -1).includes(0x0a)).to.equal(false);
			}),
		);
	});

	it("takes a line of the most bytes, and refuses one more wherever the pieces end", async () => {
		const most = Buffer.from(`${"x".repeat(LINE_MAX_BYTES - 1)}\n`);
		expect(await split(most, 100_000)).to.have.length(1);
		for (const pieceBytes of [65_536, LINE_MAX_BYTES * 2]) {
			const { name } = await rejection(split(Buffer.concat([Buffer.from("x"), most]), pieceBytes));
			expect(name).to.equal("BatchInputError");
		}
	});

	it("takes white space for no row, and anything else for one", () => {
		expect(["", "\n", " \t\r\n"].map((text) => isBlank(Buffer.from(text)))).to.deep.equal([true, true, true]);
		expect(["0\n", " {}", "é"].map((text) => isBlank(Buffer.from(text)))).to.deep.equal([false, false, false]);
	});
});
