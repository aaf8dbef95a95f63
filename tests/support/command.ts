/** Runs the project's commands as a user would, each a process of its own, and tells what is left of its run. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { carriersOf, processTable, treesOf } from "../../sandbox/processes/table.mjs";
import { CHECKOUT } from "./sandbox.ts";

export interface Running {
	child: ChildProcess;
	/** All that was printed so far, to both streams. */
	printed(): string;
	/** Settles when the process has ended. */
	ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string }>;
}

export function start(command: string, args: readonly string[]): Running {
	const child = spawn(command, args, { cwd: CHECKOUT, stdio: ["ignore", "pipe", "pipe"] });
	let [stdout, all] = ["", ""];
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
		all += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		all += text;
	});
	const ended = once(child, "close").then(([code, signal]) => ({ code, signal, stdout }));
	return { child, printed: () => all, ended };
}

/** The `triplane` command. */
export const triplane = (...args: string[]): Running => start(process.execPath, ["cli/main.ts", ...args]);

const runsFolder = join(CHECKOUT, ".sandbox", "runs");

/** Ids of the runs that are there. */
export function runs(): string[] {
	try {
		return readdirSync(runsFolder);
	} catch {
		return [];
	}
}

/** Of these processes: a run has its owner's id in its name. Other tests make runs of their own meanwhile. */
const runsOf = (pids: readonly number[]): string[] => runs().filter((run) => pids.includes(Number(run.split("-")[1])));

/** Runs of a command, whether it lives or has ended, and of what it has started and lives. */
export const runsOfCommand = ({ child: { pid = 0 } }: Running): string[] =>
	runsOf([pid, ...treesOf(processTable(), [pid]).map((row) => row.pid)]);

/** Processes that still belong to a run. */
export const processesOf = (run: string): number[] => carriersOf(`TRIPLANE_PROCESS=${run}/`);
