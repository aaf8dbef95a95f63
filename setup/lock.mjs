/**
 * One set-up at a time in a checkout: the second waits for the first, and takes over from one that was killed.
 * The tool that a killed set-up left running is ended first, so that two never write to one place.
 */
import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startOf } from "../sandbox/processes/table.mjs";

const POLL_MS = 200;

/**
 * @typedef {object} Holder who holds the lock, as its file says
 * @property {string} token
 * @property {number} pid
 * @property {string | undefined} started
 * @property {{ pid: number, started: string | undefined }} [tool] leader of the process group that it runs
 */

/**
 * Waits for the lock and takes it.
 * @param {string} file
 * @param {{ onWait?: (pid: number) => void }} [options] `onWait` hears once who holds it
 */
export async function acquireLock(file, { onWait = () => {} } = {}) {
	mkdirSync(dirname(file), { recursive: true });
	/** @type {Holder} */
	const self = { token: randomBytes(8).toString("hex"), pid: process.pid, started: startOf(process.pid) };
	const own = `${file}.${self.token}`;
	/** @param {Holder} holder */
	const write = (holder) => writeFileSync(own, JSON.stringify(holder));

	write(self);
	for (let waited = false; !tryLink(own, file); ) {
		const holder = readHolder(file);
		if (holder === undefined) continue;
		if (!isAlive(holder)) {
			await endTool(holder);
			breakLock(file, holder, `${own}.old`);
			continue;
		}
		if (!waited) onWait(holder.pid);
		waited = true;
		await sleep(POLL_MS);
	}
	const isOurs = () => readHolder(file)?.token === self.token;
	return {
		/**
		 * Writes down which tool runs, so that whoever takes over can end it.
		 * @param {number} pid leader of a process group
		 */
		holdTool(pid) {
			write({ ...self, tool: { pid, started: startOf(pid) } });
			if (isOurs()) renameSync(own, file);
		},
		release() {
			if (isOurs()) rmSync(file, { force: true });
			rmSync(own, { force: true });
		},
	};
}

/**
 * Linking a whole file is the one step that both makes it and fails when it is there.
 * @param {string} own
 * @param {string} file
 */
function tryLink(own, file) {
	try {
		linkSync(own, file);
		return true;
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
		throw error;
	}
}

/**
 * @param {string} file
 * @returns {Holder | undefined} undefined when it was released meanwhile
 */
function readHolder(file) {
	let text;
	try {
		text = readFileSync(file, "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
		throw error;
	}
	try {
		const { token, pid, started, tool } = JSON.parse(text);
		return { token: String(token), pid: Number(pid), started, ...(tool ? { tool } : {}) };
	} catch {
		// Files here appear whole; one that cannot be read was left by no living set-up.
		return { token: text, pid: -1, started: undefined };
	}
}

/** @param {{ pid: number, started: string | undefined }} holder */
function isAlive({ pid, started }) {
	return pid > 0 && started !== undefined && startOf(pid) === started;
}

/**
 * Ends a process group, if any of it is left.
 * @param {number} leader
 * @param {NodeJS.Signals} signal
 */
export function signalGroup(leader, signal) {
	try {
		process.kill(-leader, signal);
	} catch (error) {
		if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
	}
}

/** @param {Holder} holder */
async function endTool({ tool }) {
	while (tool && isAlive(tool)) {
		signalGroup(tool.pid, "SIGKILL");
		await sleep(POLL_MS);
	}
}

/**
 * Two may see the same dead holder: only the one that moves this very file away has broken the lock.
 * @param {string} file
 * @param {Holder} holder
 * @param {string} aside
 */
function breakLock(file, holder, aside) {
	if (readHolder(file)?.token !== holder.token) return;
	try {
		renameSync(file, aside);
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
		throw error;
	}
	// Another was faster, and holds the lock by now: it gets it back.
	if (readHolder(aside)?.token !== holder.token) tryLink(aside, file);
	rmSync(aside, { force: true });
	if (/^[0-9a-f]+$/.test(holder.token)) rmSync(`${file}.${holder.token}`, { force: true });
}
