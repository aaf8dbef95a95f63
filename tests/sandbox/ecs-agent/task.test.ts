/** How a task's containers end together: with containers that are no processes. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import type { Container } from "../../../sandbox/ecs-agent/container.ts";
import type { AwaitedEnd, ContainerPlan } from "../../../sandbox/ecs-agent/plan.ts";
import { byStart, runTask } from "../../../sandbox/ecs-agent/task.ts";

interface Options {
	essential?: boolean;
	dependsOn?: string[];
	awaits?: AwaitedEnd[];
	/** How long it takes to end when it is asked; for ever where it does not end. */
	drainMs?: number;
}

/** A container, what was done to all of them in order, and how to end it from outside. */
function containers(all: Record<string, Options>) {
	const events: string[] = [];
	const ends: Record<string, (code: number) => void> = {};
	const plans = Object.entries(all).map(([name, { essential = true, dependsOn = [], awaits = [] }]): ContainerPlan => {
		const on = [...dependsOn, ...awaits.map(({ container }) => container)];
		return {
			name,
			bundle: "",
			command: [],
			environment: {},
			essential,
			stopTimeoutSeconds: 7,
			dependsOn: on,
			awaits,
			mounts: [],
		};
	});
	const start = (plan: ContainerPlan): Container => {
		const { name } = plan;
		const { drainMs } = all[name] ?? {};
		events.push(`${name} started`);
		const { promise, resolve } = Promise.withResolvers<number>();
		const end = (code: number) => {
			events.push(`${name} ended`);
			resolve(code);
		};
		ends[name] = end;
		return {
			plan,
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
	};
	const { now, later } = byStart(plans);
	const made = now.map(start);
	events.length = 0;
	const startLater = async (plan: ContainerPlan) => {
		if (plan.name === "impossible") throw new Error("no program");
		return start(plan);
	};
	return { events, ends, task: runTask(made, { plans: later, start: startLater }) };
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

	const success = [{ container: "trainer", condition: "SUCCESS" as const }];
	const training = (more: Record<string, Options> = {}) =>
		containers({ trainer: { essential: false, drainMs: 0 }, upload: { awaits: success, drainMs: 0 }, ...more });

	it("start when what they wait for has succeeded, and not before.", async () => {
		const { ends, events, task } = training();
		await sleep(5);
		expect(events).to.deep.equal([]);
		expect(task.containers.map(({ plan }) => plan.name)).to.deep.equal(["trainer"]);
		ends.trainer?.(0);
		await sleep(5);
		expect(task.containers.map(({ plan }) => plan.name)).to.deep.equal(["trainer", "upload"]);
		ends.upload?.(0);
		expect(await task.ended).to.deep.equal({ exitCodes: { trainer: 0, upload: 0 }, endedBy: "upload" });
	});

	it("never start when it has failed, and the task ends and says why.", async () => {
		const { ends, events, task } = training({ sidecar: { drainMs: 0 } });
		ends.trainer?.(3);
		expect(await task.ended).to.deep.equal({
			exitCodes: { trainer: 3, sidecar: 0 },
			reason: 'Container "upload" cannot start: "trainer", whose success it waits for, exited with 3.',
		});
		expect(events).to.include("sidecar asked, 7 s").and.not.include("upload started");
	});

	it("start after an end of any kind where that is enough, and so do those that depend on them.", async () => {
		const { ends, task } = containers({
			first: { essential: false },
			second: { essential: false, awaits: [{ container: "first", condition: "COMPLETE" }] },
			third: { dependsOn: ["second"], drainMs: 0 },
		});
		ends.first?.(3);
		await sleep(5);
		ends.second?.(0);
		ends.third?.(0);
		expect(await task.ended).to.deep.equal({ exitCodes: { first: 3, second: 0, third: 0 }, endedBy: "third" });
	});

	it("never start once the task was stopped or killed.", async () => {
		for (const end of ["stop", "kill"] as const) {
			const { events, task } = training();
			task[end]();
			const { exitCodes, reason } = await task.ended;
			expect(exitCodes).to.have.all.keys("trainer");
			expect(reason).to.equal(undefined);
			expect(events).not.to.include("upload started");
		}
	});

	it("end with a reason when one that waited cannot be started.", async () => {
		const { ends, task } = training({ impossible: { awaits: success } });
		ends.trainer?.(0);
		expect(await task.ended).to.deep.include({
			reason: 'Container "impossible" could not be started: no program',
		});
	});
});
