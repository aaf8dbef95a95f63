import { expect } from "chai";
import { madeFor, meantBy } from "../../../policies/graph/made-names.ts";
import { resource } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/made-names", () => {
	const stack = graphOf(
		["score", "score-batch", "invoke", "function"].map((name) => resource("aws:lambda/function:Function", name)),
	);
	const node = (name: string) => nodeOf(stack, name);
	const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

	it("knows a resource by its name with something behind it, wherever a text has it", () => {
		for (const text of [
			"score",
			"score-1a2b3c4",
			arn("score-1a2b3c4"),
			`${arn("score-1a2b3c4")}:live`,
			`arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn("score-1a2b3c4")}/invocations`,
			"https://sqs.us-east-1.amazonaws.com/123456789012/score-1a2b3c4",
			`${arn("score-1a2b3c4")}*`,
		])
			expect(madeFor(node("score"), text), text).to.equal(true);
		for (const text of ["scores-1a2b3c4", "my-score", arn("settle-1a2b3c4"), "", "score.1a2b3c4"])
			expect(madeFor(node("score"), text), text).to.equal(false);
	});

	it("reads a function's name up to what cannot be part of one", () => {
		expect(madeFor(node("score"), `${arn("score")}*`)).to.equal(true);
		expect(madeFor(node("score"), "score*")).to.equal(false);
	});

	it("takes a service's own action for no name", () => {
		for (const partition of ["aws", "aws-cn"])
			expect(madeFor(node("invoke"), `arn:${partition}:states:::lambda:invoke`)).to.equal(false);
		expect(madeFor(node("invoke"), arn("invoke"))).to.equal(true);
		expect(madeFor(node("invoke"), "invoke/arn:aws:states:::lambda")).to.equal(true);
	});

	it("means the one whose name tells the most, of those it depends on", () => {
		const all = [node("score"), node("score-batch"), node("function")];
		for (const depended of [all, all.toReversed()]) {
			expect(meantBy(arn("score-batch-1a2b3c4"), depended)?.name).to.equal("score-batch");
			expect(meantBy("score-1a2b3c4", depended)?.name).to.equal("score");
		}
		expect(meantBy("settle", all)).to.equal(undefined);
	});
});
