/** Beginning and end of an execution, and the opening of its rollout. */
import { expect } from "chai";
import { failureOf } from "../../support/failure.ts";
import { promotes, setUp } from "../../support/rollout/asking.ts";
import { allRollouts } from "../../support/rollout/pipeline.ts";

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
