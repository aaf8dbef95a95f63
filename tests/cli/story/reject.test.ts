import { expect } from "chai";
import fc from "fast-check";
import { CLAUSES } from "../../../charter/clauses.ts";
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

	it("prints a finding once, with the resources that share it, each on one line", () => {
		const of = (subject: string) => ({
			...violation("mandatory"),
			message: `[tags/keys] ${subject} has no tag.\nSet one.`,
		});
		expect(linesOf([of('Queue "a"'), of('Table "b"'), of('Stage "c"'), violation("mandatory")])).to.deep.equal([
			"    tags/keys",
			'      Queue "a", Table "b" and 1 more: has no tag. Set one.',
			"    function-timeout-explicit",
			"      It has no timeout. Set one.",
		]);
	});

	it("prints what to change on a line of its own, without the clause's reason", () => {
		const { because } = CLAUSES["function-timeout-explicit"];
		const message = `[function-timeout-explicit] Function "a" may run too long. ${because} Set timeout to 1.`;
		expect(linesOf([{ ...violation("mandatory"), message }])).to.deep.equal([
			"    function-timeout-explicit",
			'      Function "a" may run too long.',
			"      → Set timeout to 1.",
		]);
	});

	it("loses no violation, whatever its message", () => {
		fc.assert(
			fc.property(fc.array(fc.string()), (messages) => {
				const lines = linesOf(messages.map((message) => ({ ...violation("mandatory"), message })));
				expect(lines).to.have.length(2 * new Set(messages.map((message) => message.replaceAll(/\s*\n\s*/g, " "))).size);
			}),
		);
	});
});
