import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { clauseOf } from "../../policies/message.ts";
import { cannotTell, fail, notApplicable, pass } from "../../policies/rule.ts";
import { functionReservedConcurrency as rule } from "../../policies/rules/function-reserved-concurrency.ts";
import { charterViolations, violationsOf } from "../../policies/violations.ts";
import { resource, stackOf } from "../support/policies.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const analysis = (config: unknown = {}, spec = resource("aws:sqs/queue:Queue", "jobs")) =>
	new Analysis({
		resources: stackOf([spec], "raw"),
		config,
		rules: [rule],
		today: "2026-11-24",
	});
const [node] = analysis().stack.nodes;
const { because } = clauseOf(rule);
const failed = fail(node, { what: "is off", fix: "Mend it." });
const open = cannotTell(node, { property: "a.b" }, "whether it is off");
const said = (given: Record<string, Record<string, unknown>>, config?: unknown) =>
	charterViolations(analysis(config), new Map(Object.entries(given))).map(({ message }) => message);

describe("policies/violations", () => {
	it("tells the engine what fails with its resource, and nothing of what passes or is not applicable", () => {
		const verdicts = [pass(node), failed, notApplicable(node, "why")];
		expect(violationsOf(rule, verdicts, "warn")).to.deep.equal([
			{ id: rule.name, message: `[${rule.name}] Queue "jobs" is off. ${because} Mend it.`, urn: node?.urn },
		]);
		const [ofStack] = violationsOf(rule, [fail(undefined, { what: "is off", fix: "Mend it." })], "warn");
		expect(ofStack).to.deep.equal({
			id: rule.name,
			message: `[${rule.name}] The stack is off. ${because} Mend it.`,
		});
	});

	it("advises on what cannot be told, and blocks where the config rejects it", () => {
		expect(violationsOf(rule, [open], "warn")[0]?.enforcementLevel).to.equal("advisory");
		expect(violationsOf(rule, [open], "reject")[0]).to.not.have.property("enforcementLevel");
	});

	it("advises on a fail that says so itself, whatever the policy's level", () => {
		expect(
			violationsOf(rule, [fail(node, { what: "is off", fix: "Mend it.", level: "advisory" })], "reject")[0]
				?.enforcementLevel,
		).to.equal("advisory");
		expect(violationsOf(rule, [failed], "warn")[0]).to.not.have.property("enforcementLevel");
	});

	it("reports a record that accepts nothing, and one in force as advice", () => {
		const record = exceptionTo(rule.name, "score");
		expect(charterViolations(analysis({ exceptions: [record] }))).to.deep.equal([
			{
				id: "charter/exception-unused",
				message: `[charter/exception-unused] The exception to ${rule.name} on score accepts nothing in this stack. Remove the record (ml-platform, PLAT-1).`,
			},
		]);
		const fn = resource("aws:lambda/function:Function", "score", { role: "any" });
		expect(charterViolations(analysis({ exceptions: [record] }, fn))).to.deep.equal([
			{
				id: "charter/exception-in-force",
				message: `[charter/exception-in-force] ${rule.name} on score accepts 1 finding(s) until 2026-12-31: accepted until the cut-over in spring (ml-platform, PLAT-1)`,
				enforcementLevel: "advisory",
			},
		]);
	});

	it("says what is unknown, and why waiting would not help where it would not", () => {
		const words = (verdict: typeof open) => violationsOf(rule, [verdict], "warn")[0]?.message;
		expect(words(open)).to.equal(
			`[${rule.name}] Cannot tell yet whether it is off: "a.b" of Queue "jobs" is not known before the update. ${because} Give it a value known at preview, or have the pack reject what it cannot tell (unknowns: reject).`,
		);
		expect(words(cannotTell(node, { property: "a.b", reason: "is kept elsewhere" }, "whether it is off"))).to.equal(
			`[${rule.name}] Cannot tell whether it is off: "a.b" of Queue "jobs" is kept elsewhere. ${because}`,
		);
	});

	it("refuses a rule without a clause", () => {
		expect(() => clauseOf({ name: "nothing" })).to.throw('charter/clauses.ts has no clause "nothing"');
	});

	it("reports what stands in the config's wrong place, and the levels of all policies not", () => {
		expect(said({ all: {}, charter: { unknowns: "warn" }, [rule.name]: {} })).to.deep.equal([]);
		expect(said({ typo: {} })).to.deep.equal([
			`[charter/config] The config names a policy "typo" that the pack does not have. Use one of charter, ${rule.name}.`,
		]);
		expect(said({ [rule.name]: { unknowns: "warn", limit: 3 } })).to.deep.equal([
			`[charter/config] The config sets "unknowns" under "${rule.name}". Set it under "charter": all policies read it there.`,
			`[charter/config] The config sets "limit" under "${rule.name}", which has no config but its level. Remove it.`,
		]);
		expect(said({}, { unknowns: "ignore" })[0]).to.match(
			/^\[charter\/config\] The pack's config is at fault: unknowns: .+\. Correct it under "charter"\.$/,
		);
	});
});
