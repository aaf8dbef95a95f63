/** Events and the watch: what is told late, and what is looked after when nobody works on it any more. */
import { expect } from "chai";
import { act } from "../../../functions/rollout/act.ts";
import { readRequest } from "../../../functions/rollout/request.ts";
import { stopCanary } from "../../../functions/rollout/slot.ts";
import { promotes, rollsBack, setUp } from "../../support/rollout/asking.ts";
import { assertEnded } from "../../support/rollout/end-state.ts";
import { watchFor } from "../../support/rollout/pipeline.ts";
import { MODEL, PLANS } from "../../support/rollout/world.ts";

describe("functions/rollout, events and the watch", () => {
	it("are held up by no bus that is down, and told once it is up", async () => {
		const { world, run } = setUp();
		world.isBusDown = true;
		expect(await run({ version: 2 }, promotes)).to.equal("PROMOTED");
		expect(world.events).to.deep.equal([]);
		world.isBusDown = false;
		await watchFor(world, 1, promotes);
		expect(world.events.map(({ type }) => type)).to.deep.equal([
			"rollout.started",
			"rollout.shifted",
			"rollout.shifted",
			"rollout.shifted",
			"rollout.promoted",
		]);
		expect(world.events[0]?.detail).to.include({ model: MODEL, rollout: 1, from: 1, to: 2, state: "DEPLOYING" });
		assertEnded(world, 2);
	});

	it("leaves a rollout alone whose execution runs", async () => {
		const { world, begin, open, ask } = setUp();
		await begin({ version: 2 });
		await open();
		expect(await ask("watch")).to.deep.equal({ resumed: [], failed: [] });
		expect([...world.executions]).to.have.length(1);
	});

	it("starts one execution where two watches see the same in one minute", async () => {
		const { world, begin, open, ask, execution } = setUp();
		await begin({ version: 2 });
		await open();
		world.executions.set(execution, { isRunning: false, input: {} });
		expect(await ask("watch")).to.deep.equal({ resumed: [MODEL], failed: [] });
		await ask("watch");
		expect([...world.executions.values()].map(({ input }) => input)).to.deep.equal([{}, { resume: true }]);
	});

	it("begins with another model each minute, so that none that takes long keeps the others waiting for ever", async () => {
		const { world, begin, open, execution } = setUp();
		await begin({ version: 2 });
		await open();
		world.executions.set(execution, { isRunning: false, input: {} });
		const looks: number[] = [];
		for (let minute = 0; minute < 2; minute++) {
			// Time for one of two.
			const times = [60_000, 0];
			const ports = { ...world.ports(), leftMs: () => times.shift() ?? 0 };
			const pipelines = new Map(["other", MODEL].map((model) => [model, `arn:${model}`]));
			const answer = await act(ports, pipelines, readRequest({ action: "watch" }));
			looks.push(Reflect.get(answer, "resumed").length);
			world.pass(60);
		}
		expect(looks.toSorted()).to.deep.equal([0, 1]);
	});

	it("leaves the canary's tasks to a rollout that has begun since it looked", async () => {
		const { world, run, ask } = setUp(PLANS.queued);
		await run({ version: 2 }, rollsBack);
		const ended = await world.ports().store.lastRollout(MODEL);
		if (!ended) throw new Error("There is no rollout.");
		const second = { execution: world.start("second", { version: 3 }) };
		await ask("begin", { input: { version: 3 }, ...second });
		await ask("open", { version: 3, plan: PLANS.queued, ...second });
		for (let tries = 0; tries < 10; tries++, world.pass(15)) await ask("deploy", { rollout: 2, ...second });
		expect(world.services.get("reader-b")?.runningCount).to.equal(1);
		await stopCanary(world.ports(), ended);
		expect(world.services.get("reader-b")?.desiredCount).to.equal(1);
	});

	it("takes over what came into the canary's slot by a stale route after the rollout's end", async () => {
		const { world, run } = setUp(PLANS.queued);
		await run({ version: 2 }, rollsBack);
		while (world.jobs.open.length === 0) world.pass(1);
		const [job] = world.jobs.open;
		if (!job) throw new Error("No job is left to be sent astray.");
		world.jobs.records.set(job.job, { ...job, state: "QUEUED", slot: "b", version: 2, variant: "canary" });
		world.jobs.queue("https://sqs.test/b").push({
			body: JSON.stringify({
				job: job.job,
				tenant: "acme",
				model: MODEL,
				version: 2,
				requestId: "r",
				traceparent: "t",
			}),
			visibleAtMs: 0,
			receipt: 0,
		});
		await watchFor(world, 2, rollsBack);
		expect(world.jobs.records.get(job.job)).to.include({
			slot: "a",
			version: 1,
			variant: "champion",
			state: "SUCCEEDED",
		});
	});

	it("says which model's state it could not find out, and looks after the others", async () => {
		const { world } = setUp();
		world.registry.put({ pk: "MODEL#other", sk: "ROLLOUT#000001" });
		const pipelines = new Map([
			["other", "arn:other"],
			[MODEL, "arn:pipeline"],
		]);
		expect(await act(world.ports(), pipelines, readRequest({ action: "watch" }))).to.deep.equal({
			resumed: [],
			failed: ["other"],
		});
	});
});
