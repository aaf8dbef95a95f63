import { expect } from "chai";
import { workflowType as rule } from "../../../policies/rules/workflow-type.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

type Props = Record<string, unknown>;

const machine = (definition: unknown, props: Props = {}) =>
	resource("aws:sfn/stateMachine:StateMachine", "score", {
		roleArn: "arn:aws:iam::123456789012:role/score",
		tags: { model: "tumour-risk" },
		definition: json(definition),
		...props,
	});
const flow = (...states: [string, Props][]) => ({
	StartAt: states[0]?.[0],
	States: Object.fromEntries(
		states.map(([name, state], i) => {
			const next = states[i + 1]?.[0];
			const isOpen = !("Next" in state) && state.Type !== "Choice" && state.Type !== "Succeed";
			return [name, { ...(isOpen ? (next === undefined ? { End: true } : { Next: next }) : {}), ...state }];
		}),
	),
});
const task = (props: Props = {}): Props => ({
	Type: "Task",
	Resource: "arn:aws:states:::lambda:invoke",
	TimeoutSeconds: 5,
	...props,
});
const short = flow(["Features", task()], ["Model", task()]);
const config = (change: Props = {}) => ({
	models: [{ name: "tumour-risk", serve: "realtime", slo: { p95Ms: 500 }, traffic: { rps: 50 }, ...change }],
});

const SUBMIT = "arn:aws:states:::batch:submitJob";
const DESCRIBE = "arn:aws:states:::aws-sdk:batch:describeJobs";
const polling = ({ start = SUBMIT, wait = { Seconds: 10 } as Props, check = { Resource: DESCRIBE } as Props } = {}) =>
	flow(
		["Submit", task({ Resource: start })],
		["Wait", { Type: "Wait", ...wait }],
		["Ask", task(check)],
		["Done?", { Type: "Choice", Choices: [{ Variable: "$.s", StringEquals: "OK", Next: "Done" }], Default: "Wait" }],
		["Done", { Type: "Succeed" }],
	);

