/**
 * Which Pulumi engine this checkout uses, and where one is on this machine already.
 * Plain JavaScript for an old Node, because the set-up uses it too. It only looks: getting one is setup/engine.mjs.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";

/** The engine that is fetched or built when none is there, and the oldest that is taken from PATH. */
export const ENGINE_VERSION = "3.259.0";

/**
 * @typedef {object} Engine
 * @property {string} version as in "3.259.0"
 * @property {"path" | "home" | "download" | "built"} source
 * @property {string} command absolute path of the executable
 */

/** The folder that Pulumi's own tools use for this version. @param {string} [home] */
export const engineFolder = (home = homedir()) => join(home, ".pulumi", "versions", ENGINE_VERSION, "bin");

/**
 * An engine of at least {@link ENGINE_VERSION} and of the same major version will do.
 * @param {string} version as in "v3.259.0" or "3.260.1-alpha.2"
 */
export function isAcceptable(version) {
	const parts = numbersOf(version);
	const wanted = numbersOf(ENGINE_VERSION);
	if (!parts || !wanted || parts[0] !== wanted[0]) return false;
	if (parts[1] !== wanted[1]) return parts[1] > wanted[1];
	return parts[2] > wanted[2] || (parts[2] === wanted[2] && !version.includes("-"));
}

/**
 * @param {string} version
 * @returns {[number, number, number] | undefined}
 */
function numbersOf(version) {
	const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+][0-9A-Za-z.+-]+)?$/.exec(version);
	return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : undefined;
}

/**
 * What an executable says of its version, without the "v"; undefined when it cannot be run.
 * @param {string} command
 */
export function versionOf(command) {
	try {
		const options = { encoding: /** @type {const} */ ("utf8"), timeout: 20_000 };
		const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
		const said = execFileSync(command, ["version"], { ...options, env, stdio: ["ignore", "pipe", "ignore"] });
		return said.trim().replace(/^v/, "");
	} catch {
		// Whatever stands there is no engine that runs on this machine; the search goes on.
		return undefined;
	}
}

/**
 * The first acceptable engine: on PATH, then in Pulumi's own folder.
 * @param {{ path?: string | undefined, home?: string | undefined }} [where]
 * @returns {Engine | undefined}
 */
export function findEngine({ path = process.env.PATH, home = homedir() } = {}) {
	const folders = (path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
	for (const folder of [...folders, engineFolder(home)]) {
		const command = join(folder, "pulumi");
		if (!isExecutable(command)) continue;
		const version = versionOf(command);
		const source = folder === engineFolder(home) ? "home" : "path";
		if (version && isAcceptable(version)) return { version, source, command };
	}
	return undefined;
}

/**
 * The engine that an earlier set-up recorded, if the executable is still the same; never runs it.
 * @param {string} file
 * @returns {Engine | undefined}
 */
export function recordedEngine(file) {
	try {
		const { version, source, command, identity } = JSON.parse(readFileSync(file, "utf8"));
		if (!isAcceptable(version) || identity !== identityOf(command)) return undefined;
		return { version, source, command };
	} catch {
		// No record, or one that cannot be read: the search answers instead, and the next set-up writes a good one.
		return undefined;
	}
}

/** What changes when an executable is replaced. @param {string} command */
export function identityOf(command) {
	const { size, mtimeMs } = statSync(realpathSync(command));
	return `${size}-${mtimeMs}`;
}

/** @param {string} file */
function isExecutable(file) {
	try {
		const status = statSync(file);
		return status.isFile() && (status.mode & 0o111) !== 0;
	} catch {
		return false;
	}
}
