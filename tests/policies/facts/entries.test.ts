import { expect } from "chai";
import { type Entries, EntriesAsWritten, entriesOf } from "../../../policies/facts/entries.ts";
import { absent, type Fact, known, unknown } from "../../../policies/facts/fact.ts";
import { UNKNOWN } from "../../support/policies.ts";

describe("policies/facts/entries", () => {
	const tags = new EntriesAsWritten({ team: "risk", count: 3, none: "", open: UNKNOWN, __defaults: ["team"] }, "tags");

	it("tells of one key whether it is there, and what it says", () => {
		expect(["team", "count", "none", "open", "other"].map((key) => tags.get(key))).to.deep.equal([
			known("risk"),
			known("3"),
			absent,
			unknown("tags.open"),
			undefined,
		]);
		expect(["team", "none", "open", "other"].map((key) => tags.has(key))).to.deep.equal([true, true, true, false]);
	});

	it("lists the same keys, in the order of the program", () => {
		expect(tags.keys()).to.deep.equal(["team", "count", "none", "open"]);
		expect([...tags]).to.deep.equal(tags.keys().map((key) => [key, tags.get(key)]));
		expect([tags.size, new EntriesAsWritten({}, "tags").size]).to.deep.equal([4, 0]);
	});

	it("takes the engine's note of defaults for no entry, nor anything that every object has", () => {
		for (const key of ["__defaults", "toString", "__proto__", "constructor"])
			expect([tags.has(key), tags.get(key)], key).to.deep.equal([false, undefined]);
	});

	it("gives the entries of a known map alone, a rule's own maps among them", () => {
		const own: Fact<Entries> = known(new Map([["a", known("b")]]));
		expect(entriesOf(own)).to.deep.equal([["a", known("b")]]);
		expect([unknown("tags"), absent].map(entriesOf)).to.deep.equal([[], []]);
	});
});
