/** Routes that are not whole: each way in which one can be half-written is seen, and no whole one is refused. */
import { expect } from "chai";
import fc from "fast-check";
import type { RouteRecord } from "../../../../charter/registry.ts";
import { isRoute, routeFault } from "../../../../functions/shared/inference/route-form.ts";

const whole = (change: object = {}): object => ({
	pk: "MODEL#m",
	sk: "ROUTE",
	revision: 3,
	variants: [
		{ name: "champion", version: 1, weight: 95, slot: "a" },
		{ name: "canary", version: 2, weight: 5, slot: "b" },
		{ name: "shadow", version: 3, weight: 0, mirrorPct: 12.5 },
	],
	sticky: { by: "user", salt: "m#7" },
	rollout: 7,
	...change,
});
const only = (change: object) => whole({ variants: [{ name: "champion", version: 1, weight: 100, ...change }] });

const shares = fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 1, maxLength: 6 });
const routes: fc.Arbitrary<RouteRecord> = fc
	.record({ shares, revision: fc.nat(), version: fc.integer({ min: 1, max: 999_999 }), mirrorPct: fc.nat(100) })
	.map(({ shares: parts, revision, version, mirrorPct }) => {
		const sum = parts.reduce((total, part) => total + part, 0);
		const variants = parts.map((part, i) => ({ name: `v${i}`, version, weight: (part / sum) * 100, mirrorPct }));
		return { pk: "MODEL#m", sk: "ROUTE", revision, variants };
	});

describe("functions/shared/inference/route-form", () => {
	it("takes a whole route, with and without what may be left out", () => {
		expect(routeFault(whole())).to.equal(undefined);
		expect(routeFault(whole({ sticky: undefined, rollout: undefined }))).to.equal(undefined);
		fc.assert(
			fc.property(routes, (route) => {
				expect(routeFault(route)).to.equal(undefined);
			}),
		);
	});

	const twice = [
		{ name: "a", version: 1, weight: 50 },
		{ name: "a", version: 2, weight: 50 },
	];
	for (const [fault, ...items] of [
		["revision is no whole number from 0", {}, whole({ revision: -1 }), whole({ revision: "3" })],
		["variants is no list of at least one", whole({ variants: [] }), whole({ variants: { champion: 1 } })],
		["variants[0]: it is no object", whole({ variants: ["champion"] }), whole({ variants: [null] })],
		["variants[0]: its name is no text", only({ name: "" }), only({ name: 1 })],
		[
			"variants[0]: its version is no whole number from 1",
			...[0, 1.5, "1", Number.NaN, 1_000_000].map((version) => only({ version })),
		],
		[
			"variants[0]: its weight is not from 0 to 100",
			...[Number.NaN, Number.POSITIVE_INFINITY, -5, 101, "100"].map((weight) => only({ weight })),
		],
		["the weights sum to 95, not to 100", only({ weight: 95 })],
		["variants[0]: its slot is none of a, b", only({ slot: "c" })],
		["variants[0]: its mirrorPct is not from 0 to 100", only({ mirrorPct: 101 }), only({ mirrorPct: -1 })],
		['variants[1]: the name "a" is another one\'s too', whole({ variants: twice })],
		["rollout is no whole number from 0", whole({ rollout: "7" })],
		[
			"sticky.by is none of none, tenant, user",
			whole({ sticky: { by: "session", salt: "" } }),
			whole({ sticky: null }),
		],
		["sticky.salt is no text", whole({ sticky: { by: "tenant" } })],
	] as const)
		it(`says what is no route's: ${fault}`, () => {
			for (const item of items) expect(routeFault(item)).to.equal(fault);
		});

	it("refuses a route that has lost or changed any one weight", () => {
		fc.assert(
			fc.property(routes, fc.nat(), fc.double({ min: 1e-3, max: 50, noNaN: true }), (route, at, change) => {
				const variants = route.variants.map((variant, i) =>
					i === at % route.variants.length ? { ...variant, weight: variant.weight + change } : variant,
				);
				expect(isRoute({ ...route, variants })).to.equal(false);
				expect(isRoute({ ...route, variants: route.variants.slice(1) })).to.equal(false);
			}),
		);
	});

	it("takes nothing for a route whose weights do not sum to 100, whatever an item holds", () => {
		const value = fc.oneof(fc.double(), fc.string(), fc.boolean(), fc.constant(null), fc.constant(undefined));
		const variant = fc.record({ name: value, version: value, weight: value, slot: value, mirrorPct: value });
		const item = fc.record({
			revision: fc.oneof(fc.nat(), value),
			variants: fc.oneof(fc.array(fc.oneof(variant, value)), value),
			sticky: fc.oneof(fc.record({ by: value, salt: value }), value),
			rollout: value,
		});
		fc.assert(
			fc.property(item, (any) => {
				if (!isRoute(any)) return;
				const sum = any.variants.reduce((total, { weight }) => total + weight, 0);
				expect(sum).to.be.closeTo(100, 1e-6);
				for (const { version } of any.variants) expect(Number.isInteger(version) && version > 0).to.equal(true);
			}),
		);
	});
});
