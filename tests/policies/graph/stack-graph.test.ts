import { expect } from "chai";
import { perNode, perStack, StackGraph } from "../../../policies/graph/stack-graph.ts";
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

	it("finds once who refers to a resource twice, and beside what is in no stack", () => {
		const elsewhere = resource(QUEUE, "elsewhere");
		const twice = mapping({ eventSourceArn: [ref(jobs, "arn"), ref(jobs, "arn"), ref(elsewhere, "arn")] });
		for (const run of ["applied", "preview"] as const) {
			const graph = new StackGraph(stackOf([jobs, twice, elsewhere], run).filter(({ name }) => name !== "elsewhere"));
			const [queue] = graph.ofType(QUEUE);
			if (!queue) throw new Error("The test's stack has no queue.");
			expect(
				graph.referrers(queue, MAPPING, "eventSourceArn").map(({ name }) => name),
				run,
			).to.deep.equal(["settle"]);
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

	it("takes a property that the engine left out for one not known yet, at preview and where it depends on something", () => {
		const source = resource(QUEUE, "source");
		const worker = (props: Record<string, unknown> = {}) => resource("aws:lambda/function:Function", "worker", props);
		/** What a function says of its environment, which the engine left out. */
		const readOf = (depends: boolean, other: ResourceSpec) => {
			const [fn, ...rest] = stackOf([worker({ environment: ref(source, "url") }), source, other], "applied");
			if (!fn) throw new Error("The test's stack has no function.");
			const { environment: _, ...props } = fn.props as Record<string, unknown>;
			const { propertyDependencies = {}, ...others } = fn;
			const graph = new StackGraph([{ ...others, props, ...(depends ? { propertyDependencies } : {}) }, ...rest]);
			const read = graph.ofType(fn.type)[0]?.props;
			return [read?.read("environment"), read?.read("role").state];
		};
		const open = resource(QUEUE, "open", { name: UNKNOWN });
		expect(readOf(true, open)).to.deep.equal([{ state: "unknown", property: "environment" }, "absent"]);
		for (const read of [readOf(true, jobs), readOf(false, open)])
			expect(read).to.deep.equal([{ state: "absent" }, "absent"]);
	});

	it("leaves out a dependency that is no resource of the stack, and one of what is not there", () => {
		const [settle, ...rest] = stackOf([mapping({ eventSourceArn: ref(jobs, "arn") }), jobs], "raw");
		if (!settle) throw new Error("The test's stack has no mapping.");
		const elsewhere = new StackGraph([settle]);
		expect(elsewhere.nodes.map((node) => elsewhere.dependencies(node, "eventSourceArn"))).to.deep.equal([[]]);
		const graph = new StackGraph([{ ...settle, props: {} }, ...rest]);
		expect(graph.nodes.map((node) => graph.targets(node, "eventSourceArn"))).to.deep.equal([
			{ nodes: [] },
			{ nodes: [] },
		]);
	});

	it("calls a list that names nothing of the stack no name of anything else", () => {
		expect(targetsOf([jobs, mapping({ eventSourceArn: ["one", "two"] })], "eventSourceArn")).to.deep.equal({
			names: [],
		});
		expect(targetsOf([jobs, mapping({ eventSourceArn: ["one", ref(jobs, "arn")] })], "eventSourceArn")).to.deep.equal({
			names: ["jobs"],
		});
	});

	it("finds what a text names in the order of the types that are asked for, and of the program where all are", () => {
		const topic = resource("aws:sns/topic:Topic", "shared", { name: "shared" });
		const queue = resource(QUEUE, "shared", { name: "shared" });
		const graph = graphOf([topic, queue, resource(QUEUE, "again", { name: "shared" })], "raw");
		const named = (...types: string[]) => graph.named("shared", types).map(({ type, name }) => `${type} ${name}`);
		const queues = [`${QUEUE} shared`, `${QUEUE} again`];
		expect(named(QUEUE)).to.deep.equal(queues);
		expect(named(QUEUE, topic.type)).to.deep.equal([...queues, `${topic.type} shared`]);
		expect(named()).to.deep.equal([`${topic.type} shared`, ...queues]);
		expect(graph.named("shared")).to.deep.equal(graph.named("shared", []));
		expect(graph.named("shared", [MAPPING])).to.deep.equal([]);
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

	it("answers a question once for each resource, also where there is no answer", () => {
		const asked: string[] = [];
		const question = perNode((stack, node) => {
			asked.push(node.name);
			return node.name === "jobs" ? stack.nodes.length : undefined;
		});
		const graph = graphOf([jobs, resource(QUEUE, "more")]);
		const answers = [...graph.nodes, ...graph.nodes].map((node) => question(graph, node));
		expect(answers).to.deep.equal([2, undefined, 2, undefined]);
		expect(asked).to.deep.equal(["jobs", "more"]);
	});
});
