import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { functionReservedConcurrency as rule } from "../../policies/rules/function-reserved-concurrency.ts";
import { charterViolations } from "../../policies/violations.ts";
import { resource, stackOf } from "../support/policies.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const fn = resource("aws:lambda/function:Function", "score", { role: "any" });
const analysisWith = (config: unknown) =>
	new Analysis({ resources: stackOf([fn], "raw"), config, rules: [rule], today: "2026-11-24" });
/** What the charter says of a config with one exception: ids, in order. */
const idsWith = (exception: unknown) =>
	charterViolations(analysisWith({ exceptions: [exception] })).map(({ id }) => id);

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

	it("rejects a rule or finding that the pack does not have", () => {
		for (const name of ["function-reserved-concurency", `${rule.name}/nothing`, "*"])
			expect(idsWith(exceptionTo(name, "score"))).to.deep.equal(["charter/exception-unknown-rule"]);
	});
});
