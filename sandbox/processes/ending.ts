/**
 * Ends processes and everything that they started, also what has left their group or outlived its parent.
 * Asks first, then forces; both within a bound. Which processes are meant is the caller's to say.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { carriersOf, type ProcessRow, processTable, treesOf } from "./table.mjs";

const POLL_MS = 50;
/** A process that was starting while we looked shows up in the next look. */
const EMPTY_LOOKS = 3;
const FORCE_SECONDS = 5;

export interface EndingOptions {
	/** Ids of the processes to end, with all their descendants. */
	roots: readonly number[];
	/** Processes with this `NAME=value…` in their environment are ended too. */
	mark?: string;
	/** Who is asked by SIGTERM: the roots, which end their own children, or everyone. */
	ask: "roots" | "all";
	/** Time between the asking and the forcing. */
	graceSeconds: number;
}

/**
 * Ends them all.
 * @returns ids of the processes that could not be ended: empty unless the system refuses
 */
export async function endProcesses(options: EndingOptions): Promise<number[]> {
	const living = follow(options);
	const first = living();
	for (const pid of first) if (options.ask === "all" || options.roots.includes(pid)) signal(pid, "SIGTERM");
	const graceEndsAt = Date.now() + options.graceSeconds * 1000;
	const forceEndsAt = graceEndsAt + FORCE_SECONDS * 1000;
	for (let empty = first.length === 0 ? 1 : 0; empty < EMPTY_LOOKS; ) {
		await sleep(POLL_MS);
		const left = living();
		empty = left.length === 0 ? empty + 1 : 0;
		const rootsEnded = !left.some((pid) => options.roots.includes(pid));
		if (Date.now() > graceEndsAt || (options.ask === "roots" && rootsEnded))
			for (const pid of left) signal(pid, "SIGKILL");
		if (Date.now() > forceEndsAt) return left;
	}
	return [];
}

/** Looks for the processes again and again, and remembers them, so that an orphan is not lost when its parent ends. */
function follow({ roots, mark }: EndingOptions): () => number[] {
	let known: ProcessRow[] | undefined;
	return () => {
		const table = processTable();
		const still = (row: ProcessRow) =>
			known?.some(({ pid, started }) => pid === row.pid && started === row.started) ?? roots.includes(row.pid);
		const marked = mark === undefined ? [] : carriersOf(mark);
		const pids = [...table.filter(still).map(({ pid }) => pid), ...marked].filter((pid) => pid !== process.pid);
		known = treesOf(table, pids).filter(({ pid }) => pid !== process.pid);
		return known.map(({ pid }) => pid);
	};
}

function signal(pid: number, name: "SIGTERM" | "SIGKILL"): void {
	try {
		process.kill(pid, name);
	} catch (error) {
		// It ended between the look and the signal, which is what was wanted; one that refuses is reported as left.
		if (!(error instanceof Error && "code" in error && (error.code === "ESRCH" || error.code === "EPERM"))) throw error;
	}
}
