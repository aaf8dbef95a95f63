/** The draws: each variant by its weight, the same key the same one, and nobody out of a canary that only grows. */
import { expect } from "chai";
import fc from "fast-check";
import type { RouteRecord, RouteVariant } from "../../../../charter/registry.ts";
import { type Asker, chooseShadow, chooseVariant } from "../../../../functions/shared/inference/choose-variant.ts";

const armsOf = (weights: readonly number[]): RouteVariant[] =>
	weights.map((weight, i) => ({ name: i === 0 ? "champion" : `arm-${i}`, version: i + 1, weight }));
const canaryAt = (weight: number): RouteVariant[] => armsOf([100 - weight, weight]);
const sticky = (by: "none" | "tenant" | "user", salt = "m#1"): NonNullable<RouteRecord["sticky"]> => ({ by, salt });
const asker = (change: Partial<Asker> = {}): Asker => ({
	requestId: "request-1",
	tenant: { tenant: "acme" },
	user: undefined,
	...change,
});
/** Whole percents that sum to 100. */
const weights = fc
	.array(fc.nat(100), { minLength: 0, maxLength: 4 })
	.map((cuts) => [0, ...cuts.sort((a, b) => a - b), 100])
	.map((cuts) => cuts.slice(1).map((cut, i) => cut - (cuts[i] ?? 0)));

const KEYS = 100_000;
/** Shares of the arms in percent, over so many keys. */
function sharesOf(route: Pick<RouteRecord, "variants" | "sticky">, askerOf: (i: number) => Asker): number[] {
	const counts = new Map<string, number>();
	for (let i = 0; i < KEYS; i++) {
		const { name } = chooseVariant(route, askerOf(i));
		counts.set(name, (counts.get(name) ?? 0) + 1);
	}
	return route.variants.map(({ name }) => ((counts.get(name) ?? 0) / KEYS) * 100);
}

describe("functions/shared/inference/choose-variant", () => {
	for (const arms of [
		[95, 5],
		[40, 35, 25],
	])
		for (const [by, askerOf] of [
			["tenant", (i: number) => asker({ requestId: "same", tenant: { tenant: `tenant-${i}` } })],
			["user", (i: number) => asker({ requestId: "same", user: `user-${i}@example.com` })],
			["none", (i: number) => asker({ requestId: `request-${i}` })],
		] as const)
			it(`gives arms of ${arms.join(", ")} % their shares within one point over ${KEYS} keys, sticky by ${by}`, () => {
				const shares = sharesOf({ variants: armsOf(arms), sticky: sticky(by) }, askerOf);
				for (const [i, share] of shares.entries()) expect(share).to.be.closeTo(arms[i] ?? Number.NaN, 1);
			});

	it("never shows a tenant or a user two arms under one salt, whatever else its requests are", () => {
		fc.assert(
			fc.property(
				weights,
				fc.string(),
				fc.string(),
				fc.string(),
				fc.array(fc.string()),
				(each, salt, tenant, user, ids) => {
					for (const by of ["tenant", "user"] as const) {
						const route = { variants: armsOf(each), sticky: sticky(by, salt) };
						const users = by === "user" ? [user] : [user, undefined, "another"];
						const arms = ids.flatMap((requestId) =>
							users.map((named) => chooseVariant(route, { requestId, tenant: { tenant }, user: named }).name),
						);
						expect(new Set(arms).size).to.be.at.most(1);
					}
				},
			),
		);
	});

	it("keeps whoever has the canary with it at each larger weight", () => {
		const weight = fc.double({ min: 0, max: 100, noNaN: true });
		fc.assert(
			fc.property(weight, weight, fc.string(), fc.string(), (one, other, salt, tenant) => {
				const [lower, higher] = [Math.min(one, other), Math.max(one, other)];
				const armAt = (at: number) =>
					chooseVariant({ variants: canaryAt(at), sticky: sticky("tenant", salt) }, asker({ tenant: { tenant } })).name;
				if (armAt(lower) === "arm-1" && higher > 0) expect(armAt(higher)).to.equal("arm-1");
			}),
			{ numRuns: 1_000 },
		);
		let before = new Set<string>();
		for (const at of [5, 10, 25, 50, 100]) {
			const route = { variants: canaryAt(at), sticky: sticky("tenant") };
			const tenants = Array.from({ length: 2_000 }, (_, i) => `tenant-${i}`);
			const inCanary = tenants.filter((tenant) => chooseVariant(route, asker({ tenant: { tenant } })).version === 2);
			expect(inCanary).to.include.members([...before]);
			before = new Set(inCanary);
		}
		expect(before.size).to.equal(2_000);
	});

	it("draws anew under another salt", () => {
		const armIn = (salt: string, i: number) =>
			chooseVariant({ variants: canaryAt(50), sticky: sticky("user", salt) }, asker({ user: `user-${i}` })).version;
		const moved = Array.from({ length: 2_000 }, (_, i) => armIn("m#1", i) !== armIn("m#2", i)).filter(Boolean).length;
		expect(moved).to.be.within(900, 1_100);
	});

	it("takes a user for its tenant's own, and its tenant where nobody is named", () => {
		const route = { variants: canaryAt(50), sticky: sticky("user") };
		const arms = (change: (i: number) => Partial<Asker>) =>
			new Set(Array.from({ length: 50 }, (_, i) => chooseVariant(route, asker(change(i))).name)).size;
		expect(arms((i) => ({ tenant: { tenant: `tenant-${i}` }, user: "root" }))).to.equal(2);
		expect(arms((i) => ({ requestId: `request-${i}` }))).to.equal(1);
	});

	it("chooses no variant of weight 0 while another has some, and the first where none has", () => {
		fc.assert(
			fc.property(weights, fc.string(), (each, requestId) => {
				const variants = armsOf(each);
				const chosen = chooseVariant({ variants }, asker({ requestId }));
				expect(variants).to.include(chosen);
				expect(chosen.weight).to.be.above(0);
			}),
		);
		expect(chooseVariant({ variants: armsOf([0, 0]) }, asker()).version).to.equal(1);
		expect(() => chooseVariant({ variants: [] }, asker())).to.throw(RangeError);
	});

	it("mirrors its share of the requests, the same ones each time, and of no arm more than of another", () => {
		const variants = [...canaryAt(50), { name: "shadow", version: 3, weight: 0, mirrorPct: 20 }];
		const ids = Array.from({ length: 20_000 }, (_, i) => `request-${i}`);
		const mirrored = ids.filter((requestId) => chooseShadow({ variants }, requestId)?.name === "shadow");
		expect(mirrored.length / ids.length).to.be.closeTo(0.2, 0.01);
		const canary = mirrored.filter((requestId) => chooseVariant({ variants }, asker({ requestId })).version === 2);
		expect(canary.length / mirrored.length).to.be.closeTo(0.5, 0.02);
		expect(chooseShadow({ variants: canaryAt(50) }, "request-1")).to.equal(undefined);
		const all = [{ name: "shadow", version: 3, weight: 0, mirrorPct: 100 }];
		expect(ids.every((requestId) => chooseShadow({ variants: all }, requestId) !== undefined)).to.equal(true);
	});
});
