/** A version on its way: its tasks, its shares of the traffic one after the other, and the promotion. */
import { expect } from "chai";
import type { RolloutResponse } from "../../../charter/pipeline.ts";
import { failureOf } from "../../support/failure.ts";
import { promotes, setUp } from "../../support/rollout/asking.ts";
import { assertEnded } from "../../support/rollout/end-state.ts";
import { allRollouts, type Script } from "../../support/rollout/pipeline.ts";
import { PLANS } from "../../support/rollout/world.ts";

describe("functions/rollout, deploy, shift and finalize", () => {
	it("gives a version its shares one after the other, sticky by one salt, and then all", async () => {
		const { world, begin, open, ask, run, alias } = setUp();
		await begin({ version: 2 });
		await open();
		expect(await ask("deploy", { rollout: 1 })).to.include({ state: "SHIFTING", isDone: true, weight: 10 });
		expect(world.route).to.deep.include({
			variants: [
				{ name: "champion", version: 1, weight: 90 },
				{ name: "canary", version: 2, weight: 10 },
			],
			sticky: { by: "tenant", salt: "digit-reader#1" },
			rollout: 1,
		});
		await run({ version: 2 }, promotes);
		assertEnded(world, 2);
		expect(alias("previous")).to.equal(1);
		expect(world.events.map(({ type, detail }) => [type, Reflect.get(detail, "weight")])).to.deep.equal([
			["rollout.started", 0],
			["rollout.shifted", 10],
			["rollout.shifted", 50],
			["rollout.shifted", 100],
			["rollout.promoted", 100],
		]);
	});

	it("shifts nothing without a judgement that says so, and once by each", async () => {
		const { begin, open, ask, world } = setUp();
		await begin({ version: 2 });
		await open();
		await ask("deploy", { rollout: 1 });
		expect(await ask("shift", { rollout: 1 })).to.include({ state: "SHIFTING", weight: 10 });
		world.registry.put({
			...{
				pk: world.pk,
				sk: "JUDGEMENT#000001#000001",
				judgement: 1,
				state: "SHIFTING",
				weight: 10,
				verdict: "promote",
			},
		});
		expect(await ask("shift", { rollout: 1 })).to.include({ state: "SHIFTING", weight: 50 });
		expect(await ask("shift", { rollout: 1 })).to.include({ state: "SHIFTING", weight: 50 });
	});

	it("mirrors to a shadow before any traffic", async () => {
		const { world, begin, open, ask } = setUp({ ...PLANS.queued, mirrorPct: 20 });
		await begin({ version: 2 });
		await open();
		while (!((await ask("deploy", { rollout: 1 })) as RolloutResponse).isDone) world.pass(15);
		expect(world.route.variants).to.deep.equal([
			{ name: "champion", version: 1, weight: 100, slot: "a" },
			{ name: "shadow", version: 2, weight: 0, slot: "b", mirrorPct: 20 },
		]);
	});

	it("waits for a slot's tasks before it gets jobs, and asks soon again", async () => {
		const { world, begin, open, ask } = setUp(PLANS.queued);
		await begin({ version: 2 });
		await open();
		expect(await ask("deploy", { rollout: 1 })).to.include({ state: "DEPLOYING", isDone: false });
		expect(world.services.get("reader-b")).to.include({ desiredCount: 1 });
		expect(world.services.get("reader-b")?.taskDefinition).to.match(/reader-b:2-v2$/);
		expect(world.route.revision).to.equal(1);
		world.pass(30);
		expect(await ask("deploy", { rollout: 1 })).to.include({ state: "SHIFTING", isDone: true });
	});

	it("fails where a slot's tasks do not come up, and the pipeline rolls back by it", async () => {
		const { world, run } = setUp(PLANS.queued);
		world.broken.add("arn:aws:ecs:eu-central-1:123456789012:task-definition/reader-b:2-v2");
		expect(await run({ version: 2 }, promotes)).to.equal("ROLLED_BACK");
		assertEnded(world, 1);
		expect(allRollouts(world)[0]?.reason).to.equal("The pipeline failed with SlotFailedError.");
	});

	it("fails where no host comes for the tasks within the hour", async () => {
		const { world, begin, open, ask } = setUp(PLANS.queued);
		await begin({ version: 2 });
		await open();
		await ask("deploy", { rollout: 1 });
		const service = world.services.get("reader-b");
		if (service) service.stableAtMs = Number.POSITIVE_INFINITY;
		world.isSubmitting = false;
		world.pass(61 * 60);
		expect(await failureOf(ask("deploy", { rollout: 1 }))).to.include("not up by");
	});

	for (const action of ["deploy", "shift", "finalize", "ask", "rollback"])
		it(`refuses to ${action} for an execution that another one has taken the rollout over from`, async () => {
			const { world, begin, open, ask, execution } = setUp();
			await begin({ version: 2 });
			await open();
			world.executions.set(execution, { isRunning: false, input: {} });
			const second = world.start("second", {});
			expect(await ask("begin", { execution: second, input: { resume: true } })).to.include({
				next: "RESUME",
				rollout: 1,
				state: "DEPLOYING",
			});
			const before = world.effects.done.length;
			const asked = ask(action, { rollout: 1, reason: "It failed.", taskToken: "token" });
			expect(await failureOf(asked)).to.include(`is worked on by ${second}, not by ${execution}`);
			expect(world.effects.done).to.have.length(before);
		});

	it("lets the champion's slot finish the old version's jobs before its tasks change over", async () => {
		const { world, run } = setUp(PLANS.queued);
		let isChecked = false;
		world.onChange = () => {
			if (!world.effects.done.at(-1)?.startsWith("set reader-a")) return;
			isChecked = true;
			const old = world.jobs.open.filter(({ slot, version }) => slot === "a" && version === 1);
			expect(old).to.deep.equal([]);
		};
		world.pass(20);
		// Too few for all that comes, so that some are left when the canary has all of the traffic.
		const champion = world.services.get("reader-a");
		if (champion) Object.assign(champion, { desiredCount: 0, runningCount: 0 });
		const hasAll: Script = {
			verdict: ({ step }) => {
				if (champion && step === 2) champion.desiredCount = 1;
				return "promote";
			},
		};
		expect(await run({ version: 2 }, hasAll)).to.equal("PROMOTED");
		expect(isChecked).to.equal(true);
		assertEnded(world, 2);
	});

	it("brings the champion's slot as many tasks as the canary's has needed", async () => {
		const { world, run } = setUp(PLANS.queued);
		world.onChange = () => {
			const canary = world.services.get("reader-b");
			if (world.route.variants[1]?.weight === 100 && canary && canary.desiredCount > 0) canary.desiredCount = 5;
		};
		await run({ version: 2 }, promotes);
		expect(world.services.get("reader-a")?.desiredCount).to.equal(5);
	});
});
