/** Kills of what a rollout is made by: an execution where it is, and the process of a function in the middle of its work. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "../../sandbox/processes/runs.ts";
import { carriersOf } from "../../sandbox/processes/table.mjs";
import { markOf } from "../../sandbox/processes/warden.ts";

/** About as long as one of them works. */
const PAUSE_MAX_MS = 250;

/** Ids of the processes that run a function of a sandbox. @param name its beginning, as in "judge-" */
function processesOf(run: Run, name: string): number[] {
	const own = new Set(carriersOf(markOf(run.id)));
	return carriersOf(`AWS_LAMBDA_FUNCTION_NAME=${name}`).filter((pid) => own.has(pid));
}

/**
 * Kills a function's processes as a machine's end would, over and over for a while: whatever it is asked meanwhile is killed in
 * the middle of it.
 * @param random from 0 up to but not 1
 * @returns how many processes there were
 */
export async function killFunction(run: Run, name: string, forMs: number, random: () => number): Promise<number> {
	const untilMs = performance.now() + forMs;
	let killed = 0;
	while (performance.now() < untilMs) {
		for (const pid of processesOf(run, name)) killed += kill(pid);
		await sleep(random() * PAUSE_MAX_MS);
	}
	return killed;
}

function kill(pid: number): number {
	try {
		process.kill(pid, "SIGKILL");
		return 1;
	} catch (error) {
		// It has ended by itself meanwhile.
		if (error instanceof Error && "code" in error && error.code === "ESRCH") return 0;
		throw error;
	}
}
