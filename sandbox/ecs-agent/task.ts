/**
 * One task on this machine: its containers start in order, some only when others have ended, and end together, in reverse, when
 * one that is essential ends or the task is stopped. Knows nothing of ECS's API.
 */
import type { Container } from "./container.ts";
import type { ContainerPlan } from "./plan.ts";

export interface TaskEnd {
	/** Exit codes by container; one that never started has none. */
	exitCodes: Record<string, number>;
	/** The container that ended without being asked to, and ended the task. */
	endedBy?: string;
	/** Why the task ended, where it was no container's end that did it. */
	reason?: string;
}

export interface RunningTask {
	/** Those that have started. */
	readonly containers: readonly Container[];
	/** Settles when every container has ended; never rejects. */
	readonly ended: Promise<TaskEnd>;
	/** SIGTERM, then SIGKILL after each container's own time, or when the whole task's is over. */
	stop(options?: { withinSeconds?: number }): void;
	/** SIGKILL to one container, or to all of them. */
	kill(name?: string): void;
}

/** Containers that start when others have ended. */
export interface Later {
	/** In their order. */
	plans: readonly ContainerPlan[];
	start(plan: ContainerPlan): Promise<Container>;
}

const NONE: Later = { plans: [], start: () => Promise.reject(new Error("No container starts later.")) };

/**
 * Takes care of containers that have been started, and of those that wait for an end of them.
 * @param started all but those that wait, and those that depend on one that does
 */
export function runTask(started: readonly Container[], later: Later = NONE): RunningTask {
	const containers = [...started];
	const exitCodes: Record<string, number> = {};
	let endedBy: string | undefined;
	let reason: string | undefined;
	let stopping = false;
	/** Nothing of it is to start any more. */
	let closed = false;
	let limit: NodeJS.Timeout | undefined;

	const stop = ({ withinSeconds }: { withinSeconds?: number } = {}) => {
		if (withinSeconds !== undefined && limit === undefined) limit = setTimeout(kill, withinSeconds * 1000);
		if (stopping) return;
		stopping = true;
		closed = true;
		for (const container of containers) void terminate(container);
	};
	const terminate = async (container: Container) => {
		const dependents = containers.filter(({ plan }) => plan.dependsOn.includes(container.plan.name));
		await Promise.all(dependents.map(({ exited }) => exited));
		await container.terminate(container.plan.stopTimeoutSeconds);
	};
	const kill = (name?: string) => {
		if (name === undefined) closed = true;
		for (const container of containers) if (name === undefined || container.plan.name === name) container.kill();
	};
	const fail = (why: string) => {
		reason ??= why;
		stop();
	};
	const watch = async ({ plan, exited }: Container): Promise<void> => {
		exitCodes[plan.name] = await exited;
		if (stopping || !plan.essential) return;
		endedBy = plan.name;
		stop();
	};
	/** Settles by the container's name when it has started, with its end; with nothing where it never will. */
	const starts = new Map<string, Promise<Container | undefined>>(
		started.map((container) => [container.plan.name, Promise.resolve(container)]),
	);
	const startLater = async (plan: ContainerPlan): Promise<Container | undefined> => {
		const needed = await Promise.all(plan.dependsOn.map((name) => starts.get(name)));
		for (const { container, condition } of plan.awaits) {
			const code = await needed.find((each) => each?.plan.name === container)?.exited;
			if (condition === "SUCCESS" && code !== 0 && code !== undefined && !closed)
				fail(`Container "${plan.name}" cannot start: "${container}", whose success it waits for, exited with ${code}.`);
		}
		if (closed || needed.includes(undefined)) return undefined;
		try {
			const container = await later.start(plan);
			containers.push(container);
			// Asked to stop while the process was started.
			if (closed) void terminate(container);
			return container;
		} catch (error) {
			fail(`Container "${plan.name}" could not be started: ${error instanceof Error ? error.message : String(error)}`);
			return undefined;
		}
	};
	const watched = started.map(watch);
	for (const plan of later.plans) {
		const start = startLater(plan);
		starts.set(plan.name, start);
		watched.push(start.then((container) => container && watch(container)));
	}
	const ended = Promise.all(watched).then(() => {
		clearTimeout(limit);
		return { exitCodes, ...(endedBy !== undefined && { endedBy }), ...(reason !== undefined && { reason }) };
	});
	return { containers, ended, stop, kill: (name) => kill(name) };
}

/** The containers that start with the task, and those that wait for an end. In the order of their plan. */
export function byStart(plans: readonly ContainerPlan[]): { now: ContainerPlan[]; later: ContainerPlan[] } {
	const later = new Set<string>();
	for (const { name, awaits, dependsOn } of plans)
		if (awaits.length > 0 || dependsOn.some((each) => later.has(each))) later.add(name);
	return { now: plans.filter(({ name }) => !later.has(name)), later: plans.filter(({ name }) => later.has(name)) };
}
