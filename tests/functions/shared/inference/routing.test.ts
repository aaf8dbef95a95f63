/** Which version answers: the draw by weight, and what serves when the registry does not. */
import { expect } from "chai";
import fc from "fast-check";
import { ROUTE_CACHE_MS } from "../../../../charter/limits.ts";
import type { RouteRecord, RouteVariant } from "../../../../charter/registry.ts";
import { chooseVariant, createRouting } from "../../../../functions/shared/inference/routing.ts";
import { memoryTelemetry } from "../../../support/functions-telemetry.ts";

const variants: RouteVariant[] = [
	{ name: "champion", version: 1, weight: 90 },
	{ name: "challenger", version: 2, weight: 10 },
];

function setUp(first: RouteRecord | undefined | Error) {
	const clock = { nowMs: 0 };
	const registry = { answer: first, reads: 0 };
	const { telemetry, lines } = memoryTelemetry();
	const store = {
		route: async () => {
			registry.reads += 1;
			if (registry.answer instanceof Error) throw registry.answer;
			return registry.answer;
		},
		version: async () => undefined,
	};
	const routing = createRouting("m", store, () => clock.nowMs);
	return { clock, registry, lines, read: () => routing.variants(telemetry.log) };
}

const route = (revision: number, routed = variants): RouteRecord => ({
	pk: "MODEL#m",
	sk: "ROUTE",
	revision,
	variants: routed,
});

describe("functions/shared/inference/routing", () => {
	it("reads the route once in its time, also for requests at once", async () => {
		const { read, registry, clock } = setUp(route(1));
		clock.nowMs = 1;
		await Promise.all([read(), read()]);
		clock.nowMs += ROUTE_CACHE_MS - 1;
		expect(await read()).to.deep.equal(variants);
		expect(registry.reads).to.equal(1);
		clock.nowMs += 1;
		registry.answer = route(2, [{ name: "champion", version: 2, weight: 100 }]);
		expect(await read()).to.deep.equal([{ name: "champion", version: 2, weight: 100 }]);
		expect(registry.reads).to.equal(2);
	});

	it("serves by the last route when the registry fails, says so, and asks again a second later", async () => {
		const { read, registry, clock, lines } = setUp(route(1));
		await read();
		registry.answer = new Error("down");
		clock.nowMs += ROUTE_CACHE_MS;
		expect(await read()).to.deep.equal(variants);
		expect(await read()).to.deep.equal(variants);
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

	for (const [what, none] of [
		["there is no route", undefined],
		["the route has no variant", route(1, [])],
	] as const)
		it(`is unavailable where ${what}, and looks again at each request`, async () => {
			const { read, registry, clock } = setUp(none);
			clock.nowMs = 1;
			expect(await read().catch((error: unknown) => error)).to.include({ status: 503, retryAfterSeconds: 5 });
			registry.answer = route(1);
			clock.nowMs += none ? ROUTE_CACHE_MS : 0;
			expect(await read()).to.deep.equal(variants);
		});

	it("chooses the same variant for the same request, and each by its weight over many", () => {
		const chosen = Array.from({ length: 20_000 }, (_, i) => chooseVariant(variants, `request-${i}`).name);
		const share = chosen.filter((name) => name === "challenger").length / chosen.length;
		expect(share).to.be.within(0.09, 0.11);
		expect(chooseVariant(variants, "request-1")).to.equal(chooseVariant(variants, "request-1"));
	});

	it("chooses no variant of weight 0 while another has some, whatever the weights sum to", () => {
		const weights = fc.array(fc.nat(300), { minLength: 1, maxLength: 5 });
		fc.assert(
			fc.property(weights, fc.string(), (each, id) => {
				const routed = each.map((weight, i) => ({ name: `v${i}`, version: i + 1, weight }));
				const chosen = chooseVariant(routed, id);
				expect(routed).to.include(chosen);
				if (each.some((weight) => weight > 0)) expect(chosen.weight).to.be.above(0);
				else expect(chosen.version).to.equal(1);
			}),
		);
	});
});
