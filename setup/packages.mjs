/**
 * The npm packages, and with them Node 24: whether what is installed is what the lock file says, and installing it.
 * A good node_modules is never touched.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Need } from "./need.mjs";

/** The first Node that reads TypeScript without a flag. */
const NATIVE_TYPESCRIPT = [22, 18];

/** @typedef {{ version?: string, optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[], link?: boolean }} Locked */
/** @typedef {{ platform: string, arch: string }} Machine */

/**
 * Why the packages must be installed; undefined when they are all there.
 * @param {string} root
 * @param {Machine} machine
 */
export function packagesMissing(root, machine = process) {
	const locked = packagesOf(join(root, "package-lock.json"));
	if (!locked) throw new Need("package-lock.json is missing or damaged: restore it from the repository.");
	const installed = packagesOf(join(root, "node_modules", ".package-lock.json"));
	if (!installed)
		return existsSync(join(root, "node_modules")) ? "their installation was not finished" : "not installed";
	return differenceOf(locked, installed, machine);
}

/**
 * The first difference between what is locked and what is installed; undefined when there is none.
 * @param {Record<string, Locked>} locked by path, as in "node_modules/chai"
 * @param {Record<string, Locked>} installed
 * @param {Machine} machine
 */
export function differenceOf(locked, installed, machine) {
	for (const [path, { version, ...wanted }] of Object.entries(locked)) {
		if (path === "") continue;
		const found = installed[path];
		if (!found && isDemanded(wanted, machine)) return `${nameOf(path)} ${version} is missing`;
		if (found && found.version !== version) return `${nameOf(path)} is ${found.version}, not ${version}`;
	}
	const extra = Object.keys(installed).find((path) => !(path in locked));
	return extra === undefined ? undefined : `${nameOf(extra)} is no longer used`;
}

/**
 * npm leaves out what does not fit the machine, and may leave out what is optional without a reason that we could see.
 * @param {Locked} wanted
 * @param {Machine} machine
 */
function isDemanded({ optional, os, cpu, libc }, machine) {
	if (!optional) return true;
	if ((!os && !cpu) || libc) return false;
	return fits(os, machine.platform) && fits(cpu, machine.arch);
}

/**
 * @param {string | string[] | undefined} allowed as in ["linux"] or "!win32"
 * @param {string} value
 */
function fits(allowed, value) {
	const names = allowed === undefined ? [] : [allowed].flat();
	if (names.includes(`!${value}`)) return false;
	return names.includes(value) || names.every((name) => name.startsWith("!"));
}

/** @param {string} path */
const nameOf = (path) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/**
 * @param {string} file
 * @returns {Record<string, Locked> | undefined}
 */
function packagesOf(file) {
	try {
		const { packages } = JSON.parse(readFileSync(file, "utf8"));
		return packages !== null && typeof packages === "object" ? packages : undefined;
	} catch {
		// Missing and damaged come to the same: npm has to write it anew.
		return undefined;
	}
}

/**
 * A Node that runs the rest: the one among the packages, or the user's own. Undefined when there is one.
 * @param {{ version: string, platform: string, arch: string }} host
 */
export function nodeMissing({ version, platform, arch }) {
	const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
	const [wantedMajor = 0, wantedMinor = 0] = NATIVE_TYPESCRIPT;
	if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return undefined;
	if (major >= 20 && platform === "linux" && (arch === "x64" || arch === "arm64")) return undefined;
	return `Node ${version} is too old here: install Node 24 (${NATIVE_TYPESCRIPT.join(".")} or newer will do) from https://nodejs.org.`;
}

/**
 * @param {string} root
 * @param {import("./tools.mjs").RunTool} run
 */
export async function installPackages(root, run) {
	const args = ["ci", "--include=dev", "--include=optional", "--no-progress", "--loglevel=error"];
	await run("npm", args, { cwd: root });
}
