import { expect } from "chai";
import { Props } from "../../../policies/facts/props.ts";
import {
	callsFunction,
	checksJob,
	startsWithoutWaiting,
	taskSecondsIn,
	waitsFor,
} from "../../../policies/graph/workflow-tasks.ts";
import { statesIn, type WorkflowState } from "../../../policies/graph/workflows.ts";
import { json, type ResourceSpec, ref, resource } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

type State = Record<string, unknown>;

const definition = (States: Record<string, State>) => ({ States });
function stateOf(state: State): WorkflowState {
	const [found] = statesIn(new Props(definition({ Only: state })));
	if (!found) throw new Error("The test's definition has no state.");
	return found;
}
const taskOf = (Resource: unknown, more: State = {}) => stateOf({ Type: "Task", Resource, ...more });
const service = (call: string) => `arn:aws:states:::${call}`;
const machine = (state: State) =>
	resource("aws:sfn/stateMachine:StateMachine", "flow", { definition: json(definition({ Only: state })) });
const fn = (props: State = {}, name = "ask") => resource("aws:lambda/function:Function", name, props);
const alias = resource("aws:lambda/alias:Alias", "live", { name: "live", functionName: ref(fn(), "name") });

/** The stack with a machine of one task, and that task as it is read there. */
function inStack(state: State, others: readonly ResourceSpec[], run: "raw" | "applied" = "applied") {
	const stack = graphOf([...others, machine({ Type: "Task", ...state })], run);
	const node = nodeOf(stack, "flow");
	const document = node.props.document("definition");
	const [task] = document.state === "known" ? statesIn(document.value) : [];
	if (!task) throw new Error("The test's machine has no state.");
	return { stack, node, task };
}

