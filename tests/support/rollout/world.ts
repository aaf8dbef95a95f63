/**
 * Everything around the rollout function in memory, in a time of its own: registry, services, jobs, executions, events. Every
 * change that the function makes is one of the effects at which it can be killed.
 */

import type { PipelineInput } from "../../../charter/pipeline.ts";
import { modelKey, ROUTE_KEY, type RouteRecord, type Signature, versionKey } from "../../../charter/registry.ts";
import type { RolloutPlan } from "../../../charter/rollout.ts";
import type { RolloutPorts, SlotLook, Slots } from "../../../functions/rollout/ports.ts";
import { rolloutStore } from "../../../functions/shared/registry/rollout-store.ts";
import { memoryTelemetry } from "../functions-telemetry.ts";
import { Effects } from "./effects.ts";
import { DEAD_LETTERS, JobWorld, QUEUES } from "./job-world.ts";
import { MemoryRegistry } from "./registry.ts";

export const MODEL = "digit-reader";
/** Of all its versions. */
export const SIGNATURE: Signature = {
	inputs: [{ name: "pixels", datatype: "FP32", shape: [-1, 64] }],
	outputs: [{ name: "digit", datatype: "INT64", shape: [-1] }],
};
const START_MS = Date.UTC(2026, 0, 1);
/** From what a service is told to its tasks' running so. */
const TASKS_START_MS = 20_000;
const SECONDS_PER_JOB = 4;
const DEFINITION = "arn:aws:ecs:eu-central-1:123456789012:task-definition/";

interface Service {
	taskDefinition: string;
	desiredCount: number;
	runningCount: number;
	stableAtMs: number;
}

interface Execution {
	isRunning: boolean;
	input: PipelineInput;
}

export class RolloutWorld {
	readonly registry = new MemoryRegistry();
	readonly effects = new Effects();
	readonly jobs = new JobWorld(MODEL);
	readonly services = new Map<string, Service>();
	/** By their ARN; in the order of their start. */
	readonly executions = new Map<string, Execution>();
	readonly refused: { token: string; cause: string }[] = [];
	readonly events: { type: string; detail: object }[] = [];
	/** Task definitions that do not come up. */
	readonly broken = new Set<string>();
	readonly pk = modelKey(MODEL);
	readonly plan: RolloutPlan;
	/** What the function threw that nobody had foreseen. */
	readonly unforeseen: unknown[] = [];
	isSubmitting = true;
	isBusDown = false;
	/** The canary's tasks are up as far as ECS knows, and do nothing. */
	isCanaryDead = false;
	nowMs = START_MS;
	#revisions = 1;

	/** Version 1 serves; 2 and 3 are registered. */
	constructor(plan: RolloutPlan) {
		this.plan = plan;
		for (const version of [1, 2, 3])
			this.registry.put({ pk: this.pk, sk: versionKey(version), ...{ version, signature: SIGNATURE } });
		this.registry.put({ pk: this.pk, sk: "ALIAS#champion", ...{ version: 1 } });
		this.registry.put({
			pk: this.pk,
			sk: ROUTE_KEY,
			...{ revision: 1, variants: [{ name: "champion", version: 1, weight: 100 }] },
		});
		if (plan.slots?.a?.service) {
			this.services.set("reader-a", service(`${DEFINITION}reader-a:1`, 2));
			this.services.set("reader-b", service(`${DEFINITION}reader-b:1`, 0));
		}
		this.effects.onDone = () => this.#onDone();
	}

