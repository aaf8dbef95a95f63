/**
 * `npm run mutation -- FILE…`: changes the given files of policies/ or charter/ bit by bit, and says which changes no test
 * notices. No part of the check: minutes a file. Installs what it needs on its first run.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { testsOf } from "./tests-of.ts";

const root = join(import.meta.dirname, "../..");
const home = join(root, ".sandbox/tools/mutation");
const work = join(root, ".sandbox/mutation");
const tree = join(work, "tree");
const PARTS = [
	"policies",
	"charter",
	"tests/policies",
	"tests/charter",
	"tests/cases",
	"tests/support",
	"tests/programs",
	"tests/fixtures",
	"sandbox",
	"docs/policies",
	"package.json",
];

/** Runs a command to its end, in sight. */
function run(command: string, args: readonly string[], cwd: string): number {
	return spawnSync(command, args, { cwd, stdio: "inherit" }).status ?? 1;
}

function install(): void {
	if (existsSync(join(home, "node_modules/@stryker-mutator/mocha-runner"))) return;
	mkdirSync(home, { recursive: true });
	cpSync(join(import.meta.dirname, "package.json"), join(home, "package.json"));
	const status = run("npm", ["install", "--no-audit", "--no-fund", "--silent"], home);
	if (status !== 0) throw new Error(`npm could not install Stryker into ${home}: see above.`);
}

/** A copy of the sources to be changed in place, beside the packages of this checkout but for mocha. */
function copyTree(): void {
	rmSync(tree, { recursive: true, force: true });
	for (const part of PARTS) {
		mkdirSync(join(tree, part, ".."), { recursive: true });
		cpSync(join(root, part), join(tree, part), { recursive: true, filter: (path) => !path.endsWith("/dist") });
	}
	mkdirSync(join(tree, "node_modules"));
	for (const name of readdirSync(join(root, "node_modules"))) {
		if (name.startsWith(".") || name === "mocha") continue;
		symlinkSync(join(root, "node_modules", name), join(tree, "node_modules", name));
	}
	symlinkSync(join(home, "node_modules/mocha"), join(tree, "node_modules/mocha"));
}

/** Stryker's settings for some files: only the tests that are about them are run. */
const settingsOf = (files: readonly string[], tests: readonly string[]) => ({
	inPlace: true,
	testRunner: "mocha",
	plugins: [createRequire(join(home, "package.json")).resolve("@stryker-mutator/mocha-runner")],
	mochaOptions: { "no-config": true, "no-package": true, "no-opts": true, spec: tests },
	mutate: files,
	coverageAnalysis: "perTest",
	// What runs once, at import, is a table or a name: each test has its own process for none of them.
	ignoreStatic: true,
	concurrency: 1,
	timeoutMS: 20_000,
	tempDirName: join(work, "scratch"),
	reporters: ["clear-text", "json"],
	jsonReporter: { fileName: join(work, "report.json") },
	clearTextReporter: { allowColor: false, logTests: false, reportTests: false, reportScoreTable: true },
	thresholds: { high: 95, low: 90, break: 90 },
});

const files = process.argv.slice(2).map((file) => relative(root, join(process.cwd(), file)));
if (
	files.length === 0 ||
	files.some((file) => !/^(policies|charter)\/.+\.ts$/.test(file) || !existsSync(join(root, file)))
) {
	console.error(
		"Usage: npm run mutation -- FILE…, each a TypeScript file of policies/ or charter/, as in policies/rules/timeout-chain.ts.",
	);
	process.exitCode = 1;
} else {
	install();
	copyTree();
	writeFileSync(join(tree, "stryker.config.json"), JSON.stringify(settingsOf(files, testsOf(root, files)), null, "\t"));
	const stryker = join(home, "node_modules/@stryker-mutator/core/bin/stryker.js");
	process.exitCode = run(process.execPath, [stryker, "run", "stryker.config.json"], tree);
	rmSync(tree, { recursive: true, force: true });
}
