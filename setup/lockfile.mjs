/**
 * Completes package-lock.json: npm leaves out the optional packages of other platforms that its registry does not serve,
 * and then `npm ci` refuses its own file. `npm run lock` after each `npm install`; it fetches nothing.
 */
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} LockEntry
 * @property {string} [version]
 * @property {boolean} [dev]
 * @property {boolean} [optional]
 * @property {Record<string, string>} [optionalDependencies]
 */

/** Words in the names of packages for one platform, with what npm calls them. */
const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = ["arm", "arm64", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "wasm32", "x64"];

/**
 * The lock file's packages with an entry for each optional one that is named and missing.
 * @param {Record<string, LockEntry>} packages by path
 * @returns {Record<string, LockEntry>} in npm's own order
 */
export function completePackages(packages) {
	const complete = { ...packages };
	for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages))
		for (const [name, version] of Object.entries(optionalDependencies)) {
			const platform = platformOf(name);
			if (!platform || !/^\d/.test(version) || isLocked(complete, path, name)) continue;
			complete[`node_modules/${name}`] = { version, ...(dev ? { dev } : {}), optional: true, ...platform };
		}
	return Object.fromEntries(Object.entries(complete).sort(([a], [b]) => a.localeCompare(b, "en")));
}

/**
 * What a package is for, by its name as in "@biomejs/cli-linux-x64-musl".
 * @param {string} name
 */
function platformOf(name) {
	const words = name.split(/[-/]/);
	const os = words.filter((word) => SYSTEMS.includes(word));
	const cpu = words.filter((word) => PROCESSORS.includes(word));
	if (os.length === 0 && cpu.length === 0) return undefined;
	const isLinux = os.includes("linux");
	const libc = isLinux && words.some((word) => word.startsWith("musl")) ? ["musl"] : [];
	if (isLinux && words.some((word) => word.startsWith("gnu"))) libc.push("glibc");
	return { ...(os.length > 0 ? { os } : {}), ...(cpu.length > 0 ? { cpu } : {}), ...(libc.length > 0 ? { libc } : {}) };
}

/**
 * Whether a package finds another from where it lies, as Node would look it up.
 * @param {Record<string, LockEntry>} packages
 * @param {string} path
 * @param {string} name
 */
function isLocked(packages, path, name) {
	const folders = path.split("/node_modules/");
	for (let depth = folders.length; depth > 0; depth--)
		if (`${folders.slice(0, depth).join("/node_modules/")}/node_modules/${name}` in packages) return true;
	return `node_modules/${name}` in packages;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
	const file = fileURLToPath(new URL("../package-lock.json", import.meta.url));
	const lock = JSON.parse(readFileSync(file, "utf8"));
	const packages = completePackages(lock.packages);
	const added = Object.keys(packages).length - Object.keys(lock.packages).length;
	if (added > 0) writeFileSync(file, `${JSON.stringify({ ...lock, packages }, undefined, "\t")}\n`);
	console.log(`package-lock.json: ${added} package(s) of other platforms added.`);
}
