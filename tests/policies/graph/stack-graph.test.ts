import { expect } from "chai";
import { namesIn, qualifierIn } from "../../../policies/graph/identity.ts";
import { perStack, StackGraph } from "../../../policies/graph/stack-graph.ts";
import { concat, type ResourceSpec, ref, resource, stackOf, UNKNOWN } from "../../support/policies.ts";

const QUEUE = "aws:sqs/queue:Queue";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const jobs = resource(QUEUE, "jobs");
const mapping = (props: Record<string, unknown>, name = "settle") => resource(MAPPING, name, props);
const graphOf = (specs: readonly ResourceSpec[], run: "raw" | "applied" | "preview" = "applied") =>
	new StackGraph(stackOf(specs, run));
const targetsOf = (specs: readonly ResourceSpec[], path: string, run?: "raw" | "applied" | "preview") => {
	const graph = graphOf(specs, run);
	const [from] = graph.ofType(MAPPING);
	if (!from) throw new Error("The test's stack has no mapping.");
	const { nodes, ...rest } = graph.targets(from, path, [QUEUE]);
	return { names: nodes.map(({ name }) => name), ...rest };
};

describe("policies/graph/stack-graph", () => {
	it("follows a reference by its value, and by the engine's record of it where the value is not known", () => {
		const specs = [jobs, mapping({ eventSourceArn: ref(jobs, "arn") })];
		for (const run of ["raw", "applied"] as const)
			expect(targetsOf(specs, "eventSourceArn", run)).to.deep.equal({ names: ["jobs"] });
		expect(targetsOf(specs, "eventSourceArn", "preview")).to.deep.equal({ names: ["jobs"] });
	});

	it("says what a value names that is not in the stack, and what is not known", () => {
		const external = [jobs, mapping({ eventSourceArn: "arn:aws:sqs:us-east-1:123456789012:elsewhere" })];
		expect(targetsOf(external, "eventSourceArn")).to.deep.equal({
			names: [],
			external: "arn:aws:sqs:us-east-1:123456789012:elsewhere",
		});
		expect(targetsOf([jobs, mapping({ eventSourceArn: UNKNOWN })], "eventSourceArn", "preview")).to.deep.equal({
			names: [],
			unknown: "eventSourceArn",
		});
		expect(targetsOf([jobs, mapping({})], "eventSourceArn")).to.deep.equal({ names: [] });
	});

	it("asks for resources of the given types alone", () => {
		const topic = resource("aws:sns/topic:Topic", "topic");
		expect(
			targetsOf([topic, mapping({ eventSourceArn: ref(topic, "arn") })], "eventSourceArn", "preview").names,
		).to.deep.equal([]);
	});

	it("finds who refers to a resource, in the order of the program", () => {
		const specs = [
			jobs,
			mapping({ eventSourceArn: ref(jobs, "arn") }),
			mapping({ eventSourceArn: ref(jobs, "arn") }, "again"),
		];
		for (const run of ["applied", "preview"] as const) {
			const graph = graphOf(specs, run);
			const [queue] = graph.ofType(QUEUE);
			if (!queue) throw new Error("The test's stack has no queue.");
			expect(graph.referrers(queue, MAPPING, "eventSourceArn").map(({ name }) => name)).to.deep.equal([
				"settle",
				"again",
			]);
			expect(graph.referrers(queue, QUEUE, "eventSourceArn")).to.deep.equal([]);
			expect(graph.byUrn(queue.urn)).to.equal(queue);
		}
	});

	it("ends on resources that refer to each other and to themselves", () => {
		const a = resource(QUEUE, "a", { redrivePolicy: concat(ref({ type: QUEUE, name: "b" }, "arn")) });
		const b = resource(QUEUE, "b", { redrivePolicy: concat(ref(a, "arn"), ref({ type: QUEUE, name: "b" }, "id")) });
		const graph = graphOf([a, b], "preview");
		expect(graph.nodes.map((node) => graph.dependencies(node, "redrivePolicy").map(({ name }) => name))).to.deep.equal([
			["b"],
			["a", "b"],
		]);
	});

	it("is a preview where anything at all is not known", () => {
		const specs = [jobs, mapping({ eventSourceArn: ref(jobs, "arn") })];
		expect(graphOf(specs, "preview").isPreview).to.equal(true);
		expect(graphOf(specs, "applied").isPreview).to.equal(false);
	});

	it("answers a question once for each stack", () => {
		let asked = 0;
		const question = perStack((stack) => {
			asked += 1;
			return stack.nodes.length;
		});
		const graph = graphOf([jobs]);
		expect([question(graph), question(graph), question(graphOf([]))]).to.deep.equal([1, 1, 0]);
		expect(asked).to.equal(2);
	});
});

describe("policies/graph/identity", () => {
	it("reads the function out of an ARN, an invoke ARN and its qualifier", () => {
		const arn = "arn:aws:lambda:us-east-1:123456789012:function:score:live";
		const invoke = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`;
		for (const reference of [arn, invoke]) {
			expect(namesIn(reference)).to.include("score");
			expect(qualifierIn(reference)).to.equal("live");
		}
		expect(qualifierIn("arn:aws:lambda:us-east-1:123456789012:function:score")).to.equal(undefined);
	});

	it("reads the API out of a host, a log group out of an ARN with a star, and a host out of a URL with a port", () => {
		expect(namesIn("https://a1b2c3.execute-api.us-east-1.amazonaws.com/prod")).to.include("a1b2c3");
		expect(namesIn("arn:aws:logs:us-east-1:123456789012:log-group:/apps/score:*")).to.include(
			"arn:aws:logs:us-east-1:123456789012:log-group:/apps/score",
		);
		expect(namesIn("postgres://app@db.internal.example:5432/features")).to.include("db.internal.example");
		expect(namesIn("jobs"), "a plain name is itself alone").to.deep.equal(["jobs"]);
	});
});
