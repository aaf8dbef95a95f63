import { expect } from "chai";
import fc from "fast-check";
import { isAtLeast } from "../../../cli/doctor/versions.ts";

describe("cli/doctor/versions", () => {
	it("compares major before minor", () => {
		expect(isAtLeast("v3.259.0", [3, 259])).to.equal(true);
		expect(isAtLeast("3.258.9", [3, 259])).to.equal(false);
		expect(isAtLeast("v4.0.0", [3, 259])).to.equal(true);
		expect(isAtLeast("2.300.0", [3, 259])).to.equal(false);
	});

	it("takes any text that is no version for too old", () => {
		fc.assert(
			fc.property(fc.string(), (text) => {
				fc.pre(!/^\s*v?\d+\.\d+/.test(text));
				expect(isAtLeast(text, [0, 0])).to.equal(false);
			}),
		);
	});
});