	/** Looks at the registry after each change of it. */
	onChange: (world: RolloutWorld) => void = () => {};
	#onDone(): void {
		this.onChange(this);
	}

	get route(): RouteRecord {
		return this.registry.peek(this.pk, ROUTE_KEY) as RouteRecord;
	}

	/** Time goes by, and with it all that does not need the function. */
	pass(seconds: number): void {
		for (let second = 0; second < seconds; second++) {
			this.nowMs += 1_000;
			for (const known of this.services.values())
				if (known.stableAtMs <= this.nowMs) known.runningCount = known.desiredCount;
			if (this.plan.serve !== "queued") continue;
			const tasks = (name: string) => this.services.get(name)?.runningCount ?? 1;
			const all = { a: tasks("reader-a"), b: this.isCanaryDead ? 0 : tasks("reader-b") };
			this.jobs.tick(this.nowMs, this.route, all, this.isSubmitting && second % SECONDS_PER_JOB === 0);
		}
	}

	start(name: string, input: PipelineInput): string {
		const arn = `arn:aws:states:eu-central-1:123456789012:execution:pipeline:${name}`;
		if (!this.executions.has(arn)) this.executions.set(arn, { isRunning: true, input });
		return arn;
	}

	ports(): RolloutPorts {
		const { effects, registry } = this;
		return {
			store: rolloutStore({
				get: (pk, sk) => registry.get(pk, sk),
				last: (pk, prefix) => registry.last(pk, prefix),
				write: (writes) =>
					effects.run(`write ${writes.map((write) => skOf(write)).join("+")}`, () => registry.write(writes)),
			}),
			slots: this.#slots(),
			jobs: this.jobs.ports(effects),
			executions: {
				isRunning: async (execution) => this.executions.get(execution)?.isRunning ?? false,
				start: (_, name, input) => effects.run("start", () => void this.start(name, input)),
				refuse: (token, cause) => effects.run("refuse", () => void this.refused.push({ token, cause })),
			},
			events: {
				tell: (type, detail) =>
					effects.run(`tell ${type}`, () => {
						if (this.isBusDown) throw new Error("The bus is down.");
						this.events.push({ type, detail: structuredClone(detail) });
					}),
			},
			log: memoryTelemetry().telemetry.log,
			now: () => this.nowMs,
			pause: async (ms) => this.pass(Math.ceil(ms / 1_000)),
			leftMs: () => 60_000,
		};
	}

	#slots(): Slots {
		const find = (name: string): Service => {
			const found = this.services.get(name);
			if (!found) throw new Error(`There is no service ${name}.`);
			return found;
		};
		return {
			look: async ({ service: name }): Promise<SlotLook> => {
				const { taskDefinition, desiredCount, runningCount, stableAtMs } = find(name);
				const isBroken = this.broken.has(taskDefinition);
				const isStable = !isBroken && stableAtMs <= this.nowMs && runningCount === desiredCount;
				return { taskDefinition, desiredCount, isStable, failed: isBroken ? [taskDefinition] : [] };
			},
			register: (current, version) =>
				this.effects.run("register", () => `${current.replace(/:[^/]*$/, "")}:${++this.#revisions}-v${version}`),
			set: ({ service: name }, change) =>
				this.effects.run(`set ${name}`, () => {
					const { stableAtMs, ...known } = find(name);
					const changed = { ...known, ...change };
					// Fewer tasks are there at once.
					const runningCount = Math.min(changed.runningCount, changed.desiredCount);
					this.services.set(name, { ...changed, runningCount, stableAtMs: this.nowMs + TASKS_START_MS });
				}),
		};
	}
}

const service = (taskDefinition: string, count: number): Service => ({
	taskDefinition,
	desiredCount: count,
	runningCount: count,
	stableAtMs: 0,
});

const skOf = (write: Parameters<MemoryRegistry["write"]>[0][number]): string =>
	write.kind === "put" ? write.item.sk : `${write.kind} ${write.sk}`;

const realtime: RolloutPlan = {
	serve: "realtime",
	weights: [10, 50, 100],
	intervalSeconds: 10,
	alpha: 0.01,
	mirrorPct: 0,
	sticky: "tenant",
	approval: false,
	outcomes: false,
	rps: 10_000,
	bounds: { errorRate: 0.005, slowRate: 0.05, disagreementRate: 0.05, costFactor: 2 },
	burnAlarms: [],
};
const place = (slot: "a" | "b") => ({ queueUrl: QUEUES[slot], deadLetterQueueUrl: DEAD_LETTERS[slot] });
const onEcs = (slot: "a" | "b") => ({ ...place(slot), cluster: "readers", service: `reader-${slot}` });

export const PLANS = {
	realtime,
	queued: { ...realtime, serve: "queued", slots: { a: onEcs("a"), b: onEcs("b") } },
	sagemaker: { ...realtime, serve: "queued", slots: { a: place("a"), b: place("b") } },
} as const satisfies Record<string, RolloutPlan>;
