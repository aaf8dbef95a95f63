/** Which route serves: how long it is kept, what serves when the registry does not, and what while new versions are loaded. */
import { setImmediate as turn } from "node:timers/promises";
import { expect } from "chai";
import { ROUTE_CACHE_MS } from "../../../../charter/limits.ts";
import type { RouteRecord, RouteVariant } from "../../../../charter/registry.ts";
import { createRouting, PREPARE_MAX_MS } from "../../../../functions/shared/inference/routing.ts";
import { memoryTelemetry } from "../../../support/functions-telemetry.ts";

const variants: RouteVariant[] = [
	{ name: "champion", version: 1, weight: 90 },
	{ name: "canary", version: 2, weight: 10 },
];

const route = (revision: number, routed = variants): RouteRecord => ({
	pk: "MODEL#m",
	sk: "ROUTE",
	revision,
	variants: routed,
});

function setUp(first: RouteRecord | undefined | Error) {
	const clock = { nowMs: 0 };
	const registry = { answer: first, reads: 0 };
	const { telemetry, lines } = memoryTelemetry();
	const parts = {
		model: "m",
		registry: {
			route: async () => {
				registry.reads += 1;
				if (registry.answer instanceof Error) throw registry.answer;
				return registry.answer;
			},
			version: async () => undefined,
		},
		now: () => clock.nowMs,
	};
	const routing = createRouting(parts);
	return { clock, registry, lines, parts, log: telemetry.log, read: () => routing.route(telemetry.log) };
}

describe("functions/shared/inference/routing", () => {
	it("reads the route once in its time, also for requests at once", async () => {
		const { read, registry, clock } = setUp(route(1));
		clock.nowMs = 1;
		await Promise.all([read(), read()]);
		clock.nowMs += ROUTE_CACHE_MS - 1;
		expect(await read()).to.deep.equal(route(1));
		expect(registry.reads).to.equal(1);
		clock.nowMs += 1;
		registry.answer = route(2, [{ name: "champion", version: 2, weight: 100 }]);
		expect((await read()).variants).to.deep.equal([{ name: "champion", version: 2, weight: 100 }]);
		expect(registry.reads).to.equal(2);
	});

	it("serves by the last route when the registry fails, says so, and asks again a second later", async () => {
		const { read, registry, clock, lines } = setUp(route(1));
		await read();
		registry.answer = new Error("down");
		clock.nowMs += ROUTE_CACHE_MS;
		expect(await read()).to.deep.equal(route(1));
		expect(await read()).to.deep.equal(route(1));
		expect(registry.reads).to.equal(2);
		expect(lines.records.map(({ level, message }) => ({ level, message }))).to.deep.equal([
			{ level: "WARN", message: 'The route of "m" cannot be read; serving by revision 1' },
		]);
		clock.nowMs += 1_000;
		await read();
		expect(registry.reads).to.equal(3);
	});

	it("is unavailable where the registry fails and never answered", async () => {
		const { read } = setUp(new Error("down"));
		const thrown = await read().catch((error: unknown) => error);
		expect(thrown).to.include({ code: "UNAVAILABLE", status: 503, retryAfterSeconds: 1 });
	});

	it("is unavailable where there is no route, and looks again at each request", async () => {
		const { read, registry, clock } = setUp(undefined);
		clock.nowMs = 1;
		expect(await read().catch((error: unknown) => error)).to.include({ status: 503, retryAfterSeconds: 5 });
		registry.answer = route(1);
		expect(await read()).to.deep.equal(route(1));
	});

	describe("with versions to prepare", () => {
		const champion = route(1, [{ name: "champion", version: 1, weight: 100 }]);
		/** Loads end when the test says so. */
		const prepared = async (first: RouteRecord = champion) => {
			const { clock, registry, parts, log } = setUp(first);
			const loads = new Map<number, PromiseWithResolvers<void>>();
			const kept: (readonly number[])[] = [];
			const load = (version: number) => {
				const pending = Promise.withResolvers<void>();
				loads.set(version, pending);
				return pending.promise;
			};
			const routing = createRouting({ ...parts, preparation: { load, keep: (versions) => kept.push(versions) } });
			const revision = async () => (await routing.route(log)).revision;
			expect(await revision()).to.equal(first.revision);
			const change = (next: RouteRecord) => {
				registry.answer = next;
				clock.nowMs += ROUTE_CACHE_MS;
			};
			return { clock, loads, kept, revision, change };
		};

		it("loads nothing ahead at a cold start: the first request brings what it needs", async () => {
			const { loads, kept } = await prepared(route(1));
			expect([...loads.keys()]).to.deep.equal([]);
			expect(kept).to.deep.equal([[1, 2]]);
		});

		it("serves by the route before until the new version is in memory", async () => {
			const { loads, kept, revision, change } = await prepared();
			change(route(2));
			expect(await revision()).to.equal(1);
			expect([...loads.keys()]).to.deep.equal([2]);
			loads.get(2)?.resolve();
			await turn();
			expect(await revision()).to.equal(2);
			expect(kept).to.deep.equal([[1], [1, 2]]);
		});

		it("serves by the new route at once after a lull, in which the one before may have been taken back", async () => {
			const { clock, kept, revision, change } = await prepared();
			change(route(2, [{ name: "champion", version: 2, weight: 100 }]));
			clock.nowMs += PREPARE_MAX_MS;
			expect(await revision()).to.equal(1);
			change(route(3, [{ name: "champion", version: 3, weight: 100 }]));
			clock.nowMs += PREPARE_MAX_MS + 1;
			expect(await revision()).to.equal(3);
			expect(kept).to.deep.equal([[1], [3]]);
		});

		it("serves by the new route once its version cannot be loaded: its errors must show", async () => {
			const { loads, revision, change } = await prepared();
			change(route(2));
			expect(await revision()).to.equal(1);
			loads.get(2)?.reject(new Error("broken"));
			await turn();
			expect(await revision()).to.equal(2);
		});

		it("waits no longer than it may, however often the route is read anew meanwhile", async () => {
			const { clock, loads, revision, change } = await prepared();
			change(route(2));
			expect(await revision()).to.equal(1);
			change(route(3));
			expect(await revision()).to.equal(1);
			clock.nowMs += PREPARE_MAX_MS - ROUTE_CACHE_MS - 1;
			expect(await revision()).to.equal(1);
			clock.nowMs += 1;
			expect(await revision()).to.equal(3);
			expect([...loads.keys()]).to.deep.equal([2]);
		});

		it("goes back at once, also while the new version is loaded, and loads it anew when it comes again", async () => {
			const { loads, revision, change } = await prepared();
			change(route(2));
			expect(await revision()).to.equal(1);
			change({ ...champion, revision: 3 });
			expect(await revision()).to.equal(3);
			loads.get(2)?.resolve();
			loads.clear();
			await turn();
			expect(await revision()).to.equal(3);
			change(route(4));
			expect(await revision()).to.equal(3);
			expect([...loads.keys()]).to.deep.equal([2]);
		});

		it("serves a change of the weights at once, and does not wait for a shadow, which has no traffic", async () => {
			const { loads, revision, change } = await prepared();
			change(route(2, [...champion.variants, { name: "shadow", version: 2, weight: 0, mirrorPct: 10 }]));
			expect(await revision()).to.equal(2);
			expect([...loads.keys()]).to.deep.equal([]);
			change(route(3));
			expect(await revision()).to.equal(2);
			loads.get(2)?.resolve();
			await turn();
			change(
				route(
					4,
					variants.map((variant) => ({ ...variant, weight: 50 })),
				),
			);
			expect(await revision()).to.equal(4);
		});
	});
});
