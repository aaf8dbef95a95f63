import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { functionReservedConcurrency as rule } from "../../policies/rules/function-reserved-concurrency.ts";
import { charterViolations } from "../../policies/violations.ts";
import { resource, stackOf, UNKNOWN } from "../support/policies.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const fn = resource("aws:lambda/function:Function", "score", { role: "any" });
const accepted = exceptionTo(rule.name, "score");

/** What rule and charter say where the stack exports `charterExceptions`. */
function said(charterExceptions: unknown, config: unknown = {}) {
	const stack = resource("pulumi:pulumi:Stack", "shop-dev", { charterExceptions });
	const analysis = new Analysis({ resources: stackOf([stack, fn], "raw"), config, rules: [rule], today: "2026-11-24" });
	const fails = analysis.judge(rule).verdicts.filter(({ answer }) => answer === "fail");
	return { fails: fails.length, charter: charterViolations(analysis).map(({ id, message }) => ({ id, message })) };
}
const ids = (charterExceptions: unknown, config?: unknown) =>
	said(charterExceptions, config).charter.map(({ id }) => id);

describe("policies/exceptions-in-program", () => {
	it("counts a record of the program like one of the config", () => {
		const { fails, charter } = said([accepted]);
		expect(fails).to.equal(0);
		expect(charter.map(({ id }) => id)).to.deep.equal(["charter/exception-in-force"]);
		expect(ids(accepted), "a single record").to.deep.equal(["charter/exception-in-force"]);
	});

	it("takes what a component states, and nothing that stands on a resource of AWS", () => {
		const statedOn = (type: string) => {
			const holder = resource(type, "holder", { charterExceptions: [accepted] });
			const resources = stackOf([holder, fn], "raw");
			return new Analysis({ resources, rules: [rule], today: "2026-11-24" }).judge(rule).excepted.length;
		};
		for (const type of ["shop:index:Service", "shop:web/service:Service", "aws:web:Service"])
			expect(statedOn(type), type).to.equal(1);
		expect(statedOn("aws:sqs/queue:Queue")).to.equal(0);
	});

	it("rejects one that is expired, unused, mistyped or without a reason, and says where it stands", () => {
		for (const [change, kind] of [
			[{ expiry: "2026-11-23" }, "expired"],
			[{ resource: "nobody" }, "unused"],
			[{ rule: "function-reserved-concurency" }, "unknown-rule"],
			[{ reason: "" }, "incomplete"],
			[{ expires: "2027-01-01" }, "incomplete"],
		] as const)
			expect(ids([{ ...accepted, ...change }])).to.deep.equal([`charter/exception-${kind}`]);
		expect(said([{ ...accepted, reason: "" }]).charter[0]?.message).to.contain(
			'charterExceptions[0] of Stack "shop-dev" is not complete: reason: ',
		);
	});

	it("rejects one that is not known before the update, in part or as a whole", () => {
		for (const stated of [UNKNOWN, [UNKNOWN], [{ ...accepted, resource: UNKNOWN }]]) {
			const { fails, charter } = said(stated);
			expect(fails).to.equal(1);
			expect(charter.map(({ id }) => id)).to.deep.equal(["charter/exception-incomplete"]);
			const place = stated === UNKNOWN ? "charterExceptions" : "charterExceptions[0]";
			expect(charter[0]?.message).to.contain(
				`${place} of Stack "shop-dev" is not known before the update. Name the resource by`,
			);
			expect(charter[0]?.message.includes("charterExceptions[0]")).to.equal(stated !== UNKNOWN);
		}
	});

	it("rejects every one where the config forbids them, the config's own apart", () => {
		const forbid = { inProgramExceptions: "forbid" };
		expect(said([accepted], forbid).fails).to.equal(1);
		expect(ids([accepted, accepted], forbid)).to.deep.equal([
			"charter/exception-forbidden",
			"charter/exception-forbidden",
		]);
		expect(ids(undefined, { ...forbid, exceptions: [accepted] })).to.deep.equal(["charter/exception-in-force"]);
	});
});
