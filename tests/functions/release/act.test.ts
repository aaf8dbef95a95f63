/** The steps of a release, each against whatever the alias may stand at, and all of them with others in between. */
import { expect } from "chai";
import fc from "fast-check";
import { act } from "../../../functions/release/act.ts";
import type { Standing } from "../../../functions/release/ports.ts";
import type { Request } from "../../../functions/release/request.ts";
import { releaseWorld } from "../../support/functions-release.ts";

const whose = { function: "predict", version: "2" };
const shift = (step: number, weight: number, from = "1") =>
	({ action: "shift", ...whose, from, step, weight }) as const;
const judge: Request = { action: "judge", ...whose, burnAlarms: ["fast-burn"], sinceMs: 1 };
const back = { action: "back", ...whose, from: "1", reason: "it is broken" } as const;
const canary = (version: string, weight: number) => ({ version, weight });

describe("functions/release/act", () => {
	describe("start", () => {
		const target = (version: string) => ({ function: "predict", version, burnAlarms: ["fast-burn"], probe: {} });
		const start = (...versions: string[]): Request => ({
			action: "start",
			stateMachine: "arn:machine",
			releases: versions.map(target),
			weights: [10, 100],
			intervalSeconds: 60,
		});

		it("starts an execution, named after it, for a version that is not live", async () => {
			const world = releaseWorld();
			expect(await act(world, start("2"))).to.deep.equal({ started: ["predict:2"] });
			expect(world.started).to.deep.equal([
				{ name: "predict-2", input: { ...target("2"), weights: [10, 100], intervalSeconds: 60 } },
			]);
		});

		it("starts it once, however often it is asked", async () => {
			const world = releaseWorld();
			await act(world, start("2"));
			await act(world, start("2"));
			expect(world.started).to.have.length(1);
		});

		it("starts nothing for what is live, or older", async () => {
			const world = releaseWorld({ live: "2" });
			expect(await act(world, start("2", "1"))).to.deep.equal({ started: [] });
			expect(world.started).to.deep.equal([]);
		});
	});

	describe("begin", () => {
		const begin = { action: "begin", ...whose } as const;
		const cases: [Standing, object][] = [
			[{ live: "1" }, { next: "RELEASE", from: "1" }],
			[
				{ live: "1", canary: canary("2", 10) },
				{ next: "RELEASE", from: "1" },
			],
			[{ live: "2" }, { next: "LIVE", from: "2" }],
			[{ live: "3" }, { next: "SUPERSEDED", from: "3" }],
			[
				{ live: "1", canary: canary("10", 10) },
				{ next: "SUPERSEDED", from: "1" },
			],
		];
		for (const [standing, answer] of cases)
			it(`answers ${JSON.stringify(answer)} where the alias stands at ${JSON.stringify(standing)}`, async () => {
				expect(await act(releaseWorld(standing), begin)).to.deep.equal(answer);
			});
	});

	describe("shift", () => {
		it("gives the version a share, and at the end everything", async () => {
			const world = releaseWorld();
			const answer = { state: "SHIFTED", from: "1", sinceMs: 1_000 };
			expect(await act(world, shift(0, 10))).to.deep.equal(answer);
			expect(await act(world, shift(1, 50))).to.deep.equal(answer);
			expect(await act(world, shift(2, 100))).to.deep.equal(answer);
			expect(world.moves).to.deep.equal([
				{ live: "1", canary: canary("2", 10) },
				{ live: "1", canary: canary("2", 50) },
				{ live: "2" },
			]);
		});

		it("moves nothing where it is asked again, and still knows where the traffic came from", async () => {
			const world = releaseWorld({ live: "2" });
			expect(await act(world, shift(2, 100))).to.deep.equal({ state: "SHIFTED", from: "1", sinceMs: 1_000 });
			expect(world.moves).to.deep.equal([]);
		});

		it("takes the place of an older version that is still on its way", async () => {
			const world = releaseWorld({ live: "0", canary: canary("1", 50) });
			await act(world, shift(0, 10));
			expect(world.standing).to.deep.equal({ live: "0", canary: canary("2", 10) });
		});

		it("gives way to a newer version", async () => {
			for (const standing of [{ live: "3" }, { live: "1", canary: canary("3", 10) }]) {
				const world = releaseWorld(standing);
				expect(await act(world, shift(1, 50))).to.include({ state: "SUPERSEDED" });
				expect(world.moves).to.deep.equal([]);
			}
		});

		it("does not put a version back that somebody has taken out", async () => {
			const world = releaseWorld({ live: "1" });
			expect(await act(world, shift(1, 50))).to.include({ state: "SUPERSEDED" });
			expect(world.moves).to.deep.equal([]);
		});

		it("looks again where somebody has moved the alias in between", async () => {
			const world = releaseWorld();
			let left = 1;
			world.meanwhile = () => {
				if (left-- > 0) world.moveTo({ live: "1", canary: canary("3", 10) });
			};
			expect(await act(world, shift(0, 10))).to.include({ state: "SUPERSEDED" });
			expect(world.standing).to.deep.equal({ live: "1", canary: canary("3", 10) });
		});

		it("gives up in words where others move it all the time", async () => {
			const world = releaseWorld();
			world.meanwhile = () => world.moveTo({ live: "1" });
			const error = await act(world, shift(0, 10)).catch((thrown: Error) => thrown);
			expect(error).to.have.property("name", "ReleaseConflictError");
			expect(error)
				.to.have.property("message")
				.that.includes('The alias "live" of predict was changed by others during each of 5 attempts.');
		});
	});

	describe("judge", () => {
		it("goes on where nothing speaks against the version", async () => {
			const world = releaseWorld({ live: "1", canary: canary("2", 10) });
			world.counted = { invocations: 1_000, errors: 6 };
			expect(await act(world, judge)).to.deep.equal({
				verdict: "CONTINUE",
				reason: "6 of 1000 calls failed (0.6 %), within 2 %",
			});
		});

		it("goes back where an alarm went on", async () => {
			const world = releaseWorld({ live: "2" });
			world.burningNow = ["fast-burn"];
			expect(await act(world, judge)).to.deep.equal({
				verdict: "BACK",
				reason: "since it has its share, fast-burn went into alarm",
			});
		});

		it("says nothing about a version that gets no traffic any more", async () => {
			const cases: [Standing, string][] = [
				[{ live: "1" }, "version 1 gets all"],
				[{ live: "2", canary: canary("3", 10) }, "version 3 gets 10 %, 2 the rest"],
			];
			for (const [standing, words] of cases)
				expect(await act(releaseWorld(standing), judge)).to.deep.equal({
					verdict: "SUPERSEDED",
					reason: `predict:2 gets no traffic any more: ${words}.`,
				});
		});
	});

	describe("back", () => {
		const cases: [before: Standing, after: Standing][] = [
			[{ live: "1", canary: canary("2", 50) }, { live: "1" }],
			[{ live: "2" }, { live: "1" }],
			[{ live: "1" }, { live: "1" }],
			[{ live: "3" }, { live: "3" }],
			[
				{ live: "2", canary: canary("3", 10) },
				{ live: "2", canary: canary("3", 10) },
			],
		];
		for (const [before, after] of cases)
			it(`makes ${JSON.stringify(after)} of ${JSON.stringify(before)}, and tells of it`, async () => {
				const world = releaseWorld(before);
				expect(await act(world, back)).to.deep.equal({ outcome: "ROLLED_BACK" });
				expect(world.standing).to.deep.equal(after);
				expect(world.told).to.deep.equal([
					{
						type: "release.rolled_back",
						detail: { function: "predict", from: "1", to: "2", reason: "it is broken" },
					},
				]);
			});

		it("leaves a version that there is nothing before", async () => {
			const world = releaseWorld({ live: "2" });
			await act(world, { ...back, from: "2" });
			expect(world.moves).to.deep.equal([]);
		});
	});

	it("tells of a version that is through", async () => {
		const world = releaseWorld({ live: "2" });
		expect(await act(world, { action: "finish", ...whose, from: "1" })).to.deep.equal({ outcome: "FINISHED" });
		expect(world.told).to.deep.equal([
			{ type: "release.finished", detail: { function: "predict", from: "1", to: "2" } },
		]);
	});

	it("never takes traffic from a newer version, whatever the steps, their order, and how often they come", async () => {
		const weights = [10, 50, 100];
		const step = fc.record({
			version: fc.constantFrom("2", "3"),
			does: fc.constantFrom("shift", "back"),
			step: fc.nat({ max: 2 }),
		});
		await fc.assert(
			fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
				const world = releaseWorld();
				for (const { version, does, step: at } of steps) {
					const before = world.standing;
					const asked = { function: "predict", version, from: "1" };
					if (does === "back") await act(world, { action: "back", ...asked, reason: "any" });
					else await act(world, { action: "shift", ...asked, step: at, weight: weights[at] ?? 100 });
					const { live, canary: other } = world.standing;
					expect(other?.version).not.to.equal(live);
					if (version === "2" && (before.live === "3" || before.canary?.version === "3"))
						expect(world.standing).to.deep.equal(before);
				}
			}),
		);
	});
});
