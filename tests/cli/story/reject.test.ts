import { expect } from "chai";
import { TriplaneError } from "../../../charter/errors.ts";
import { linesOf, rejectionOf } from "../../../cli/story/reject.ts";

const violation = (level: "advisory" | "mandatory") => ({
	policy: "function-timeout-explicit",
	resource: "aws:lambda/function:Function::scorer",
	message: "It has no timeout.\n  Set one.",
	level,
});

describe("cli/story/reject", () => {
	it("keeps the mandatory violations of a rejected program", () => {
		const preview = { ok: false, violations: [violation("mandatory"), violation("advisory")] };
		const { level: _, ...kept } = violation("mandatory");
		expect(rejectionOf("careless.ts", preview)).to.deep.equal([kept]);
	});

	it("fails where the engine let the program pass, or refused it for another reason", () => {
		expect(() => rejectionOf("careless.ts", { ok: true, violations: [violation("mandatory")] })).to.throw(
			TriplaneError,
		);
		expect(() => rejectionOf("careless.ts", { ok: false, violations: [violation("advisory")] })).to.throw(
			TriplaneError,
		);
	});

	it("prints each policy once, and a message on one line", () => {
		expect(linesOf([violation("mandatory"), violation("mandatory")])).to.deep.equal([
			"    function-timeout-explicit",
			"      • It has no timeout. Set one.",
			"      • It has no timeout. Set one.",
		]);
	});
});
