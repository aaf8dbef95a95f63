/** The parity table names what exists: patches, tests and policies. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect } from "chai";
import { FUNCTIONAL_TYPES } from "../../sandbox/provider/types.ts";

const at = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const page = readFileSync(at("docs/sandbox.md"), "utf8");
const table = page.slice(page.indexOf("## What differs from AWS"));
const named = (pattern: RegExp): string[] => [...new Set([...table.matchAll(pattern)].map(([, name = ""]) => name))];

describe("The parity table of docs/sandbox.md", () => {
	it("has a row for every patch of the emulator, and for no other.", () => {
		const patches = readdirSync(at("sandbox/emulator/patches"))
			.filter((name) => name.endsWith(".py") && !["__init__.py", "target.py"].includes(name))
			.sort();
		expect(named(/`(\w+\.py)`/g).sort()).to.deep.equal(patches);
	});

	it("names tests that exist.", () => {
		const tests = named(/`((?:e2e|sandbox|components|functions|policies)\/[\w/-]+)`/g);
		expect(tests).to.have.length.above(15);
		for (const name of tests)
			expect(
				[`tests/${name}`, `tests/${name}.test.ts`].some((path) => existsSync(at(path))),
				name,
			).to.equal(true);
	});

	it("names policies that exist.", () => {
		const policies = named(/policy `([a-z-]+)`/g);
		expect(policies).to.have.length.above(1);
		for (const name of policies) expect(existsSync(at(`policies/rules/${name}.ts`)), name).to.equal(true);
	});

	it("lists every functional type of the provider.", () => {
		for (const token of Object.keys(FUNCTIONAL_TYPES)) {
			const name = token.split(":").at(-1) ?? "";
			expect(new RegExp(`\\b${name}\\b`).test(page), name).to.equal(true);
		}
	});
});
