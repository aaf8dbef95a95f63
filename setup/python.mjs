/**
 * The Python environment of the emulator and the sample trainer: whether it is what sandbox/requirements.txt says, and making it.
 * A stamp is written last; without the right one the environment is made anew.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { Need } from "./need.mjs";

const CANDIDATES = ["python3.13", "python3.12", "python3.11", "python3.10", "python3"];
const OLDEST = [3, 10];
const PROBE = `
import sys
try:
    import ensurepip, venv
    ready = "ready"
except ImportError:
    ready = "bare"
print(sys.version_info[0], sys.version_info[1], ready)
`;

/** @param {string} root */
const venvFolder = (root) => join(root, ".sandbox", "tools", "venv");
/** @param {string} root */
const requirementsOf = (root) => join(root, "sandbox", "requirements.txt");
/** @param {string} root */
const stampOf = (root) => join(venvFolder(root), "triplane.stamp");

/**
 * Why the environment must be made; undefined when it is good.
 * @param {string} root
 */
export function pythonMissing(root) {
	const folder = venvFolder(root);
	if (!existsSync(folder)) return "not made yet";
	// A link to an interpreter that was removed since does not exist either.
	if (!existsSync(join(folder, "bin", "python"))) return "its Python is gone";
	if (!existsSync(stampOf(root))) return "its making was not finished";
	return readFileSync(stampOf(root), "utf8") === hashOf(root) ? undefined : "sandbox/requirements.txt has changed";
}

/**
 * @param {string} root
 * @param {import("./tools.mjs").RunTool} run
 * @param {string} python as {@link choosePython} gives it
 */
export async function makeVenv(root, run, python) {
	const folder = venvFolder(root);
	rmSync(folder, { recursive: true, force: true });
	mkdirSync(dirname(folder), { recursive: true });
	await run(python, ["-m", "venv", folder]);
	const quiet = ["--disable-pip-version-check", "--no-input", "--quiet"];
	await run(join(folder, "bin", "python"), ["-m", "pip", "install", ...quiet, "-r", requirementsOf(root)]);
	writeFileSync(stampOf(root), hashOf(root));
}

/**
 * The newest Python that can make an environment.
 * @param {(command: string) => string | undefined} probe
 * @returns {string}
 */
export function choosePython(probe = probePython) {
	let bare;
	let old;
	for (const command of CANDIDATES) {
		const [major = 0, minor = 0, ready] = probe(command)?.trim().split(" ") ?? [];
		if (ready === undefined) continue;
		const isOld = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
		if (!isOld && ready === "ready") return command;
		if (isOld) old ??= `${major}.${minor}`;
		else bare ??= `${major}.${minor}`;
	}
	const wanted = `Python ${OLDEST.join(".")} or newer`;
	if (bare) throw new Need(`Python ${bare} has no venv module: install it (on Debian or Ubuntu: python${bare}-venv).`);
	throw new Need(
		old
			? `Python ${old} is too old: install ${wanted}; the emulator and the sample trainer need it.`
			: `Python is missing: install ${wanted} with its venv module; the emulator and the sample trainer need it.`,
	);
}

/** @param {string} command */
function probePython(command) {
	try {
		return execFileSync(command, ["-c", PROBE], {
			encoding: "utf8",
			timeout: 20_000,
			stdio: ["ignore", "pipe", "ignore"],
		});
	} catch {
		// Not there, or a stand-in that runs nothing: the next candidate.
		return undefined;
	}
}

/** @param {string} root */
function hashOf(root) {
	const hash = createHash("sha256");
	for (const file of filesOf(requirementsOf(root))) hash.update(readFileSync(file));
	return hash.digest("hex");
}

/**
 * A requirements file and those that it includes by `-r`.
 * @param {string} file
 * @returns {string[]}
 */
function filesOf(file) {
	const included = readFileSync(file, "utf8").matchAll(/^-r\s+(\S+)/gm);
	return [file, ...[...included].flatMap(([, path = ""]) => filesOf(resolve(dirname(file), path)))];
}
