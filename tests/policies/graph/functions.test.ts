import { expect } from "chai";
import {
	behindAlias,
	functionsBehind,
	functionsDependedOn,
	functionsNamed,
	roleOf,
} from "../../../policies/graph/functions.ts";
import { concat, type ResourceSpec, type Run, ref, resource } from "../../support/policies.ts";
import { role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/functions", () => {
	const alias = (of: ResourceSpec, name: string, props: Record<string, unknown> = { name: "live" }) =>
		resource("aws:lambda/alias:Alias", name, { functionName: ref(of, "name"), ...props });
	const score = fn("score", { name: "score-live" });
	const settle = fn("settle", { name: "settle-live" });
	const scoreAlias = alias(score, "score-alias");
	const settleAlias = alias(settle, "settle-alias");
	const words = (references: readonly { fn: { name: string }; qualifier?: string }[]) =>
		references.map((reference) => [reference.fn.name, ...("qualifier" in reference ? [reference.qualifier] : [])]);
	const permission = (props: Record<string, unknown>) => resource("aws:lambda/permission:Permission", "may", props);
	const topic = resource("aws:sns/topic:Topic", "topic");
	const behind = (props: Record<string, unknown>, run: Run = "applied", path = "function") => {
		const stack = graphOf([score, settle, scoreAlias, settleAlias, topic, permission(props)], run);
		return words(functionsBehind(stack, nodeOf(stack, "may"), path));
	};

	it("finds the function behind a name, an ARN and a qualified one, in every run that can tell", () => {
		for (const run of ["raw", "applied", "preview"] as const)
			expect(behind({ function: ref(score, "name") }, run), run).to.deep.equal([["score"]]);
		expect(behind({ function: "score-live" })).to.deep.equal([["score"]]);
		expect(behind({ function: "score-live:7" })).to.deep.equal([["score", "7"]]);
		expect(behind({ function: "elsewhere" })).to.deep.equal([]);
		expect(behind({})).to.deep.equal([]);
		expect(behind({ function: ref(topic, "arn") }, "preview"), "no function").to.deep.equal([]);
	});

	it("takes an alias for its function, by the engine's record where aliases share a name", () => {
		for (const run of ["raw", "applied", "preview"] as const) {
			expect(behind({ function: ref(scoreAlias, "arn") }, run), run).to.deep.equal([["score", "live"]]);
			expect(behind({ function: ref(settleAlias, "arn") }, run), run).to.deep.equal([["settle", "live"]]);
			expect(behind({ function: ref(settleAlias, "name") }, run), run).to.deep.equal([["settle", "live"]]);
		}
		const unnamed = alias(score, "canary", {});
		const stack = graphOf([score, unnamed, permission({ function: ref(unnamed, "arn") })]);
		expect(words(functionsBehind(stack, nodeOf(stack, "may"), "function"))).to.deep.equal([["score", "canary"]]);
	});

	it("leaves out an alias whose function is not in the stack", () => {
		const orphan = resource("aws:lambda/alias:Alias", "orphan", { functionName: "elsewhere", name: "live" });
		const stack = graphOf([orphan, permission({ function: ref(orphan, "arn") })]);
		expect(functionsBehind(stack, nodeOf(stack, "may"), "function")).to.deep.equal([]);
	});

	it("takes the qualifier that is stated beside, before the one in the text, and the alias that it depends on", () => {
		expect(behind({ function: "score-live", qualifier: "live" })).to.deep.equal([["score", "live"]]);
		expect(behind({ function: "score-live:7", qualifier: "8" })).to.deep.equal([["score", "8"]]);
		const byAlias = { function: ref(score, "name"), qualifier: ref(scoreAlias, "name") };
		expect(behind(byAlias, "preview")).to.deep.equal([["score", "live"]]);
		const byTopic = { function: ref(score, "name"), qualifier: ref(topic, "name") };
		expect(behind(byTopic, "preview")).to.deep.equal([["score"]]);
	});

	it("names the functions of a text", () => {
		const stack = graphOf([score, settle, scoreAlias, topic], "applied");
		expect(words(functionsNamed(stack, "score-live"))).to.deep.equal([["score"]]);
		expect(words(functionsNamed(stack, "arn:aws:lambda:us-east-1:123456789012:function:settle-live:3"))).to.deep.equal([
			["settle", "3"],
		]);
		expect(functionsNamed(stack, "arn:aws:sns:us-east-1:123456789012:topic")).to.deep.equal([]);
	});

	it("finds all functions that a property depends on, each once, through its alias where there is one", () => {
		const dependedOn = (...parts: unknown[]) => {
			const stack = graphOf([score, settle, scoreAlias, topic, permission({ function: concat(...parts) })], "preview");
			return words(functionsDependedOn(stack, nodeOf(stack, "may"), "function"));
		};
		expect(dependedOn(ref(score, "arn"), ref(settle, "arn"), ref(topic, "arn"))).to.deep.equal([["score"], ["settle"]]);
		expect(dependedOn(ref(score, "arn"), ref(scoreAlias, "arn"), ref(settle, "arn"))).to.deep.equal([
			["score", "live"],
			["settle"],
		]);
		expect(dependedOn(ref(topic, "arn"))).to.deep.equal([]);
	});

	it("finds the role that something runs as", () => {
		const runner = role();
		const task = resource("aws:ecs/taskDefinition:TaskDefinition", "task", { taskRoleArn: ref(runner, "arn") });
		const stack = graphOf([
			runner,
			task,
			fn("score", { role: ref(runner, "arn") }),
			fn("other", { role: "elsewhere" }),
		]);
		expect(roleOf(stack, nodeOf(stack, "score"))?.name).to.equal("role");
		expect(roleOf(stack, nodeOf(stack, "task"))?.name).to.equal("role");
		expect(roleOf(stack, nodeOf(stack, "other"))).to.equal(undefined);
	});

	it("takes an alias for its function where that is in the stack", () => {
		const orphan = resource("aws:lambda/alias:Alias", "orphan", { functionName: "elsewhere" });
		const url = resource("aws:lambda/functionUrl:FunctionUrl", "door", { functionName: ref(score, "name") });
		const all = graphOf([score, scoreAlias, orphan, url]);
		const found = ["score-alias", "orphan", "door", "score"].map((name) => behindAlias(all, nodeOf(all, name)).name);
		expect(found).to.deep.equal(["score", "orphan", "door", "score"]);
	});
});
