import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { Exceptions } from "../../policies/exceptions.ts";
import { fail, UNFORESEEN } from "../../policies/rule.ts";
import { functionReservedConcurrency as rule } from "../../policies/rules/function-reserved-concurrency.ts";
import { logRetention } from "../../policies/rules/log-retention.ts";
import { charterViolations } from "../../policies/violations.ts";
import { type ResourceSpec, resource, stackOf } from "../support/policies.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const fn = resource("aws:lambda/function:Function", "score", { role: "any" });
const analysisWith = (config: unknown, ...specs: ResourceSpec[]) =>
	new Analysis({
		resources: stackOf(specs.length > 0 ? specs : [fn], "raw"),
		config,
		rules: [rule],
		today: "2026-11-24",
	});
/** What the charter says of a config with one exception: ids, in order. */
const idsWith = (exception: unknown) =>
	charterViolations(analysisWith({ exceptions: [exception] })).map(({ id }) => id);

/** A fault of the stack as a whole. */
const fault = (finding?: string) => fail(undefined, { what: "is off", fix: "Mend it." }, finding);

describe("policies/exceptions", () => {
	it("lists one in force as advice, with what it accepts and until when", () => {
		const violations = charterViolations(analysisWith({ exceptions: [exceptionTo(rule.name, "score")] }));
		expect(violations).to.deep.equal([
			{
				id: "charter/exception-in-force",
				message:
					"[charter/exception-in-force] function-reserved-concurrency on score accepts 1 finding(s) until 2026-12-31: accepted until the cut-over in spring (ml-platform, PLAT-1)",
				enforcementLevel: "advisory",
			},
		]);
	});

	it("matches a resource by URN, by type and name, and by name, with * for any text", () => {
		for (const glob of ["score", "sc*", "*::score", "aws:lambda/function:Function::score", "urn:pulumi:*::score", "*"])
			expect(idsWith(exceptionTo(rule.name, glob)), glob).to.deep.equal(["charter/exception-in-force"]);
		for (const glob of ["scor", "core", "s.ore", "Score"])
			expect(idsWith(exceptionTo(rule.name, glob)), glob).to.deep.equal(["charter/exception-unused"]);
	});

	it("holds through its last day, and is a violation after it", () => {
		expect(idsWith(exceptionTo(rule.name, "score", { expiry: "2026-11-24" }))).to.deep.equal([
			"charter/exception-in-force",
		]);
		const late = analysisWith({ exceptions: [exceptionTo(rule.name, "score", { expiry: "2026-11-23" })] });
		expect(charterViolations(late).map(({ id }) => id)).to.deep.equal(["charter/exception-expired"]);
		expect(late.judge(rule).excepted).to.deep.equal([]);
	});

	it("rejects a record that misses any field, and names the field", () => {
		for (const field of ["rule", "resource", "reason", "owner", "ticket", "expiry"]) {
			const [violation] = charterViolations(
				analysisWith({ exceptions: [exceptionTo(rule.name, "score", { [field]: undefined })] }),
			);
			expect(violation?.id).to.equal("charter/exception-incomplete");
			expect(violation?.message).to.contain(`exceptions[0] is not complete: ${field}: `);
		}
	});

	it("rejects a reason that says nothing, a date that is none, and an unknown field", () => {
		for (const change of [{ reason: "because" }, { expiry: "next year" }, { expires: "2027-01-01" }])
			expect(idsWith(exceptionTo(rule.name, "score", change))).to.deep.equal(["charter/exception-incomplete"]);
	});

	it("accepts by a finding as by the whole rule, and no other rule's", () => {
		for (const name of ["log-retention", "log-retention/expiry"]) {
			const exceptions = new Exceptions([exceptionTo(name, "stack")], [rule, logRetention], "2026-11-24");
			expect(exceptions.accepts(logRetention, fault("expiry")), name).to.equal(true);
			expect(exceptions.accepts(rule, fault()), name).to.equal(false);
			expect(exceptions.inForce().map(({ findings }) => findings)).to.deep.equal([1]);
		}
		const exceptions = new Exceptions([exceptionTo("log-retention/expiry", "stack")], [logRetention], "2026-11-24");
		expect(exceptions.accepts(logRetention, fault("function-group/expiry"))).to.equal(false);
	});

	it("calls what a rule did not foresee by a finding of its own, which a record may name", () => {
		expect(idsWith(exceptionTo(`${rule.name}/${UNFORESEEN}`, "score"))).to.deep.equal(["charter/exception-unused"]);
	});

	it("says which record is at fault, and what mends it", () => {
		const faultsOf = (...records: unknown[]) => new Exceptions(records, [rule], "2026-11-24").faults;
		expect(faultsOf(exceptionTo(rule.name, "score", { ticket: "  " }), 7)).to.deep.equal([
			{
				kind: "incomplete",
				what: "exceptions[0] is not complete: ticket: says too little: where it is tracked",
				fix: "Give rule, resource, reason, owner, ticket and expiry.",
			},
			{
				kind: "incomplete",
				what: "exceptions[1] is not complete: the record: Invalid input: expected object, received number",
				fix: "Give rule, resource, reason, owner, ticket and expiry.",
			},
		]);
		expect(faultsOf(exceptionTo("nothing", "score"))).to.deep.equal([
			{
				kind: "unknown-rule",
				what: "exceptions[0] (nothing on score) names no policy or finding of this pack",
				fix: "Correct the rule's name, or remove the record.",
			},
		]);
		expect(faultsOf(exceptionTo(rule.name, "score", { expiry: "2026-11-23" }))).to.deep.equal([
			{
				kind: "expired",
				what: `exceptions[0] (${rule.name} on score) expired on 2026-11-23`,
				fix: "Mend the resource, or have ml-platform renew the record with a new reason (PLAT-1).",
			},
		]);
		expect(new Exceptions([exceptionTo(rule.name, "score")], [rule], "2026-11-24").unused()).to.deep.equal([
			{
				kind: "unused",
				what: `The exception to ${rule.name} on score accepts nothing in this stack`,
				fix: "Remove the record (ml-platform, PLAT-1).",
			},
		]);
	});

	it("takes every character of a resource but * as it is, in a name of several lines too", () => {
		const named = (name: string, glob: string): boolean => {
			const node = analysisWith({}, resource("aws:lambda/function:Function", name, { role: "any" })).stack.nodes[0];
			if (!node) throw new Error("no function in the stack");
			const exceptions = new Exceptions([exceptionTo(rule.name, glob)], [rule], "2026-11-24");
			return exceptions.accepts(rule, fail(node, { what: "", fix: "" }));
		};
		expect(named("a.b(c)[d]", "a.b(c)[d]")).to.equal(true);
		expect(named("a+b", "a+b")).to.equal(true);
		expect(named("one\ntwo", "one*two")).to.equal(true);
	});

	it("rejects a rule or finding that the pack does not have", () => {
		for (const name of ["function-reserved-concurency", `${rule.name}/nothing`, "*"])
			expect(idsWith(exceptionTo(name, "score"))).to.deep.equal(["charter/exception-unknown-rule"]);
	});
});
