/** Experiments: their route and history, and that none runs beside a rollout. */
import { expect } from "chai";
import fc from "fast-check";
import { act, type Response } from "../../../functions/rollout/act.ts";
import { readRequest } from "../../../functions/rollout/request.ts";
import { failureOf } from "../../support/failure.ts";
import { assertWhole } from "../../support/rollout/end-state.ts";
import { allRollouts, Pipeline } from "../../support/rollout/pipeline.ts";
import { MODEL, PLANS, RolloutWorld } from "../../support/rollout/world.ts";

const ARMS = [
	{ name: "other", version: 2, weight: 30 },
	{ name: "champion", version: 1, weight: 70 },
];

function setUp() {
	const world = new RolloutWorld(PLANS.realtime);
	const ask = (action: string, more: object = {}): Promise<Response> =>
		act(world.ports(), new Map(), readRequest({ model: MODEL, execution: "person", action, ...more }));
	const start = (variants: object = ARMS, sticky = "user") => ask("experiment", { variants, sticky });
	const end = () => ask("end-experiment");
	const rollOut = () => new Pipeline(world, "first", { version: 2 }, { verdict: () => "promote" }).run();
	return { world, ask, start, end, rollOut };
}

describe("functions/rollout/experiment", () => {
	it("puts versions side by side, the champion first, under a salt of its own, and ends in the champion", async () => {
		const { world, start, end } = setUp();
		const arms = [ARMS[1], ARMS[0]];
		expect(await start()).to.deep.equal({ experiment: 1, isRunning: true, variants: arms });
		expect(world.route).to.deep.include({
			revision: 2,
			variants: arms,
			experiment: 1,
			sticky: { by: "user", salt: "digit-reader#experiment#1" },
		});
		world.pass(60);
		expect(await end()).to.deep.equal({ experiment: 1, isRunning: false, variants: arms });
		expect(world.route.experiment).to.equal(undefined);
		assertWhole(world);
		expect(world.registry.peek(world.pk, "EXPERIMENT#000001")).to.include({ endedAtMs: world.nowMs, sticky: "user" });
		expect(await start()).to.include({ experiment: 2 });
		expect(world.route.sticky?.salt).to.equal("digit-reader#experiment#2");
	});

	it("is one experiment where the same is asked for again, and ends once", async () => {
		const { world, start, end } = setUp();
		const first = await start();
		expect(await start()).to.deep.equal(first);
		const ended = await end();
		expect(await end()).to.deep.equal(ended);
		expect(world.registry.under(world.pk, "EXPERIMENT#")).to.have.length(1);
	});

	it("refuses another one beside it, and an end where there never was one", async () => {
		const { start, end } = setUp();
		expect(await failureOf(end())).to.include("No experiment has ever run");
		await start();
		expect(await failureOf(start(ARMS, "tenant"))).to.include("Experiment 1 runs");
	});

	it("refuses versions that are not there, and a champion that is none", async () => {
		const { start } = setUp();
		expect(await failureOf(start([{ ...ARMS[0], version: 9 }, ARMS[1]]))).to.include("has no version 9");
		expect(await failureOf(start([ARMS[0], { ...ARMS[1], version: 3 }]))).to.include("the champion of");
	});

	it("does not begin beside a rollout, nor a rollout beside it", async () => {
		const { world, start, ask } = setUp();
		const execution = world.start("first", {});
		await ask("begin", { execution, input: { version: 2 } });
		await ask("open", { execution, version: 2, plan: PLANS.realtime });
		expect(await failureOf(start())).to.include("Rollout 1 of");
		const other = setUp();
		await other.start();
		expect(await other.rollOut()).to.equal("FAILED");
		expect(allRollouts(other.world)).to.deep.equal([]);
		expect(other.world.route).to.include({ experiment: 1 });
	});

	it("and a rollout that begin at once are never both there", async () => {
		for (let before = 0; before < 3; before++) {
			const { world, start, rollOut } = setUp();
			world.effects.interject = {
				before,
				act: async () => {
					await start().catch(() => undefined);
				},
			};
			const outcome = await rollOut();
			const isRunning = world.route.experiment !== undefined;
			expect(isRunning, `an experiment beside a rollout that ${outcome}`).to.equal(outcome === "FAILED");
		}
	});

	it("ends by a rollback by hand, which its history tells", async () => {
		const { world, start, ask, rollOut } = setUp();
		await rollOut();
		await start([
			{ name: "champion", version: 2, weight: 50 },
			{ name: "c", version: 3, weight: 50 },
		]);
		await ask("rollback", { reason: "A person has asked for it." });
		assertWhole(world);
		expect(world.route.variants).to.deep.equal([{ name: "champion", version: 1, weight: 100 }]);
		expect(world.registry.peek(world.pk, "EXPERIMENT#000001")).to.have.property("endedAtMs");
	});

	it("has a route whose weights sum to 100 exactly, whatever decimals they have", async () => {
		const shares = fc.array(fc.double({ min: 0.01, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });
		await fc.assert(
			fc.asyncProperty(shares, async (parts) => {
				const { world, start } = setUp();
				const whole = parts.reduce((sum, part) => sum + part, 0);
				await start(parts.map((part, i) => ({ name: `arm-${i}`, version: (i % 3) + 1, weight: (part / whole) * 100 })));
				expect(world.route.variants.reduce((sum, { weight }) => sum + weight, 0)).to.equal(100);
			}),
		);
	});
});
