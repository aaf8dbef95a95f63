import { expect } from "chai";
import fc from "fast-check";
import { RELEASE_ERROR_SHARE_MAX, RELEASE_ERRORS_MIN } from "../../../charter/release.ts";
import { verdictOf } from "../../../functions/release/verdict.ts";

describe("functions/release/verdict", () => {
	it("takes a version back of which too many calls fail, with the figures", () => {
		expect(verdictOf({ invocations: 40, errors: 6 }, [])).to.deep.equal({
			verdict: "BACK",
			reason: "6 of 40 calls failed (15.0 %), over 2 %",
		});
	});

	it("says nothing by a handful of failed calls", () => {
		expect(verdictOf({ invocations: 4, errors: 4 }, [])).to.deep.equal({
			verdict: "CONTINUE",
			reason: "4 of 4 calls failed (100.0 %), too few to say anything",
		});
	});

	it("goes on without any call: its health gate is what it has stood", () => {
		expect(verdictOf({ invocations: 0, errors: 0 }, []).verdict).to.equal("CONTINUE");
	});

	it("names every alarm that went on, whatever was counted", () => {
		expect(verdictOf({ invocations: 1_000, errors: 0 }, ["a", "b"])).to.deep.equal({
			verdict: "BACK",
			reason: "since it has its share, a and b went into alarm",
		});
	});

	it("takes back by both bounds together, and by nothing else that is counted", () => {
		fc.assert(
			fc.property(fc.nat(10_000), fc.nat(10_000), (errors, successes) => {
				const invocations = errors + successes;
				const isOver = errors >= RELEASE_ERRORS_MIN && errors / invocations > RELEASE_ERROR_SHARE_MAX;
				expect(verdictOf({ invocations, errors }, []).verdict).to.equal(isOver ? "BACK" : "CONTINUE");
			}),
		);
	});
});
