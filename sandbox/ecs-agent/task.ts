/**
 * One task on this machine: its containers start in order, and end together, in reverse, when one that is essential ends or
 * the task is stopped. Knows nothing of ECS's API.
 */
import type { Container } from "./container.ts";

export interface TaskEnd {
	/** Exit codes by container. */
	exitCodes: Record<string, number>;
	/** The container that ended without being asked to, and ended the task. */
	endedBy?: string;
}

export interface RunningTask {
	readonly containers: readonly Container[];
	/** Settles when every container has ended; never rejects. */
	readonly ended: Promise<TaskEnd>;
	/** SIGTERM, then SIGKILL after each container's own time, or when the whole task's is over. */
	stop(options?: { withinSeconds?: number }): void;
	/** SIGKILL to one container, or to all of them. */
	kill(name?: string): void;
}

/** Takes care of containers that have been started. */
export function runTask(containers: readonly Container[]): RunningTask {
	const exitCodes: Record<string, number> = {};
	let endedBy: string | undefined;
	let stopping = false;
	let limit: NodeJS.Timeout | undefined;

	const stop = ({ withinSeconds }: { withinSeconds?: number } = {}) => {
		if (withinSeconds !== undefined && limit === undefined) limit = setTimeout(kill, withinSeconds * 1000);
		if (stopping) return;
		stopping = true;
		for (const container of containers) {
			const dependents = containers.filter(({ plan }) => plan.dependsOn.includes(container.plan.name));
			void Promise.all(dependents.map(({ exited }) => exited)).then(() =>
				container.terminate(container.plan.stopTimeoutSeconds),
			);
		}
	};
	const kill = (name?: string) => {
		for (const container of containers) if (name === undefined || container.plan.name === name) container.kill();
	};
	const ended = Promise.all(
		containers.map(async ({ plan, exited }) => {
			exitCodes[plan.name] = await exited;
			if (stopping || !plan.essential) return;
			endedBy = plan.name;
			stop();
		}),
	).then(() => {
		clearTimeout(limit);
		return { exitCodes, ...(endedBy !== undefined && { endedBy }) };
	});
	return { containers, ended, stop, kill: (name) => kill(name) };
}
