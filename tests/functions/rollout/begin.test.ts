/** Beginning and end of an execution, and the opening of its rollout. */
import { expect } from "chai";
import type { RolloutResponse } from "../../../charter/pipeline.ts";
import { failureOf } from "../../support/failure.ts";
import { promotes, rollsBack, setUp } from "../../support/rollout/asking.ts";
import { allRollouts } from "../../support/rollout/pipeline.ts";
import { MODEL } from "../../support/rollout/world.ts";

describe("functions/rollout, begin and end", () => {
	it("take and give back the model's lock", async () => {
		const { world, begin, ask, execution } = setUp();
		expect(await begin({}, { trainImage: "trainer@sha256:1" })).to.deep.equal({ next: "TRAIN", run: "first" });
		expect(world.registry.peek(world.pk, "LOCK")).to.include({ execution });
		expect(await ask("end")).to.deep.equal({ isReleased: true });
		expect(world.registry.peek(world.pk, "LOCK")).to.equal(undefined);
		expect(await ask("end")).to.deep.equal({ isReleased: false });
	});

	it("refuse a second execution by the name of the first, and leave the lock to it", async () => {
		const { world, begin, ask, execution } = setUp();
		await begin({ version: 2 });
		const rival = world.start("rival", {});
		expect(await failureOf(ask("begin", { execution: rival, input: {} }))).to.include(
			`The execution ${execution} works on`,
		);
		expect(await ask("end", { execution: rival })).to.deep.equal({ isReleased: false });
		expect(world.registry.peek(world.pk, "LOCK")).to.include({ execution });
	});

	it("give one of many executions that begin at once the lock", async () => {
		const { world, ask } = setUp();
		const rivals = Array.from({ length: 8 }, (_, i) => world.start(`rival-${i}`, {}));
		const answers = await Promise.allSettled(
			rivals.map((execution) => ask("begin", { execution, input: { version: 2 } })),
		);
		expect(answers.filter(({ status }) => status === "fulfilled")).to.have.length(1);
	});

	it("say what to do where a model is not trained here and no version is named", async () => {
		expect(await failureOf(setUp().begin())).to.include('Start its pipeline with {"version": N}');
	});

	it("do nothing where an execution is to go on and nothing is left", async () => {
		const { world, run } = setUp();
		expect(await run({ resume: true }, promotes)).to.equal("PROMOTED");
		expect(allRollouts(world)).to.deep.equal([]);
		expect(world.route.revision).to.equal(1);
	});
});

describe("functions/rollout, open", () => {
	it("opens a rollout once, however often it is asked", async () => {
		const { world, begin, open, alias } = setUp();
		await begin({ version: 2 });
		const first = await open();
		expect(first).to.include({ rollout: 1, state: "DEPLOYING", isDone: true, weight: 0 });
		expect(await open()).to.deep.equal(first);
		expect(allRollouts(world)).to.have.length(1);
		expect(alias("challenger")).to.equal(2);
		expect(world.events.map(({ type }) => type)).to.deep.equal(["rollout.started"]);
	});

	it("has nothing to do where the version is the champion already", async () => {
		const { world, begin, open } = setUp();
		await begin({ version: 1 });
		expect(await open(1)).to.include({ rollout: 0, state: "PROMOTED", isDone: true });
		expect(allRollouts(world)).to.deep.equal([]);
	});

	describe("of a version that a training has given", () => {
		const trained = { version: 2, isTrained: true };
		const afterRollback = async () => {
			const used = setUp();
			await used.run({ version: 2 }, rollsBack);
			const next = used.world.start("second", {});
			await used.begin({}, { execution: next, trainImage: "trainer@sha256:1" });
			const openAs = (more: object) =>
				used.ask("open", { execution: next, plan: used.world.plan, ...more }) as Promise<RolloutResponse>;
			return { ...used, openAs };
		};

		it("opens nothing where it was rolled back before, and says how to try it again", async () => {
			const { world, openAs, alias } = await afterRollback();
			const { revision } = world.route;
			expect(await openAs(trained)).to.deep.equal({
				...{ rollout: 1, state: "ROLLED_BACK", isDone: true, weight: 0, intervalSeconds: 10 },
				reason: `Version 2 of "${MODEL}" is what the training has given again, and it was rolled back before, by rollout 1 (It is worse). It is tried again by \`triplane rollout ${MODEL} --version 2\` alone.`,
			});
			expect(allRollouts(world)).to.have.length(1);
			expect([world.route.revision, alias("challenger")]).to.deep.equal([revision, undefined]);
		});

		it("opens it where whoever asks names it, or where it is another one", async () => {
			const named = await afterRollback();
			expect(await named.openAs({ version: 2 })).to.include({ rollout: 2, state: "DEPLOYING" });
			const other = await afterRollback();
			expect(await other.openAs({ ...trained, version: 3 })).to.include({ rollout: 2, state: "DEPLOYING" });
		});

		it("knows it by rollouts of others in between, and as a champion that a person has turned back", async () => {
			const { world, ask: asked, run, openAs, byHand, alias } = await afterRollback();
			await asked("end", { execution: world.start("second", {}) });
			await run({ version: 3 }, promotes, "third");
			expect(alias("champion")).to.equal(3);
			await byHand();
			const again = world.start("fourth", {});
			const ask = { execution: again, isTrained: true };
			expect(await openAs({ ...ask, version: 2 })).to.include({ rollout: 1, state: "ROLLED_BACK" });
			expect(await openAs({ ...ask, version: 3 })).to.include({ rollout: 3, state: "ROLLED_BACK" });
		});
	});

	it("refuses a version that is not registered", async () => {
		const { begin, open } = setUp();
		await begin({ version: 9 });
		expect(await failureOf(open(9))).to.include("has no version 9");
	});

	it("refuses an execution that has not got the lock", async () => {
		const { world, open } = setUp();
		expect(await failureOf(open())).to.include("The lock of");
		expect(allRollouts(world)).to.deep.equal([]);
	});

	it("moves a batch model's champion at once, and says in its history that it did", async () => {
		const { world, begin, ask, alias } = setUp();
		await begin({ version: 2 });
		expect(await ask("open", { version: 2 })).to.include({ rollout: 1, state: "PROMOTED", isDone: true, weight: 100 });
		expect(world.route).to.deep.include({ revision: 2, variants: [{ name: "champion", version: 2, weight: 100 }] });
		expect([alias("champion"), alias("previous"), alias("challenger")]).to.deep.equal([2, 1, undefined]);
		expect(world.events.map(({ type }) => type)).to.deep.equal(["rollout.promoted"]);
		expect(await ask("open", { version: 2 })).to.include({ rollout: 1, state: "PROMOTED" });
	});
});
