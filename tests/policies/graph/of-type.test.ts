import { expect } from "chai";
import { OfType } from "../../../policies/graph/of-type.ts";
import { type ResourceSpec, resource } from "../../support/policies.ts";
import { graphOf } from "../../support/policies-graph.ts";

describe("policies/graph/of-type", () => {
	const stage = (name: string, props: Record<string, unknown>) => resource("aws:apigateway/stage:Stage", name, props);
	const membersOf = (specs: readonly ResourceSpec[]): OfType => {
		const members = new OfType();
		for (const node of graphOf(specs).nodes) members.add(node);
		return members;
	};
	const meant = (specs: readonly ResourceSpec[], name: string) =>
		membersOf(specs)
			.named(name)
			.map((node) => node.name);

	it("lists what it holds in the order of the program", () => {
		const specs = [stage("b", {}), stage("a", {})];
		expect(membersOf(specs).nodes.map(({ name }) => name)).to.deep.equal(["b", "a"]);
		expect(new OfType().nodes).to.deep.equal([]);
	});

	it("finds what is called by a name, and every one of several that share it", () => {
		const specs = [stage("a", { stageName: "prod" }), stage("b", { stageName: "prod" }), stage("c", { id: "live" })];
		expect(meant(specs, "live")).to.deep.equal(["c"]);
		expect(meant(specs, "prod")).to.deep.equal(["a", "b"]);
		expect(meant([...specs, stage("d", { id: "prod" })], "prod")).to.deep.equal(["a", "b", "d"]);
		expect(meant(specs, "test")).to.deep.equal([]);
	});

	it("finds once what has a name twice, alone or among others", () => {
		const twice = (name: string) => stage(name, { stageName: "prod", id: "prod", arn: "prod" });
		expect(meant([twice("a")], "prod")).to.deep.equal(["a"]);
		expect(meant([twice("a"), twice("b"), twice("c")], "prod")).to.deep.equal(["a", "b", "c"]);
	});
});
