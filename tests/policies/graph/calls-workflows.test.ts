import { expect } from "chai";
import { callsFromWorkflows } from "../../../policies/graph/calls-workflows.ts";
import { concat, json, type ResourceSpec, ref, resource } from "../../support/policies.ts";
import { callsIn } from "../../support/policies-calls.ts";
import { fn } from "../../support/policies-timeouts.ts";

const calls = callsIn(callsFromWorkflows);

describe("policies/graph/calls-workflows", () => {
	const score = fn("score");
	const machine = (definition: unknown) => resource("aws:sfn/stateMachine:StateMachine", "flow", { definition });
	const tasks = (...states: Record<string, unknown>[]) =>
		json({
			StartAt: "S0",
			States: Object.fromEntries(states.map((state, i) => [`S${i}`, { Type: "Task", ...state }])),
		});
	const INVOKE = "arn:aws:states:::lambda:invoke";

	it("wait for functions and endpoints, put into queues, streams and topics, and start workflows and tasks", () => {
		for (const [type, mode] of [
			["aws:lambda/function:Function", "synchronous"],
			["aws:sagemaker/endpoint:Endpoint", "synchronous"],
			["aws:sqs/queue:Queue", "send"],
			["aws:kinesis/stream:Stream", "send"],
			["aws:sns/topic:Topic", "send"],
			["aws:sfn/stateMachine:StateMachine", "start"],
			["aws:ecs/taskDefinition:TaskDefinition", "start"],
		] as const)
			for (const run of ["raw", "applied", "preview"] as const) {
				const to = resource(type, "to");
				expect(calls([machine(tasks({ Resource: ref(to, "arn") })), to], run), `${type} ${run}`).to.deep.equal([
					`flow ${mode} to via flow`,
				]);
			}
		const table = resource("aws:dynamodb/table:Table", "table");
		for (const run of ["raw", "preview"] as const)
			expect(calls([machine(tasks({ Resource: ref(table, "arn") })), table], run)).to.deep.equal([]);
	});

	it("name what they call wherever each service wants it, in either query language", () => {
		for (const scope of ["Parameters", "Arguments"])
			for (const path of [
				"FunctionName",
				"QueueUrl",
				"TopicArn",
				"StreamName",
				"EndpointName",
				"StateMachineArn",
				"TaskDefinition",
			])
				expect(
					calls([machine(tasks({ Resource: INVOKE, [scope]: { [path]: ref(score, "arn") } })), score], "applied"),
					`${scope}.${path}`,
				).to.deep.equal(["flow synchronous score via flow"]);
		const other = { Resource: INVOKE, Parameters: { Payload: ref(score, "arn") } };
		expect(calls([machine(tasks(other)), score], "applied")).to.deep.equal([]);
	});

	it("call by the qualifier that they name", () => {
		const arn = "arn:aws:lambda:us-east-1:123456789012:function:score-live:7";
		const live = fn("score", { name: "score-live" });
		expect(calls([machine(tasks({ Resource: arn })), live])).to.deep.equal(["flow synchronous score:7 via flow"]);
		expect(
			calls([machine(tasks({ Resource: INVOKE, Parameters: { FunctionName: "score-live:7" } })), live]),
		).to.deep.equal(["flow synchronous score:7 via flow"]);
	});

	it("are of each task alone, at any depth", () => {
		const settle = fn("settle");
		const inner = { StartAt: "X", States: { X: { Type: "Task", Resource: ref(settle, "arn") } } };
		const definition = tasks({ Resource: ref(score, "arn") }, { Type: "Map", ItemProcessor: inner });
		expect(calls([machine(definition), score, settle], "applied")).to.deep.equal([
			"flow synchronous score via flow",
			"flow synchronous settle via flow",
		]);
		for (const Type of ["Pass", undefined])
			expect(calls([machine(tasks({ Type, Resource: ref(score, "arn") })), score], "applied")).to.deep.equal([]);
	});

	it("mean by a name that is made up what they depend on, and by a known one nothing else", () => {
		const batch = fn("score-batch");
		const both = (Resource: unknown) => calls([machine(tasks({ Resource })), score, batch]);
		expect(both(ref(score, "arn"))).to.deep.equal(["flow synchronous score via flow"]);
		expect(both(ref(batch, "arn"))).to.deep.equal(["flow synchronous score-batch via flow"]);
		const live = fn("score", { name: "score-batch-1a2b3c4" });
		const specs: ResourceSpec[] = [machine(tasks({ Resource: ref(batch, "arn") })), live, batch];
		expect(calls(specs), "the text is one's name").to.deep.equal(["flow synchronous score via flow"]);
		expect(both("arn:aws:lambda:us-east-1:123456789012:function:elsewhere")).to.deep.equal([]);
	});

	it("are as many as a definition that is not known yet depends on, and none of one that is broken", () => {
		const queue = resource("aws:sqs/queue:Queue", "queue");
		const table = resource("aws:dynamodb/table:Table", "table");
		const open = machine(concat(ref(score, "arn"), ref(queue, "url"), ref(table, "name")));
		expect(calls([open, score, queue, table], "preview")).to.deep.equal([
			"flow send queue via flow",
			"flow synchronous score via flow",
		]);
		expect(calls([machine("{"), score])).to.deep.equal([]);
		expect(calls([machine(undefined), score])).to.deep.equal([]);
	});
});
