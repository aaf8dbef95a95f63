/** Rollbacks, by the pipeline and by hand, once and again. */
import { expect } from "chai";
import { failureOf } from "../../support/failure.ts";
import { promotes, rollsBack, setUp } from "../../support/rollout/asking.ts";
import { assertEnded } from "../../support/rollout/end-state.ts";
import { allRollouts } from "../../support/rollout/pipeline.ts";
import { PLANS } from "../../support/rollout/world.ts";

describe("functions/rollout, rollback", () => {
	it("gives the champion its traffic back by one write, and keeps why", async () => {
		const { world, run } = setUp();
		expect(await run({ version: 2 }, rollsBack)).to.equal("ROLLED_BACK");
		assertEnded(world, 1);
		expect(allRollouts(world)[0]).to.include({ state: "ROLLED_BACK", reason: "It is worse." });
	});

	it("takes the jobs that wait in the canary's slot over to the champion and its version", async () => {
		const { world, run } = setUp(PLANS.queued);
		world.pass(20);
		await run({ version: 2 }, { verdict: ({ step }) => (step === 2 ? "rollback" : "promote") });
		assertEnded(world, 1);
		const answers = [...world.jobs.answered.values()].flat();
		expect(new Set(answers)).to.deep.equal(new Set([1, 2]));
	});

	it("does not end before no reader goes by the old route any more", async () => {
		const { world, begin, open, ask } = setUp(PLANS.sagemaker);
		await begin({ version: 2 });
		await open();
		await ask("deploy", { rollout: 1 });
		const rollback = () => ask("rollback", { rollout: 1, reason: "It is worse." });
		expect(await rollback()).to.include({ state: "ROLLING_BACK", isDone: false });
		expect(world.jobs.open).to.deep.equal([]);
		world.pass(30);
		expect(await rollback()).to.include({ state: "ROLLING_BACK", isDone: false });
		world.pass(5);
		world.isSubmitting = false;
		expect(await rollback()).to.include({ state: "ROLLED_BACK", isDone: true });
	});

	it("leaves no tasks that a deployment at the same time has asked for", async () => {
		const { world, begin, open, ask, byHand } = setUp(PLANS.queued);
		await begin({ version: 2 });
		await open();
		const { done } = world.effects;
		const before = done.length + 2;
		world.effects.interject = {
			before,
			act: async () => {
				for (let round = 0; round < 9; round++) {
					world.pass(15);
					await byHand();
				}
			},
		};
		expect(await ask("deploy", { rollout: 1 })).to.include({ state: "ROLLED_BACK", isDone: true });
		expect(done.slice(before)).to.deep.equal(["set reader-b", "set reader-b"]);
		expect(world.services.get("reader-b")).to.include({ desiredCount: 0 });
	});

	it("leaves the champion's slot as it was where finalizing at the same time has changed it", async () => {
		const { world, run, byHand } = setUp(PLANS.queued);
		const { effects } = world;
		const rolledBack: string[] = [];
		world.onChange = () => {
			if (effects.done.at(-1) !== "register" || world.route.variants[1]?.weight !== 100) return;
			// Its record is written next, and then its service is set.
			effects.interject ??= {
				before: effects.done.length + 1,
				act: async () => {
					for (let round = 0; round < 9; round++) {
						world.pass(15);
						await byHand();
					}
					rolledBack.push(world.services.get("reader-a")?.taskDefinition ?? "");
				},
			};
		};
		expect(await run({ version: 2 }, promotes)).to.equal("ROLLED_BACK");
		expect(rolledBack[0]).to.match(/reader-a:1$/);
		assertEnded(world, 1);
	});

	it("sets aside what is no job's message", async () => {
		const { world, run } = setUp(PLANS.queued);
		world.jobs.queue("https://sqs.test/b").push({ body: "no JSON", visibleAtMs: Number.MAX_SAFE_INTEGER, receipt: 0 });
		world.onChange = () => {
			for (const message of world.jobs.queue("https://sqs.test/b"))
				if (message.body === "no JSON")
					message.visibleAtMs = world.route.variants.length > 1 ? Number.MAX_SAFE_INTEGER : 0;
		};
		world.isSubmitting = false;
		await run({ version: 2 }, rollsBack);
		expect(world.jobs.queue("https://sqs.test/b-dead").map(({ body }) => body)).to.deep.equal(["no JSON"]);
	});

	it("by hand ends a wait for approval", async () => {
		const { world, begin, open, ask, byHand } = setUp({ ...PLANS.realtime, approval: true });
		await begin({ version: 2 });
		await open();
		await ask("ask", { rollout: 1, taskToken: "token-1" });
		expect(await byHand()).to.include({ rollout: 1, state: "ROLLED_BACK", isDone: true });
		expect(world.refused).to.deep.equal([{ token: "token-1", cause: "A person has asked for it." }]);
		expect(await failureOf(ask("ask", { rollout: 1, taskToken: "token-2" }))).to.include("waits for nobody's approval");
	});

	it("by hand makes the version before the champion serve, once for each who asks", async () => {
		const { world, run, byHand, alias } = setUp();
		await run({ version: 2 }, promotes);
		expect(await byHand()).to.include({ rollout: 2, state: "PROMOTED", isDone: true });
		expect(await byHand()).to.include({ rollout: 2, state: "PROMOTED" });
		assertEnded(world, 1);
		expect(alias("previous")).to.equal(undefined);
		expect(await byHand("person-2")).to.include({ rollout: 2, state: "PROMOTED", isDone: true });
		expect(await failureOf(byHand("person-2", { champion: true }))).to.include("no version before its champion");
		expect(allRollouts(world)[1]).to.include({ from: 2, to: 1, reason: "A person has asked for it." });
		expect(world.events.at(-1)?.type).to.equal("rollout.rolled_back");
	});

	it("by hand gives a queued model's champion's slot its task definition back", async () => {
		const { world, run, byHand } = setUp(PLANS.queued);
		await run({ version: 2 }, promotes);
		await byHand();
		assertEnded(world, 1);
	});

	it("by hand asked for again does not turn the champion back as well", async () => {
		const { world, begin, run, open, ask, byHand } = setUp();
		await run({ version: 2 }, promotes, "before");
		await begin({ version: 3 });
		await open(3);
		await ask("deploy", { rollout: 2 });
		expect(await byHand()).to.include({ rollout: 2, state: "ROLLED_BACK" });
		expect(await byHand()).to.include({ rollout: 2, state: "ROLLED_BACK" });
		await ask("end");
		assertEnded(world, 2);
	});

	it("by hand asked for again does not do so either where the pipeline had begun it", async () => {
		const { world, run, begin, open, ask, byHand } = setUp(PLANS.sagemaker);
		world.isSubmitting = false;
		await run({ version: 2 }, promotes, "before");
		await begin({ version: 3 });
		await open(3);
		const byPipeline = () => ask("rollback", { rollout: 2, reason: "It is worse." });
		expect(await byPipeline()).to.include({ state: "ROLLING_BACK", isDone: false });
		expect(await byHand()).to.include({ rollout: 2, state: "ROLLING_BACK", isDone: false });
		expect(await byHand("person-2")).to.include({ rollout: 2, state: "ROLLING_BACK", isDone: false });
		world.pass(60);
		expect(await byPipeline()).to.include({ state: "ROLLED_BACK", isDone: true });
		expect(await byHand()).to.include({ rollout: 2, state: "ROLLED_BACK" });
		expect(await byHand("person-2")).to.include({ rollout: 2, state: "ROLLED_BACK" });
		expect(world.route.variants).to.deep.equal([{ name: "champion", version: 2, weight: 100, slot: "a" }]);
	});

	it("by hand changes nothing where the judge was first, and takes the champion back where that is meant", async () => {
		const { world, run, byHand, alias } = setUp();
		await run({ version: 2 }, promotes, "before");
		await run({ version: 3 }, rollsBack);
		const { revision } = world.route;
		expect(await byHand("person-2")).to.include({ rollout: 2, state: "ROLLED_BACK", isDone: true });
		expect([world.route.revision, alias("champion")]).to.deep.equal([revision, 2]);
		const champion = { champion: true };
		expect(await byHand("person-3", champion)).to.include({ rollout: 3, state: "PROMOTED", isDone: true });
		expect(await byHand("person-3", champion)).to.include({ rollout: 3, state: "PROMOTED", isDone: true });
		assertEnded(world, 1);
	});

	it("by hand goes back behind a version that was rolled back, and the champion's slot with it", async () => {
		const { world, run, byHand } = setUp(PLANS.queued);
		await run({ version: 2 }, promotes, "before");
		await run({ version: 3 }, rollsBack);
		expect(await byHand("person-1", { champion: true })).to.include({ rollout: 3, state: "PROMOTED" });
		assertEnded(world, 1);
	});

	it("by hand finishes what a crash has left of it, whoever asks next", async () => {
		for (const next of ["a person", "the watch"]) {
			const { world, run, byHand, ask } = setUp(PLANS.queued);
			await run({ version: 2 }, promotes, "before");
			world.effects.killAfter = world.effects.done.length + 1;
			await byHand().catch(() => undefined);
			world.effects.revive();
			expect(allRollouts(world)[1]).to.include({ from: 2, to: 1, state: "PROMOTED" });
			if (next === "a person") await byHand("person-2");
			else await ask("watch");
			assertEnded(world, 1);
		}
	});

	it("by hand leaves alone what has begun since its rollout was seen", async () => {
		const { world, run, begin, open, ask, byHand, alias } = setUp(PLANS.sagemaker);
		world.isSubmitting = false;
		await begin({ version: 2 });
		await open();
		await ask("deploy", { rollout: 1 });
		const poll = () => byHand("person-1", { seen: 1 });
		expect(await poll()).to.include({ rollout: 1, state: "ROLLING_BACK", isDone: false });
		world.pass(60);
		await ask("rollback", { rollout: 1, reason: "It is worse." });
		await ask("end");
		await run({ version: 3 }, promotes, "second");
		expect(await poll()).to.include({ rollout: 1, state: "ROLLED_BACK", isDone: true });
		const words = 'Rollout 2 of "digit-reader" has begun since then, and was not touched';
		expect(await failureOf(byHand("person-2", { seen: 1, champion: true }))).to.include(words);
		expect(await failureOf(byHand("person-2", { seen: 0 }))).to.include(words);
		expect(alias("champion")).to.equal(3);
	});

	it("by hand touches no champion while a rollout is in work", async () => {
		const { world, begin, run, open, byHand, alias } = setUp();
		await run({ version: 2 }, promotes, "before");
		await begin({ version: 3 });
		await open(3);
		const { revision } = world.route;
		expect(await failureOf(byHand("person-1", { champion: true }))).to.include("End the rollout first");
		expect([world.route.revision, alias("champion")]).to.deep.equal([revision, 2]);
	});

	it("says that there is nothing to go back to", async () => {
		expect(await failureOf(setUp().byHand())).to.include("no rollout in work and no version before its champion");
	});
});
