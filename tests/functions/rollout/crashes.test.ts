/**
 * Rollouts whose function, execution or both are killed after each of their writes and side effects, and which others interfere
 * with before each: however they go on, they end in one consistent state, and no reader ever sees a route that is not whole.
 */
import { expect } from "chai";
import type { RolloutPlan } from "../../../charter/rollout.ts";
import { act } from "../../../functions/rollout/act.ts";
import { readRequest } from "../../../functions/rollout/request.ts";
import { weightOf } from "../../../functions/rollout/routes.ts";
import { Killed } from "../../support/rollout/effects.ts";
import { assertEnded, assertSlots, assertWhole } from "../../support/rollout/end-state.ts";
import { allRollouts, Pipeline, type Script, watchFor } from "../../support/rollout/pipeline.ts";
import { MODEL, PLANS, RolloutWorld } from "../../support/rollout/world.ts";

const promotes: Script = { verdict: () => "promote" };
const rollsBackAt = (weight: number): Script => ({
	verdict: (rollout) => (weightOf(rollout) === weight ? "rollback" : "promote"),
});

interface Scenario {
	plan: RolloutPlan;
	script: Script;
	serving: number;
	isCanaryDead?: boolean;
}
const SCENARIOS: Record<string, Scenario> = {
	"a realtime model's good version": { plan: PLANS.realtime, script: promotes, serving: 2 },
	"a realtime model's bad version": { plan: PLANS.realtime, script: rollsBackAt(50), serving: 1 },
	"a realtime model's version that a shadow finds bad": {
		plan: { ...PLANS.realtime, mirrorPct: 20 },
		script: rollsBackAt(0),
		serving: 1,
	},
	"a version that waits for approval": { plan: { ...PLANS.realtime, approval: true }, script: promotes, serving: 2 },
	"a version that nobody approves": {
		plan: { ...PLANS.realtime, approval: true },
		script: { ...promotes, isApproved: false },
		serving: 1,
	},
	"a queued model's good version": { plan: PLANS.queued, script: promotes, serving: 2 },
	"a queued model's bad version": { plan: PLANS.queued, script: rollsBackAt(50), serving: 1 },
	"a queued model's good version with a shadow before it": {
		plan: { ...PLANS.queued, mirrorPct: 50 },
		script: promotes,
		serving: 2,
	},
	"a queued model's version that a shadow finds bad": {
		plan: { ...PLANS.queued, mirrorPct: 50 },
		script: rollsBackAt(0),
		serving: 1,
	},
	"a queued model's version whose tasks do nothing": {
		plan: PLANS.queued,
		script: rollsBackAt(50),
		serving: 1,
		isCanaryDead: true,
	},
	"a good version on SageMaker": { plan: PLANS.sagemaker, script: promotes, serving: 2 },
	"a bad version on SageMaker": { plan: PLANS.sagemaker, script: rollsBackAt(100), serving: 1 },
};

function worldOf({ plan, isCanaryDead = false }: Scenario): RolloutWorld {
	const world = new RolloutWorld(plan);
	world.isCanaryDead = isCanaryDead;
	world.onChange = assertWhole;
	world.pass(20);
	return world;
}

/** How many effects it has where nobody interferes. */
async function effectsOf(scenario: Scenario): Promise<number> {
	const { script, serving } = scenario;
	const world = worldOf(scenario);
	await new Pipeline(world, "first", { version: 2 }, script).run();
	const { length } = world.effects.done;
	assertEnded(world, serving);
	return length;
}

const AFTER_KILL = {
	"is tried again": async (world: RolloutWorld, { script }: Scenario) => {
		await new Pipeline(world, "first", { version: 2 }, script, { onKill: "retries" }).run();
	},
	"dies with its execution, and another one is started for the same version": async (
		world: RolloutWorld,
		{ script }: Scenario,
	) => {
		await dying(new Pipeline(world, "first", { version: 2 }, script));
		await new Pipeline(world, "second", { version: 2 }, script).run();
	},
	"dies with its execution, and the watch finds it": async (world: RolloutWorld, { script }: Scenario) => {
		await dying(new Pipeline(world, "first", { version: 2 }, script));
		await watchFor(world, 2, script);
	},
};

