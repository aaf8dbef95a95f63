/** How a task's containers end together: with containers that are no processes. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Container } from "../../../sandbox/ecs-agent/container.ts";
import { runTask } from "../../../sandbox/ecs-agent/task.ts";

interface Options {
	essential?: boolean;
	dependsOn?: string[];
	/** How long it takes to end when it is asked; for ever where it does not end. */
	drainMs?: number;
}

/** A container, what was done to all of them in order, and how to end it from outside. */
function containers(all: Record<string, Options>) {
	const events: string[] = [];
	const ends: Record<string, (code: number) => void> = {};
	const made = Object.entries(all).map(([name, { essential = true, dependsOn = [], drainMs }]): Container => {
		const { promise, resolve } = Promise.withResolvers<number>();
		const end = (code: number) => {
			events.push(`${name} ended`);
			resolve(code);
		};
		ends[name] = end;
		return {
			plan: { name, bundle: "", command: [], environment: {}, essential, stopTimeoutSeconds: 7, dependsOn },
			pid: 0,
			exited: promise,
			async terminate(timeoutSeconds) {
				events.push(`${name} asked, ${timeoutSeconds} s`);
				if (drainMs === undefined) return;
				await sleep(drainMs);
				end(0);
			},
			kill: () => end(137),
		};
	});
	return { events, ends, task: runTask(made) };
}

describe("A task's containers", () => {
	it("are asked to end, each with its time, one only after those that depend on it.", async () => {
		const { events, task } = containers({
			"model-server": { drainMs: 0 },
			worker: { dependsOn: ["model-server"], drainMs: 20 },
		});
		task.stop();
		task.stop();
		expect(await task.ended).to.deep.equal({ exitCodes: { worker: 0, "model-server": 0 } });
		expect(events).to.deep.equal([
			"worker asked, 7 s",
			"worker ended",
			"model-server asked, 7 s",
			"model-server ended",
		]);
	});

	it("end when one that is essential ends by itself, which is told.", async () => {
		const { ends, task } = containers({ worker: {}, "model-server": { drainMs: 0 } });
		ends.worker?.(3);
		expect(await task.ended).to.deep.equal({ exitCodes: { worker: 3, "model-server": 0 }, endedBy: "worker" });
	});

	it("go on when one that is not essential ends.", async () => {
		const { ends, events, task } = containers({ sidecar: { essential: false }, worker: { drainMs: 0 } });
		ends.sidecar?.(1);
		await sleep(5);
		expect(events).to.deep.equal(["sidecar ended"]);
		task.stop();
		expect(await task.ended).to.deep.equal({ exitCodes: { sidecar: 1, worker: 0 } });
	});

	it("are killed when the whole task's time is over.", async () => {
		const { task } = containers({ worker: {}, "model-server": {} });
		task.stop({ withinSeconds: 0.02 });
		expect(await task.ended).to.deep.equal({ exitCodes: { worker: 137, "model-server": 137 } });
	});

	it("are killed at once, one or all, as ended by themselves.", async () => {
		const one = containers({ worker: {}, "model-server": { drainMs: 0 } });
		one.task.kill("worker");
		expect(await one.task.ended).to.deep.equal({ exitCodes: { worker: 137, "model-server": 0 }, endedBy: "worker" });
		const all = containers({ worker: {}, "model-server": {} });
		all.task.kill();
		expect((await all.task.ended).exitCodes).to.deep.equal({ worker: 137, "model-server": 137 });
	});
});
