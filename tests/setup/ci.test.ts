/**
 * Tests of .ci/run with a stand-in for npm: what it counts, and how it exits.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const RUN = fileURLToPath(new URL("../../.ci/run", import.meta.url));

describe(".ci/run", () => {
	let directory: string;
	beforeEach(() => {
		directory = mkdtempSync(join(tmpdir(), "triplane-ci-"));
	});
	afterEach(() => rmSync(directory, { recursive: true, force: true }));

	const run = (output: string, exit: number) => {
		const npm = join(directory, "npm");
		writeFileSync(join(directory, "output"), output);
		writeFileSync(npm, `#!/bin/sh\n[ "$1" = test ] || exit 99\ncat '${directory}/output'\nexit ${exit}\n`);
		chmodSync(npm, 0o755);
		const { stdout, status } = spawnSync(RUN, {
			encoding: "utf8",
			env: { ...process.env, PATH: `${directory}:${process.env.PATH}` },
		});
		return { last: stdout.trimEnd().split("\n").at(-1), status, stdout };
	};

	it("sums the tests of all runs", () => {
		const output = "lint\n\n  120 passing (3s)\n\n\n  9 passing (2m)\n";
		expect(run(output, 0)).to.include({ last: "129 passed, 0 failed", status: 0 });
	});

	it("counts failing tests and exits with npm's code", () => {
		const output = "\n  120 passing (812ms)\n  2 failing\n\n  1) a test\n";
		expect(run(output, 2)).to.include({ last: "120 passed, 2 failed", status: 2 });
	});

	it("fails when tests failed, whatever npm's code", () => {
		expect(run("\n  1 passing (1s)\n  1 failing\n", 0)).to.include({ last: "1 passed, 1 failed", status: 1 });
	});

	it("counts a step that failed before or after the tests as one", () => {
		expect(run("a lint error\n", 1)).to.include({ last: "0 passed, 1 failed", status: 1 });
		expect(run("  5 passing (1s)\nand then a crash\n", 7)).to.include({ last: "5 passed, 1 failed", status: 7 });
	});

	it("fails when no test has run", () => {
		expect(run("all well\n", 0)).to.include({ last: "0 passed, 1 failed", status: 1 });
		expect(run("\n  0 passing (1ms)\n", 0)).to.include({ last: "0 passed, 1 failed", status: 1 });
	});

	it("does not count what only looks like a summary", () => {
		const output = "    ✔ says 7 passing (1s)\n7 passing\n  3 passing and more\n\n  2 passing (1h)\n  4 passing (5d)\n";
		expect(run(output, 0).last).to.equal("6 passed, 0 failed");
	});

	it("shows the whole output", () => {
		expect(run("first\n  1 passing (1s)\nlast\n", 0).stdout).to.equal(
			"first\n  1 passing (1s)\nlast\n1 passed, 0 failed\n",
		);
	});
});
