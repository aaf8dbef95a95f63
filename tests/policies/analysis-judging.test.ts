import { expect } from "chai";
import { Analysis } from "../../policies/analysis.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, UNFORESEEN } from "../../policies/rule.ts";
import { resource, stackOf } from "../support/policies.ts";
import { exceptionTo } from "../support/policies-exceptions.ts";

const fault = { what: "is off", fix: "Mend it." };
/** A rule that gives each answer once of each resource. */
const everyAnswer: Rule = {
	name: "every-answer",
	findings: ["a"],
	*check({ stack }) {
		for (const node of stack.nodes) {
			yield pass(node);
			yield fail(node, fault, "a");
			yield cannotTell(node, { property: "b" }, "whether it is off");
			yield notApplicable(node, "why");
		}
	},
};
const broken: Rule = {
	name: "broken",
	findings: [],
	*check() {
		yield fail(undefined, fault);
		throw new TypeError("no such thing");
	},
};
const analysis = (rules: Rule[], config: unknown = {}, stated?: unknown) =>
	new Analysis({
		resources: stackOf(
			stated === undefined
				? [resource("aws:sqs/queue:Queue", "jobs")]
				: [resource("pulumi:pulumi:Stack", "jobs", { charterExceptions: stated })],
			"raw",
		),
		config,
		rules,
		today: "2026-11-24",
	});
const accepting = { exceptions: [exceptionTo("every-answer", "jobs")] };
const answersIn = (verdicts: readonly { answer: string }[]) => verdicts.map(({ answer }) => answer);

describe("policies/analysis, judging", () => {
	it("excepts what fails and what cannot be told, and never what passes or does not apply", () => {
		const { verdicts, excepted } = analysis([everyAnswer], accepting).judge(everyAnswer);
		expect(answersIn(verdicts)).to.deep.equal(["pass", "not applicable"]);
		expect(answersIn(excepted)).to.deep.equal(["fail", "cannot tell"]);
		const all = analysis([everyAnswer]).judge(everyAnswer);
		expect(answersIn(all.verdicts)).to.deep.equal(["pass", "fail", "cannot tell", "not applicable"]);
		expect(all.excepted).to.deep.equal([]);
	});

	it("takes the records of the program as well as those of the config", () => {
		const { excepted } = analysis([everyAnswer], {}, accepting.exceptions).judge(everyAnswer);
		expect(answersIn(excepted)).to.deep.equal(["fail", "cannot tell"]);
	});

	it("judges each rule once, all of them where it is asked for all", () => {
		const made = analysis([everyAnswer], accepting);
		expect(made.exceptions.inForce()).to.deep.equal([]);
		made.judgeAll();
		made.judgeAll();
		expect(made.judge(everyAnswer)).to.equal(made.judge(everyAnswer));
		expect(made.exceptions.inForce().map(({ findings }) => findings)).to.deep.equal([2]);
	});

	it("keeps what a rule said before it broke down, and says that it did", () => {
		expect(analysis([broken]).judge(broken).verdicts).to.deep.equal([
			fail(undefined, fault),
			fail(
				undefined,
				{
					what: "could not be judged to the end: broken met something unforeseen (TypeError: no such thing)",
					fix: "Report this with the stack's shape, and except the finding until it is mended.",
				},
				UNFORESEEN,
			),
		]);
	});
});