async function dying(pipeline: Pipeline): Promise<void> {
	await pipeline.run().catch((thrown: unknown) => {
		if (!(thrown instanceof Killed)) throw thrown;
	});
}

describe("functions/rollout, killed anywhere", function () {
	this.timeout(60_000);
	for (const [what, scenario] of Object.entries(SCENARIOS))
		for (const [how, goOn] of Object.entries(AFTER_KILL))
			it(`ends ${what} in one state where the function ${how}`, async () => {
				const effects = await effectsOf(scenario);
				for (let killAfter = 1; killAfter <= effects; killAfter++) {
					const world = worldOf(scenario);
					world.effects.killAfter = killAfter;
					await goOn(world, scenario);
					await settled(world, scenario.script);
					// Killed before there was a rollout to find.
					const isNothing = allRollouts(world).length === 0;
					explained(world, killAfter, () => assertEnded(world, isNothing ? 1 : scenario.serving));
				}
			});
});

describe("functions/rollout, with others at work", function () {
	this.timeout(60_000);
	const INTERFERENCES = {
		"a person rolls it back": async (world: RolloutWorld) => {
			await act(world.ports(), new Map(), byHand("person-1")).catch(() => undefined);
		},
		"another execution begins": async (world: RolloutWorld, { script }: Scenario) => {
			const outcome = await new Pipeline(world, "rival", { version: 3 }, script).run();
			expect(outcome).to.equal("BUSY");
		},
		"its execution is given up and another one goes on to the end": async (
			world: RolloutWorld,
			{ script }: Scenario,
		) => {
			const first = [...world.executions.values()][0];
			if (first) first.isRunning = false;
			await new Pipeline(world, "second", { resume: true }, script).run();
		},
	};
	for (const [what, scenario] of Object.entries(SCENARIOS))
		for (const [how, interfere] of Object.entries(INTERFERENCES))
			it(`ends ${what} in one state where ${how} in the middle of a step`, async () => {
				const effects = await effectsOf(scenario);
				// The first of them takes the lock: before that nobody is in anybody's way.
				for (let before = 1; before < effects; before++) {
					const world = worldOf(scenario);
					world.effects.interject = { before, act: () => interfere(world, scenario) };
					await new Pipeline(world, "first", { version: 2 }, scenario.script).run();
					// All but a step of an execution that was given up leave nothing to the watch.
					const isLeft = how.startsWith("its execution is given up");
					if (!isLeft) explained(world, before, () => assertSlots(world, servingOf(world)));
					await settled(world, scenario.script);
					const serving = servingOf(world);
					explained(world, before, () => assertEnded(world, serving));
					if (how === "another execution begins") expect(serving).to.equal(scenario.serving);
				}
			});
});

function servingOf(world: RolloutWorld): number {
	const last = allRollouts(world).at(-1);
	return last === undefined || last.state === "ROLLED_BACK" ? 1 : last.to;
}

const byHand = (execution: string) =>
	readRequest({ model: MODEL, execution, action: "rollback", reason: "A person has asked for it." });

/** What a schedule would look after. */
async function settled(world: RolloutWorld, script: Script): Promise<void> {
	await watchFor(world, 2, script);
}

function explained(world: RolloutWorld, at: number, assert: () => void): void {
	try {
		assert();
	} catch (thrown) {
		const last = world.effects.done.slice(Math.max(0, at - 3), at + 1).join(", ");
		throw new Error(`At effect ${at} (…${last}): ${thrown instanceof Error ? thrown.message : thrown}`, {
			cause: thrown,
		});
	}
}
