import { execFileSync } from "node:child_process";
import { expect } from "chai";

const ROOT = new URL("..", import.meta.url);

/** What this script prints, run by this Node in the checkout's root. */
const printed = (script: string): string =>
	execFileSync(process.execPath, ["--input-type=module", "--eval", script], { cwd: ROOT, encoding: "utf8" }).trim();

describe("program", function () {
	// The AWS SDK of Pulumi takes seconds to load the first time.
	this.timeout(60_000);

	it("exports the program of index.ts alone, as the language host needs it", () => {
		const script = `
			const [entry, index] = await Promise.all([import("./program.mjs"), import("./index.ts")]);
			console.log(JSON.stringify([Object.keys(entry), entry.default === index.default, typeof entry.default]));`;
		expect(JSON.parse(printed(script))).to.deep.equal([["default"], true, "function"]);
	});

	it("tells an older Node in one sentence what to do, without a stack", () => {
		const script = `
			import { RunError } from "@pulumi/pulumi";
			Object.defineProperty(process.versions, "node", { value: "22.17.1" });
			const error = await import("./program.mjs").catch((thrown) => thrown);
			console.log(JSON.stringify([RunError.isInstance(error), error.message]));`;
		expect(JSON.parse(printed(script))).to.deep.equal([
			true,
			'Triplane\'s program is TypeScript that Node reads itself, which needs Node 22.18 or later, but Pulumi started Node 22.17.1: put a newer Node first on PATH (npm has installed Node 24 at node_modules/.bin/node), as in PATH="$PWD/node_modules/.bin:$PATH" pulumi preview.',
		]);
	});
});