describe("policies/rules/workflow-type", () => {
	it("has nothing to say of a stack without workflows", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	describe("standard", () => {
		it("rejects a short Standard workflow at a high rate, with both prices", () => {
			expectFails(rule, [machine(short)], ["score (standard)"], config());
			expectFails(rule, [machine(short, { type: "STANDARD" })], ["score (standard)"], config());
			expect(firstFault(rule, [machine(short)], { config: config() })).to.deep.equal({
				what: "is a Standard workflow of at most 10 s that is started 50 times a second: about $6,570 a month for 2 transitions each, and $200 as Express for 0.5 s each",
				fix: 'Set type to "EXPRESS", with tasks that may run twice.',
			});
		});

		it("advises Express only as far as it is the cheaper one, and says where a price is the highest possible", () => {
			const long = flow(["Features", task({ TimeoutSeconds: 100 })], ["Model", task({ TimeoutSeconds: 100 })]);
			const undeclared = { models: [{ name: "tumour-risk", serve: "realtime", traffic: { rps: 20 } }] };
			expect(firstFault(rule, [machine(long)], { config: undeclared })).to.deep.equal({
				what: "is a Standard workflow of at most 200 s that is started 20 times a second: about $2,628 a month for 2 transitions each, and at most $11,005 as Express for 200 s each",
				fix: 'Set type to "EXPRESS" if an execution takes under 47 s on average, from where on it costs more than Standard; else state how long it takes in an exception.',
			});
		});

		it("accepts it as Express, and below 10 starts a second", () => {
			expectAccepts(rule, [machine(short, { type: "EXPRESS" })], config());
			expectAccepts(rule, [machine(short)], config({ traffic: { rps: 9.9 } }));
			expectFails(rule, [machine(short)], ["score (standard)"], config({ traffic: { rps: 10 } }));
			expectAccepts(rule, [machine(short)]);
		});

		it("cannot tell at a high rate alone, and counts the rate of any model", () => {
			const two = (...rates: number[]) => ({
				models: rates.map((rps, i) => ({ name: `m${i}`, traffic: { rps } })),
			});
			const asked = (config: object) =>
				open(rule, [machine(short, { definition: UNKNOWN })], { config: { ...config } });
			expect(asked(two(9))).to.deep.equal(["cannot tell score (polling)"]);
			for (const config of [two(10), two(1, 10)])
				expect(asked(config)).to.deep.equal(["cannot tell score (polling)", "cannot tell score (standard)"]);
			expect(answers(rule, [machine(short, { tags: UNKNOWN })], { config: {} })).to.deep.equal([
				"pass score (polling)",
			]);
		});

		it("takes the shorter of what it states and what its states may take, and the p95 where one is declared", () => {
			const said = (definition: unknown, given = config()) =>
				firstFault(rule, [machine(definition)], { config: given })?.what;
			expect(said({ ...short, TimeoutSeconds: 7 })).to.match(/of at most 7 s .* for 0.5 s each$/);
			expect(said({ ...short, TimeoutSeconds: 20 })).to.match(/of at most 10 s /);
			expect(said(short, config({ slo: {} }))).to.match(/for 10 s each$/);
			expect(said(short, config({ slo: undefined }))).to.match(/for 10 s each$/);
		});

		it("takes a workflow with a loop, or a wait that the input decides, for one without a bound", () => {
			const loop = flow(
				["A", task()],
				["Again", { Type: "Choice", Choices: [{ Next: "Done" }], Default: "A" }],
				["Done", { Type: "Succeed" }],
			);
			expectAccepts(rule, [machine(loop)], config());
			expectFails(rule, [machine({ ...loop, TimeoutSeconds: 60 })], ["score (standard)"], config());
		});

		it("accepts what waits in one state of several", () => {
			const callback = task({ Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken" });
			expectAccepts(rule, [machine(flow(["A", task()], ["B", callback]))], config());
		});

		it("takes a batch model's traffic, and another model's, for no starts", () => {
			expectAccepts(rule, [machine(short)], config({ serve: "batch" }));
			expectAccepts(rule, [machine(short, { tags: { model: "other" } })], config());
			expectAccepts(rule, [machine(short, { tags: {} })], config());
		});

		it("reads the length of what it states, with exactly 5 minutes still short", () => {
			const whole = (seconds: number) =>
				machine({ ...flow(["A", task({ TimeoutSeconds: undefined })]), TimeoutSeconds: seconds });
			expectFails(rule, [whole(300)], ["score (standard)"], config());
			expectAccepts(rule, [whole(301)], config());
			expectAccepts(rule, [machine(flow(["A", task({ TimeoutSeconds: undefined })]))], config());
		});

		it("takes the timeout of the function that a task calls, by its ARN or by its alias", () => {
			const fn = (timeout: number) => resource("aws:lambda/function:Function", "fn", { timeout });
			const direct = machine(flow(["A", { Type: "Task", Resource: ref(fn(1), "arn") }]));
			expectFails(rule, [fn(30), direct], ["score (standard)"], config());
			expectAccepts(rule, [fn(600), direct], config());
			const alias = resource("aws:lambda/alias:Alias", "live", { name: "live", functionName: ref(fn(1), "name") });
			const invoked = {
				Type: "Task",
				Resource: "arn:aws:states:::lambda:invoke",
				Parameters: { FunctionName: ref(alias, "arn") },
			};
			expectFails(rule, [fn(30), alias, machine(flow(["A", invoked]))], ["score (standard)"], config());
		});

		it("takes a function that its parameters name", () => {
			const fn = (timeout: number) => resource("aws:lambda/function:Function", "fn", { timeout });
			const named = { ...task({ TimeoutSeconds: undefined }), Parameters: { FunctionName: ref(fn(1), "name") } };
			expectFails(rule, [fn(30), machine(flow(["A", named]))], ["score (standard)"], config());
			expectAccepts(rule, [fn(600), machine(flow(["A", named]))], config());
		});

		it("accepts what waits: for a callback, a job, an activity, a time", () => {
			for (const state of [
				task({ Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken" }),
				task({ Resource: "arn:aws:states:::ecs:runTask.sync" }),
				task({ Resource: "arn:aws:states:us-east-1:123456789012:activity:review" }),
				{ Type: "Wait", Seconds: 5 },
			])
				expectAccepts(rule, [machine(flow(["A", state]))], config());
		});

		it("accepts what a clock alone starts", () => {
			const schedule = resource("aws:scheduler/schedule:Schedule", "nightly", {
				scheduleExpression: "rate(1 day)",
				target: { arn: ref(machine(short), "arn") },
			});
			expectAccepts(rule, [machine(short), schedule], config());
		});
	});

	describe("polling", () => {
		it("rejects a loop that asks about a job under 60 s a round, with both prices", () => {
			expectFails(rule, [machine(polling())], ["score (polling)"]);
			expect(firstFault(rule, [machine(polling())])).to.deep.equal({
				what: 'asks every 10 s in "Ask" whether a job is done: about $0.027 for each hour that a job runs ($20 a month if one always does), and $0 a job with .sync',
				fix: "Let the task that starts the job wait for it: end its Resource in .sync, and take the loop out.",
			});
		});

		it("knows services by their names in the SDK too", () => {
			const check = { Resource: "arn:aws:states:::aws-sdk:emrserverless:getJobRun" };
			expectFails(rule, [machine(polling({ check }))], ["score (polling)"]);
		});

		it("accepts rounds of 60 s and more, and waits that the input decides", () => {
			expectAccepts(rule, [machine(polling({ wait: { Seconds: 60 } }))]);
			expectAccepts(rule, [machine(polling({ wait: { SecondsPath: "$.wait" } }))]);
			expectFails(rule, [machine(polling({ wait: { Seconds: 59 } }))], ["score (polling)"]);
		});

		it("rejects a function that asks, after a job that was not waited for or with a role that names the question", () => {
			const check = { Resource: "arn:aws:lambda:us-east-1:123456789012:function:ask" };
			expectFails(rule, [machine(polling({ check }))], ["score (polling)"]);
			expectAccepts(rule, [machine(polling({ start: "arn:aws:states:::lambda:invoke", check }))]);
			expectAccepts(rule, [machine(polling({ start: `${SUBMIT}.sync`, check }))]);
			const role = resource("aws:iam/role:Role", "ask-role", {
				inlinePolicies: [
					{ name: "ask", policy: json({ Statement: [{ Effect: "Allow", Action: "glue:GetJobRun", Resource: "*" }] }) },
				],
			});
			const ask = resource("aws:lambda/function:Function", "ask", { role: ref(role, "arn") });
			const loop = polling({ start: "arn:aws:states:::lambda:invoke", check: { Resource: ref(ask, "arn") } });
			expectFails(rule, [role, ask, machine(loop)], ["score (polling)"]);
		});

		it("accepts loops where no task could wait, and rollout loops", () => {
			const of = (start: string, check: string) => [machine(polling({ start, check: { Resource: check } }))];
			const sdk = "arn:aws:states:::aws-sdk";
			expectAccepts(rule, of(`${sdk}:transcribe:startTranscriptionJob`, `${sdk}:transcribe:getTranscriptionJob`));
			expectAccepts(rule, of("arn:aws:states:::sagemaker:createEndpoint", `${sdk}:sagemaker:describeEndpoint`));
			const rollout = flow(
				["Train", task({ Resource: SUBMIT })],
				["Wait", { Type: "Wait", Seconds: 30 }],
				["Judge", task()],
				["Shift", task()],
				["Done?", { Type: "Choice", Choices: [{ Variable: "$.w", NumericEquals: 100, Next: "End" }], Default: "Wait" }],
				["End", { Type: "Succeed" }],
			);
			expectAccepts(rule, [machine(rollout)]);
		});

		it("finds the loop inside a Map", () => {
			const nested = flow(["Each", { Type: "Map", ItemProcessor: polling() }]);
			expectFails(rule, [machine(nested)], ["score (polling)"]);
		});
	});

	describe("express", () => {
		const express = (definition: unknown) => machine(definition, { type: "EXPRESS" });

		it("accepts what is short and waits for nothing", () => expectAccepts(rule, [express(short)], config()));

		it("rejects what waits, whatever for", () => {
			for (const state of [
				task({ Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken" }),
				task({ Resource: "arn:aws:states:::states:startExecution.sync:2" }),
				task({ Resource: "arn:aws:states:us-east-1:123456789012:activity:review" }),
				{ Type: "Wait", Seconds: 30 },
				{ Type: "Map", ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, ...short } },
			])
				expectFails(rule, [express(flow(["A", state]))], ["score (express)"]);
			expect(firstFault(rule, [express(flow(["A", { Type: "Wait", Seconds: 30 }]))])).to.deep.equal({
				what: 'is an Express workflow that has a Wait ("A"): about $0.0323 for a thousand executions of 30 s, and $0.025 as Standard, where waiting is free',
				fix: 'Set type to "STANDARD", or move what waits to a Standard workflow that starts this one.',
			});
		});

		it("rejects what may run over 5 minutes, by its own words, its tasks' or a function's", () => {
			expectFails(rule, [express({ ...short, TimeoutSeconds: 301 })], ["score (express)"]);
			expectAccepts(rule, [express({ ...short, TimeoutSeconds: 300 })]);
			const long = flow(["A", task({ TimeoutSeconds: 200 })], ["B", task({ TimeoutSeconds: 200 })]);
			expectFails(rule, [express(long)], ["score (express)"]);
			expectAccepts(rule, [express({ ...long, TimeoutSeconds: 120 })]);
			const fn = resource("aws:lambda/function:Function", "fn", { timeout: 900 });
			expectFails(rule, [fn, express(flow(["A", { Type: "Task", Resource: ref(fn, "arn") }]))], ["score (express)"]);
			expect(firstFault(rule, [express(long)])).to.deep.equal({
				what: "is an Express workflow that may run for 400 s, over the 300 s that Express has: about $0.3136 for a thousand executions of 300 s, and $0.05 as Standard, where waiting is free",
				fix: 'Shorten it, or set type to "STANDARD".',
			});
		});
	});

	it("cannot tell of a definition, a type or a model that is not known before the update", () => {
		const atPreview = (props: Props, given = {}) =>
			open(rule, [machine(short, props)], { run: "preview", config: given });
		expect(atPreview({ definition: UNKNOWN })).to.deep.equal(["cannot tell score (polling)"]);
		expect(atPreview({ definition: UNKNOWN }, config())).to.deep.equal([
			"cannot tell score (polling)",
			"cannot tell score (standard)",
		]);
		expect(atPreview({ definition: UNKNOWN, type: "EXPRESS" })).to.deep.equal(["cannot tell score (express)"]);
		expect(atPreview({ type: UNKNOWN })).to.deep.equal(["cannot tell score (express)", "cannot tell score (polling)"]);
		expect(atPreview({ tags: UNKNOWN }, config())).to.deep.equal(["cannot tell score (standard)"]);
	});

	it("says nothing of a definition that is no JSON", () => {
		expectAccepts(rule, [machine(short, { definition: "{" })], config());
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("workflow-type/polling", "score")];
		expect(open(rule, [machine(polling())], { config: { exceptions } })).to.deep.equal([]);
		expect(open(rule, [machine(short)], { config: { ...config(), exceptions } })).to.deep.equal([
			"fail score (standard)",
		]);
	});
});
