import { expect } from "chai";
import { absent, ifKnown, itemsOf, known, knownAmong, mapFact, orElse, unknown } from "../../../policies/facts/fact.ts";

describe("policies/facts/fact", () => {
	const open = unknown("tags");

	it("gives the known value alone, or what stands in for absence", () => {
		expect([known(3), open, absent].map(ifKnown)).to.deep.equal([3, undefined, undefined]);
		expect([known(3), open, absent].map((fact) => orElse(fact, 5))).to.deep.equal([known(3), open, known(5)]);
	});

	it("gives the items of a list, and the known among several", () => {
		expect(itemsOf(known([1, 2]))).to.deep.equal([1, 2]);
		expect([open, absent].map(itemsOf)).to.deep.equal([[], []]);
		expect(knownAmong([known(0), open, absent, known(2)])).to.deep.equal([0, 2]);
	});

	it("changes what is known alone, to what a value says or to absence", () => {
		const half = (value: number) => (value % 2 === 0 ? value / 2 : undefined);
		expect([known(4), known(3), open, absent].map((fact) => mapFact(fact, half))).to.deep.equal([
			known(2),
			absent,
			open,
			absent,
		]);
	});
});
