import { expect } from "chai";
import { resourcesOf } from "../../../policies/graph/grant-targets.ts";
import { grantsOf } from "../../../policies/graph/permissions.ts";
import { concat, type ResourceSpec, type Run, ref, resource } from "../../support/policies.ts";
import { allowing, role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

const FUNCTION = "aws:lambda/function:Function";
const QUEUE = "aws:sqs/queue:Queue";

describe("policies/graph/grant-targets", () => {
	const score = fn("score", { name: "risk-score" });
	const batch = fn("batch", { name: "risk-batch" });
	const settle = fn("settle", { name: "settle" });
	const made = fn("made");
	const jobs = resource(QUEUE, "jobs", { name: "risk-jobs" });
	const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(score, "name"), name: "live" });
	const runner = role();
	const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
	/** The resources that a statement about these means. */
	const meant = (Resource: unknown, run: Run = "raw", type = FUNCTION, more: ResourceSpec[] = []) => {
		const grant = allowing(runner, "any:Action", Resource);
		const stack = graphOf([score, batch, settle, made, jobs, alias, runner, grant, ...more], run);
		const [statement] = grantsOf(stack, nodeOf(stack, "role")).statements;
		if (!statement) throw new Error("The role has no statement.");
		return resourcesOf(stack, statement, type).map(({ name }) => name);
	};

	it("means everything of a type by a star, also beside a name", () => {
		expect(meant("*")).to.deep.equal(["score", "batch", "settle", "made"]);
		expect(meant([arn("settle"), "*"])).to.deep.equal(["score", "batch", "settle", "made"]);
		expect(meant("*", "raw", QUEUE)).to.deep.equal(["jobs"]);
	});

	it("means what an ARN names, of the type alone, and each resource once", () => {
		for (const run of ["raw", "applied"] as const) {
			expect(meant(ref(score, "arn"), run), run).to.deep.equal(["score"]);
			expect(meant([ref(settle, "arn"), ref(score, "arn")], run), run).to.deep.equal(["settle", "score"]);
			expect(meant(ref(score, "arn"), run, QUEUE), run).to.deep.equal([]);
			expect(meant(ref(jobs, "arn"), run), run).to.deep.equal([]);
			expect(meant(ref(jobs, "arn"), run, QUEUE), run).to.deep.equal(["jobs"]);
		}
		expect(meant([arn("risk-score"), `${arn("risk-score")}:7`])).to.deep.equal(["score"]);
	});

	it("means an alias's function by the alias", () => {
		for (const run of ["raw", "applied"] as const)
			expect(meant([ref(alias, "arn"), ref(score, "arn")], run), run).to.deep.equal(["score"]);
	});

	it("means what a pattern covers, by names known or made up", () => {
		expect(meant(arn("risk-*"))).to.deep.equal(["score", "batch"]);
		expect(meant(arn("risk-s?ore"))).to.deep.equal(["score"]);
		expect(meant(arn("made-*"))).to.deep.equal(["made"]);
		expect(meant(arn("*-score"))).to.deep.equal(["score"]);
		expect(meant(arn("nobody-*"))).to.deep.equal([]);
		expect(meant("arn:aws:sqs:us-east-1:123456789012:risk-*", "raw", QUEUE)).to.deep.equal(["jobs"]);
		expect(meant("arn:aws:sqs:us-east-1:123456789012:nobody-*", "raw", QUEUE)).to.deep.equal([]);
	});

	it("compares a pattern with what follows the type in an ARN, slashes and colons included", () => {
		const endpoint = resource("aws:sagemaker/endpoint:Endpoint", "model", {
			arn: "arn:aws:sagemaker:us-east-1:123456789012:endpoint/risk-model",
		});
		const pattern = (name: string) => `arn:aws:sagemaker:us-east-1:123456789012:endpoint/${name}`;
		const type = "aws:sagemaker/endpoint:Endpoint";
		expect(meant(pattern("risk-*"), "raw", type, [endpoint])).to.deep.equal(["model"]);
		expect(meant(pattern("other-*"), "raw", type, [endpoint])).to.deep.equal([]);
		const versioned = fn("versioned", { arn: `${arn("versioned")}:7` });
		expect(meant(arn("versioned:*"), "raw", FUNCTION, [versioned])).to.deep.equal(["versioned"]);
		expect(meant(arn("nobody:*"), "raw", FUNCTION, [versioned])).to.deep.equal([]);
	});

	it("means the one that it depends on where several have the name, or none has one yet", () => {
		const again = fn("again", { name: "risk-score" });
		expect(meant(ref(again, "arn"), "raw", FUNCTION, [again])).to.deep.equal(["again"]);
		expect(meant(arn("risk-score"), "raw", FUNCTION, [again])).to.deep.equal(["score", "again"]);
		expect(meant(ref(made, "arn"), "raw")).to.deep.equal(["made"]);
		expect(meant(concat(ref(made, "arn"), ":*"), "raw"), "and not what the pattern covers besides").to.deep.equal([
			"made",
		]);
	});

	it("means what its document depends on where its text names nothing, unless that is a function elsewhere", () => {
		expect(meant([arn("elsewhere")], "raw")).to.deep.equal([]);
		const grant = (Resource: unknown[]) => meant([...Resource, concat("", ref(settle, "memorySize"))]);
		expect(grant([]), "a text that is no ARN").to.deep.equal(["settle"]);
		expect(grant([arn("elsewhere")]), "one text of two is no ARN").to.deep.equal(["settle"]);
		expect(meant(concat(arn("elsewhere-"), ref(settle, "memorySize")))).to.deep.equal([]);
		expect(meant(concat(arn("*-elsewhere-"), ref(settle, "memorySize")))).to.deep.equal(["settle"]);
		expect(
			meant(concat("arn:aws:sqs:us-east-1:123456789012:function:x", ref(jobs, "delaySeconds")), "raw", QUEUE),
			"functions alone are told so",
		).to.deep.equal(["jobs"]);
	});
});
