/** One container as a process of this machine: started, ended as ECS ends it, and its exit code. */
import { constants } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Warden } from "../processes/warden.ts";
import type { ContainerPlan } from "./plan.ts";

const ENTRY = "index.mjs";
/** What a shell and ECS add to the number of the signal that ended a process. */
const SIGNAL_EXIT = 128;

export interface Container {
	readonly plan: ContainerPlan;
	readonly pid: number;
	/** Its exit code, once it and all that it started have ended. */
	readonly exited: Promise<number>;
	/** SIGTERM now, SIGKILL when the time is over. */
	terminate(timeoutSeconds: number): Promise<void>;
	/** SIGKILL now. */
	kill(): void;
}

export interface ContainerOptions {
	plan: ContainerPlan;
	environment: Record<string, string>;
	/** Directory in which it runs, and the file that takes its output. */
	directory: string;
	logFile: string;
	/** Unique in the run. */
	name: string;
	spawn: Warden["spawn"];
}

/** @throws {TriplaneError} where the process cannot be started */
export async function startContainer(options: ContainerOptions): Promise<Container> {
	const { plan, environment, directory, logFile, name, spawn } = options;
	const child = await spawn(process.execPath, [join(plan.bundle, ENTRY), ...plan.command], {
		env: environment,
		cwd: directory,
		logFile,
		name,
	});
	let ended = false;
	const exited = child.exited.then(async ({ code, signal }) => {
		ended = true;
		// What it started ends with it, as the rest of a container does with its first process.
		await child.stop({ graceSeconds: 0 });
		return code ?? SIGNAL_EXIT + (signal === null ? 0 : constants.signals[signal]);
	});
	const send = (signal: NodeJS.Signals) => {
		if (!ended) process.kill(child.pid, signal);
	};
	return {
		plan,
		pid: child.pid,
		exited,
		async terminate(timeoutSeconds) {
			send("SIGTERM");
			const late = new AbortController();
			const timer = sleep(timeoutSeconds * 1000, undefined, { signal: late.signal }).then(
				() => send("SIGKILL"),
				() => {},
			);
			await exited;
			late.abort();
			await timer;
		},
		kill: () => send("SIGKILL"),
	};
}