describe("policies/graph/workflow-tasks", () => {
	it("knows a task that starts a job and goes on, by either way of calling the service", () => {
		for (const call of [
			"glue:startJobRun",
			"aws-sdk:glue:startJobRun",
			"batch:submitJob",
			"ecs:runTask",
			"states:startExecution",
			"aws-sdk:sfn:startExecution",
			"aws-sdk:emr:runJobFlow",
			"elasticmapreduce:addStep",
			"aws-sdk:emrserverless:startJobRun",
			"sagemaker:createTrainingJob",
			"codebuild:startBuildBatch",
		])
			expect(startsWithoutWaiting(taskOf(service(call))), call).to.equal(true);
		for (const call of [
			"glue:startJobRun.sync",
			"states:startExecution.sync:2",
			"ecs:runTask.waitForTaskToken",
			"glue:getJobRun",
			"sagemaker:createEndpoint",
			"constructor:startJobRun",
			"glue",
			"lambda:invoke",
		])
			expect(startsWithoutWaiting(taskOf(service(call))), call).to.equal(false);
		expect(startsWithoutWaiting(taskOf("arn:aws:states:us-east-1:123456789012:activity:review"))).to.equal(false);
		expect(startsWithoutWaiting(stateOf({ Type: "Pass" }))).to.equal(false);
	});

	it("knows a task that asks whether a job is done: itself, or by a function whose role names the question", () => {
		const checks = (state: State, ...others: ResourceSpec[]) => {
			const { stack, node, task } = inStack(state, others);
			return checksJob(stack, node, task);
		};
		for (const call of ["aws-sdk:glue:getJobRun", "aws-sdk:batch:describeJobs", "aws-sdk:sfn:describeExecution"])
			expect(checks({ Resource: service(call) }), call).to.equal(true);
		for (const call of ["glue:startJobRun", "aws-sdk:sagemaker:describeEndpoint", "lambda:invoke"])
			expect(checks({ Resource: service(call) }), call).to.equal(false);
		const role = (...statements: State[]) =>
			resource("aws:iam/role:Role", "role", {
				inlinePolicies: [{ policy: json({ Statement: statements.map((each) => ({ Resource: "*", ...each })) }) }],
			});
		const asks = (...statements: State[]) =>
			checks({ Resource: ref(fn(), "arn") }, role(...statements), fn({ role: ref(role(), "arn") }));
		const logs = { Effect: "Allow", Action: "logs:PutLogEvents" };
		expect(asks(logs, { Effect: "Allow", Action: ["s3:GetObject", "glue:GetJobRun"] })).to.equal(true);
		expect(asks({ Effect: "Allow", Action: "ECS:describetasks" })).to.equal(true);
		expect(asks({ Effect: "Deny", Action: "glue:GetJobRun" })).to.equal(false);
		expect(asks(logs, { Effect: "Allow", Action: ["glue:StartJobRun", "*", "glue"] })).to.equal(false);
		expect(checks({ Resource: ref(fn(), "arn") }, fn())).to.equal(false);
	});

	it("knows a task that calls a function, of the stack or not", () => {
		for (const resourceOf of [
			service("lambda:invoke"),
			service("aws-sdk:lambda:invoke"),
			service("lambda:invoke.waitForTaskToken"),
			"arn:aws:lambda:us-east-1:123456789012:function:ask",
			"arn:aws-cn:lambda:cn-north-1:123456789012:function:ask:live",
		])
			expect(callsFunction(taskOf(resourceOf)), resourceOf).to.equal(true);
		for (const resourceOf of [service("ecs:runTask"), "see arn:aws:lambda:us-east-1:1:function:ask", undefined])
			expect(callsFunction(taskOf(resourceOf)), resourceOf).to.equal(false);
	});

	describe("how long a task may take", () => {
		const seconds = (state: State, ...others: ResourceSpec[]) => {
			const { stack, node, task } = inStack(state, others);
			return taskSecondsIn(stack, node)(task.state);
		};

		it("is what it states, before all else", () => {
			expect(seconds({ Resource: ref(fn(), "arn"), TimeoutSeconds: 7 }, fn({ timeout: 30 }))).to.equal(7);
		});

		it("is the timeout of the function that it calls, however it names it", () => {
			const invoke = service("lambda:invoke");
			for (const state of [
				{ Resource: ref(fn(), "arn") },
				{ Resource: ref(alias, "arn") },
				{ Resource: invoke, Parameters: { FunctionName: ref(fn(), "name") } },
				{ Resource: invoke, Arguments: { FunctionName: ref(fn(), "arn") } },
				{ Resource: invoke, Parameters: { FunctionName: ref(alias, "arn") } },
			])
				expect(seconds(state, fn({ timeout: 30 }), alias), JSON.stringify(state)).to.equal(30);
			expect(seconds({ Resource: ref(fn(), "arn") }, fn())).to.equal(3);
		});

		it("is next to nothing where a service takes an order, and a minute at the most for HTTP", () => {
			expect(seconds({ Resource: service("sqs:sendMessage") })).to.equal(0);
			expect(seconds({ Resource: service("http:invoke") })).to.equal(60);
		});

		it("is open where it waits, calls a function of another stack, or is no service's", () => {
			for (const call of ["glue:startJobRun.sync", "sqs:sendMessage.waitForTaskToken", "lambda:invoke"])
				expect(seconds({ Resource: service(call) }), call).to.equal(undefined);
			expect(seconds({ Resource: "arn:aws:states:us-east-1:123456789012:activity:review" })).to.equal(undefined);
			const elsewhere = resource("aws:lambda/alias:Alias", "live", { name: "live", functionName: "elsewhere" });
			expect(seconds({ Resource: ref(elsewhere, "arn") }, elsewhere)).to.equal(undefined);
		});

		it("does not take a queue of the function's name for it", () => {
			const queue = resource("aws:sqs/queue:Queue", "ask", { name: "ask" });
			const state = { Resource: service("lambda:invoke"), Parameters: { FunctionName: "ask" } };
			expect(seconds(state, queue)).to.equal(undefined);
			expect(seconds(state, queue, { ...fn({ timeout: 30, name: "ask" }) })).to.equal(30);
		});
	});

	it("says what a state waits for", () => {
		const activity = "arn:aws:states:us-east-1:123456789012:activity:review";
		const map = (key: string, Mode: string) => stateOf({ Type: "Map", [key]: { ProcessorConfig: { Mode } } });
		expect(waitsFor(stateOf({ Type: "Wait", Seconds: 5 }))).to.equal('a Wait ("Only")');
		for (const key of ["ItemProcessor", "Iterator"]) {
			expect(waitsFor(map(key, "DISTRIBUTED"))).to.equal('a distributed Map ("Only")');
			expect(waitsFor(map(key, "INLINE"))).to.equal(undefined);
		}
		expect(waitsFor(taskOf(activity))).to.equal('an activity ("Only")');
		expect(waitsFor(taskOf(service("glue:startJobRun.sync")))).to.equal('a job that it waits for ("Only")');
		expect(waitsFor(taskOf(service("sqs:sendMessage.waitForTaskToken")))).to.equal('a callback ("Only")');
		expect(waitsFor(taskOf(service("glue:startJobRun")))).to.equal(undefined);
		expect(waitsFor(taskOf(undefined))).to.equal(undefined);
		expect(waitsFor(stateOf({ Type: "Pass", Resource: activity }))).to.equal(undefined);
	});
});
