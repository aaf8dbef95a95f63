/**
 * Which processes run on this machine, whose children they are, and which carry a mark in their environment.
 * Plain JavaScript for an old Node, because the set-up uses it too. It only looks: ending processes is ending.ts.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/**
 * @typedef {object} ProcessRow
 * @property {number} pid
 * @property {number} parentPid
 * @property {string} started when it started, in the system's own words: tells a process from a later one with its id
 */

const hasProc = process.platform === "linux";

/**
 * Every living process; zombies are dead.
 * @returns {ProcessRow[]}
 */
export function processTable() {
	if (hasProc)
		return readdirSync("/proc")
			.filter((name) => /^\d+$/.test(name))
			.flatMap((name) => rowOfStat(Number(name), readProc(name, "stat")));
	return rowsOfPs(ps(["-A", "-o", "pid=,ppid=,stat=,lstart="]));
}

/**
 * When the process with this id started; undefined when there is none.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
	const rows = hasProc
		? rowOfStat(pid, readProc(String(pid), "stat"))
		: rowsOfPs(ps(["-o", "pid=,ppid=,stat=,lstart=", "-p", String(pid)]));
	return rows[0]?.started;
}

/**
 * Ids of the processes with `NAME=value…` in their environment, whoever their parent is now.
 * @param {string} mark as in "TRIPLANE_PROCESS=20261124-1/": the rest of the value is free
 * @returns {number[]}
 */
export function carriersOf(mark) {
	if (!hasProc)
		return ps(["-A", "-E", "-ww", "-o", "pid=,command="])
			.split("\n")
			.filter((line) => line.includes(` ${mark}`))
			.map((line) => Number.parseInt(line, 10));
	return processTable()
		.map(({ pid }) => pid)
		.filter((pid) => `\0${readProc(String(pid), "environ")}`.includes(`\0${mark}`));
}

/**
 * The given processes that live, and all their descendants.
 * @param {ProcessRow[]} table
 * @param {readonly number[]} roots
 * @returns {ProcessRow[]}
 */
export function treesOf(table, roots) {
	const found = new Set(table.filter(({ pid }) => roots.includes(pid)));
	const pids = new Set(roots);
	for (let size = -1; size !== found.size; ) {
		size = found.size;
		for (const row of table)
			if (pids.has(row.parentPid) && !found.has(row)) {
				found.add(row);
				pids.add(row.pid);
			}
	}
	return [...found];
}

/**
 * @param {number} pid
 * @param {string} stat what `/proc/<pid>/stat` holds; the name in it may hold blanks and parentheses
 * @returns {ProcessRow[]}
 */
export function rowOfStat(pid, stat) {
	const [state, parentPid, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	const started = rest[17];
	if (!started || state === "Z" || state === "X") return [];
	return [{ pid, parentPid: Number(parentPid), started }];
}

/**
 * @param {string} text lines of `pid ppid stat lstart`
 * @returns {ProcessRow[]}
 */
export function rowsOfPs(text) {
	return text.split("\n").flatMap((line) => {
		const [, pid, parentPid, started] = /^\s*(\d+)\s+(\d+)\s+[^Z\s]\S*\s+(\S.*?)\s*$/.exec(line) ?? [];
		return started ? [{ pid: Number(pid), parentPid: Number(parentPid), started }] : [];
	});
}

/**
 * @param {string} pid
 * @param {"stat" | "environ"} file
 */
function readProc(pid, file) {
	try {
		return readFileSync(`/proc/${pid}/${file}`, "latin1");
	} catch {
		// It ended meanwhile, or belongs to another user: either way none of ours.
		return "";
	}
}

/** @param {string[]} args */
function ps(args) {
	try {
		return execFileSync("ps", args, { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "ignore"] });
	} catch (error) {
		// ps answers 1 when no process matches.
		if (error instanceof Error && "status" in error && error.status === 1) return "";
		throw error;
	}
}
