/**
 * Gets what a fresh clone lacks: the npm packages with Node 24, a Python environment, the Pulumi engine.
 * Runs on an old Node with nothing installed, and is silent and quick when nothing is missing.
 */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { engineMissing, fetchEngine, isRecorded, recordEngine } from "./setup/engine.mjs";
import { acquireLock } from "./setup/lock.mjs";
import { Need, ToolFailure } from "./setup/need.mjs";
import { installPackages, nodeMissing, packagesMissing } from "./setup/packages.mjs";
import { createProgress } from "./setup/progress.mjs";
import { choosePython, makeVenv, pythonMissing } from "./setup/python.mjs";
import { createTools } from "./setup/tools.mjs";

const HELP = `Usage: node setup.mjs [--check]

Installs what this checkout lacks, below node_modules/, .sandbox/tools/ and ~/.pulumi/versions/:
npm packages, a Python environment, the Pulumi engine. Does nothing when all is there.

  --check  say what is missing, change nothing, and exit 1 if something is
  --help   this text`;

const root = dirname(fileURLToPath(import.meta.url));
const tools = join(root, ".sandbox", "tools");

const PARTS = {
	"npm packages": () => packagesMissing(root),
	"Python environment": () => pythonMissing(root),
	"Pulumi engine": () => engineMissing(root),
};

/** The missing parts, each with its reason. */
function missingParts() {
	return Object.entries(PARTS).flatMap(([name, missing]) => {
		const why = missing();
		return why === undefined ? [] : [{ name, why }];
	});
}

function check() {
	const tooOld = nodeMissing(process);
	if (tooOld) console.log(tooOld);
	const missing = missingParts();
	for (const { name, why } of missing) console.log(`${name}: ${why}`);
	return tooOld || missing.length > 0 ? 1 : 0;
}

/** What only the user can install, all of it at once. @param {Set<string>} names */
function needsOf(names) {
	const needs = [nodeMissing(process)];
	if (names.has("npm packages") && spawnSync("npm", ["--version"]).error)
		needs.push("npm is missing: install it; it comes with Node from https://nodejs.org.");
	if (names.has("Python environment")) {
		try {
			choosePython();
		} catch (error) {
			if (!(error instanceof Need)) throw error;
			needs.push(error.message);
		}
	}
	return needs.filter((need) => need !== undefined);
}

async function install() {
	const progress = createProgress();
	const lock = await acquireLock(join(tools, "setup.lock"), {
		onWait: (pid) => progress.say(`Another set-up of this checkout is at work (process ${pid}); waiting for it.`),
	});
	const { run, end } = createTools({ logs: join(tools, "logs"), onStart: lock.holdTool });
	for (const [signal, code] of /** @type {const} */ ([
		["SIGINT", 130],
		["SIGTERM", 143],
		["SIGHUP", 129],
	]))
		process.once(signal, () => {
			end();
			lock.release();
			process.exit(code);
		});
	try {
		// What was missing may have been installed while this one waited.
		const names = new Set(missingParts().map(({ name }) => name));
		const needs = needsOf(names);
		if (needs.length > 0) throw new Need(needs.join("\n"));
		if (names.has("npm packages")) await progress.step("Installing the npm packages", () => installPackages(root, run));
		if (names.has("Python environment"))
			await progress.step("Making the Python environment", () => makeVenv(root, run, choosePython()));
		if (names.has("Pulumi engine")) await fetchEngine(root, run, progress);
		if (!isRecorded(root)) recordEngine(root);
	} finally {
		lock.release();
	}
}

/** @param {string[]} args */
async function main(args) {
	const unknown = args.find((arg) => arg !== "--check" && arg !== "--help");
	if (unknown !== undefined) {
		console.error(`There is no option ${unknown}.\n\n${HELP}`);
		return 2;
	}
	if (args.includes("--help")) {
		console.log(HELP);
		return 0;
	}
	try {
		if (args.includes("--check")) return check();
		if (nodeMissing(process) || missingParts().length > 0 || !isRecorded(root)) await install();
		return 0;
	} catch (error) {
		if (!(error instanceof Need || error instanceof ToolFailure)) throw error;
		console.error(error.message);
		return 1;
	}
}

process.exitCode = await main(process.argv.slice(2));
