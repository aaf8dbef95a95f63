/**
 * Runs tasks of a worker and its model server as ECS would: when one of the two ends the other is ended, and the task replaced.
 * Not the sandbox's ECS agent, and no health checks: what hangs here hangs for as long as the run wants it to.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { freePort } from "../../sandbox/processes/ports.ts";
import type { Warden } from "../../sandbox/processes/warden.ts";

/** The containers of a task. */
const CONTAINERS = ["worker", "modelServer"] as const;
export type Container = (typeof CONTAINERS)[number];

/** What ECS waits between SIGTERM and SIGKILL, by the task definition. */
const STOP_TIMEOUT_SECONDS = 120;
/** A task's place is filled after a breath, and after ever longer ones where tasks end as soon as they start. */
const RESTART_MS = { least: 200, most: 10_000 };
/** A task that lives so long has started well. */
const STARTED_WELL_MS = 5_000;
const HEALTH_TIMEOUT_MS = 500;

type Child = Awaited<ReturnType<Warden["spawn"]>>;

/** A running task. */
export interface Task {
	readonly number: number;
	/** Whether it is on its way out, and its replacement under way. */
	isEnding(): boolean;
	/** Jobs that its worker has claimed now; 0 where the worker does not say. */
	inWork(): Promise<number>;
	/** Sends a signal to one container. @returns false where that has ended */
	signal(container: Container, signal: NodeJS.Signals): boolean;
	/** A spot notice, or a service that shrinks: SIGTERM to the worker, to the model server after it, SIGKILL where that is not enough. */
	stop(): void;
	/** Exit code of the worker; null where a signal ended it. Settles when both containers have ended. */
	readonly ended: Promise<number | null>;
}

export interface FleetOptions {
	warden: Warden;
	/** Entry point of each container. */
	entries: Readonly<Record<Container, string>>;
	/** Environment of both containers, the ports and the model server's URL apart. */
	environment: Readonly<Record<string, string>>;
	/** Where the containers' logs go. */
	logFolder: string;
	/** URL of what stands between a worker and its model server, given the model server's. @default nothing does */
	between?: (modelServerUrl: string) => Promise<string>;
}

export interface Fleet {
	/** Tasks that are not on their way out. */
	tasks(): Task[];
	/** Tasks started so far. */
	started(): number;
	/** Stops replacing, and ends all tasks as ECS does when a service goes. */
	stop(): Promise<void>;
}

/** Keeps `size` tasks running until it is stopped. */
export async function startFleet(options: FleetOptions, size: number): Promise<Fleet> {
	const running = new Set<Task>();
	let started = 0;
	let isStopping = false;
	let restMs = RESTART_MS.least;
	const start = async () => {
		if (isStopping) return;
		started += 1;
		const startedAtMs = Date.now();
		const task = await startTask(options, started, () => {
			// Its place is free from now on: ECS does not wait for a task's end to replace it.
			const hadStartedWell = Date.now() - startedAtMs > STARTED_WELL_MS;
			restMs = hadStartedWell ? RESTART_MS.least : Math.min(RESTART_MS.most, restMs * 2);
			setTimeout(() => void start(), restMs).unref();
		});
		running.add(task);
		void task.ended.then(() => running.delete(task));
		if (isStopping) task.stop();
	};
	await Promise.all(Array.from({ length: size }, start));
	return {
		tasks: () => [...running].filter((task) => !task.isEnding()),
		started: () => started,
		stop: async () => {
			isStopping = true;
			for (const task of running) {
				// What was held has to run to see its end.
				for (const container of CONTAINERS) task.signal(container, "SIGCONT");
				task.stop();
			}
			await Promise.all([...running].map(({ ended }) => ended));
		},
	};
}

/**
 * Starts one task.
 * @param onEnding told once, when one of its containers has ended or it is stopped
 */
async function startTask(options: FleetOptions, number: number, onEnding: () => void): Promise<Task> {
	const { healthUrl, ...children } = await startContainers(options, number);
	const living = new Set<Container>(CONTAINERS);
	let isEnding = false;
	const signal = (container: Container, name: NodeJS.Signals) =>
		living.has(container) && process.kill(children[container].pid, name);
	const endContainer = async (container: Container) => {
		signal(container, "SIGTERM");
		const timer = setTimeout(() => signal(container, "SIGKILL"), STOP_TIMEOUT_SECONDS * 1000);
		await children[container].exited;
		clearTimeout(timer);
	};
	const stop = () => {
		if (isEnding) return;
		isEnding = true;
		onEnding();
		// The worker depends on the model server, so ECS ends it first.
		void endContainer("worker").then(() => endContainer("modelServer"));
	};
	const exits = CONTAINERS.map(async (container) => {
		const { code } = await children[container].exited;
		living.delete(container);
		stop();
		return code;
	});
	const ended = Promise.all(exits).then(([code = null]) => code);
	return { number, isEnding: () => isEnding, inWork: () => inWorkOf(healthUrl), signal, stop, ended };
}

const Health = z.object({ inWork: z.number() });

async function inWorkOf(healthUrl: string): Promise<number> {
	try {
		const response = await fetch(healthUrl, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
		return Health.parse(await response.json()).inWork;
	} catch {
		return 0;
	}
}

async function startContainers(
	options: FleetOptions,
	number: number,
): Promise<Record<Container, Child> & { healthUrl: string }> {
	const { warden, entries, environment, logFolder, between } = options;
	await mkdir(logFolder, { recursive: true });
	const [modelServerPort, healthPort] = [await freePort(), await freePort()];
	const modelServerUrl = `http://127.0.0.1:${modelServerPort}`;
	const env = {
		...environment,
		[ENVIRONMENT.modelServerPort]: String(modelServerPort),
		[ENVIRONMENT.healthPort]: String(healthPort),
		[ENVIRONMENT.modelServerUrl]: between ? await between(modelServerUrl) : modelServerUrl,
	};
	const spawn = (container: Container) =>
		warden.spawn(process.execPath, [entries[container]], {
			env,
			name: `${container}-${number}`,
			logFile: join(logFolder, `${container}-${number}.log`),
		});
	const healthUrl = `http://127.0.0.1:${healthPort}/health`;
	return { healthUrl, modelServer: await spawn("modelServer"), worker: await spawn("worker") };
}
