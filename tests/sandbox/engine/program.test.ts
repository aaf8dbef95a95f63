/**
 * Tests of programs as functions: run anew each time, and with the outputs that the ordinary CLI would see.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { programOf } from "../../../sandbox/engine/program.ts";

describe("sandbox/engine/program", () => {
	let directory: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane program #"));
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	const program = (text: string) => {
		const file = join(directory, "index.mjs");
		writeFileSync(file, text);
		return programOf(file);
	};

	it("runs the file anew each time, and gives its exports", async () => {
		const run = program(
			"globalThis.runs = (globalThis.runs ?? 0) + 1; export const count = globalThis.runs; export const b = [2];",
		);
		const first = await run();
		const second = await run();
		expect(first).to.deep.equal({ count: 1, b: [2] });
		expect(second).to.deep.equal({ count: 2, b: [2] });
	});

	it("calls a default export that is a function, and takes any other for the outputs", async () => {
		expect(await program("export default async () => ({ a: 1 });")()).to.deep.equal({ a: 1 });
		expect(await program("export default { a: 2 };")()).to.deep.equal({ a: 2 });
		expect(await program("export default 3;")()).to.deep.equal({});
	});

	it("passes on what the program throws", async () => {
		const error = await program('throw new RangeError("too far");')().catch((reason: unknown) => reason);
		expect(error).to.be.instanceOf(RangeError);
	});
});
