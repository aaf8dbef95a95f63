import { expect } from "chai";
import fc from "fast-check";
import { workflowGuards as rule } from "../../../policies/rules/workflow-guards.ts";
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

const task = (change: Record<string, unknown> = {}) => ({
	Type: "Task",
	Resource: "arn:aws:states:::lambda:invoke",
	TimeoutSeconds: 60,
	Retry: [{ ErrorEquals: ["States.ALL"], MaxAttempts: 3 }],
	Catch: [{ ErrorEquals: ["States.ALL"], Next: "Failed" }],
	Next: "Done",
	...change,
});
const repeated = (change: Record<string, unknown> = {}, inner: Record<string, unknown> = task()) => ({
	Type: "Map",
	ItemProcessor: { StartAt: "Item", States: { Item: inner } },
	MaxConcurrency: 10,
	...change,
});
const definition = (states: Record<string, unknown>) => ({
	StartAt: Object.keys(states)[0],
	States: { ...states, Done: { Type: "Succeed" }, Failed: { Type: "Fail" } },
});
const machine = (written: unknown) => resource("aws:sfn/stateMachine:StateMachine", "train", { definition: written });
const train = (states: Record<string, unknown>) => [machine(JSON.stringify(definition(states)))];

describe("policies/rules/workflow-guards", () => {
	it("has nothing to say of a stack without workflows, or of one without tasks", () => {
		expect(answers(rule, [resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
		expectAccepts(rule, train({ Wait: { Type: "Wait", Seconds: 5, Next: "Done" } }));
	});

	it("accepts a guarded task, in text, as an object, or with references in it", () => {
		const states = { Train: task(), All: repeated() };
		expectAccepts(rule, train(states));
		expectAccepts(rule, [machine(definition(states))]);
		const fn = resource("aws:lambda/function:Function", "score");
		const calling = task({ Parameters: { FunctionName: ref(fn, "arn") } });
		expectAccepts(rule, [fn, machine(json(definition({ Train: calling })))]);
	});

	it("wants a timeout by value, path or expression; a heartbeat is none, nor is the default", () => {
		const without = (change: Record<string, unknown>) =>
			train({ Train: task({ TimeoutSeconds: undefined, ...change }) });
		expectFails(rule, without({}), ["train (timeout)"]);
		expectFails(rule, without({ HeartbeatSeconds: 30 }), ["train (timeout)"]);
		expectFails(rule, without({ TimeoutSeconds: 99_999_999 }), ["train (timeout)"]);
		expectFails(rule, without({ TimeoutSeconds: 0 }), ["train (timeout)"]);
		expectAccepts(rule, without({ TimeoutSecondsPath: "$.timeout" }));
		expectAccepts(rule, without({ TimeoutSeconds: "{% $states.input.timeout %}" }));
		expectAccepts(rule, without({ TimeoutSeconds: 1 }));
	});

	it("wants retries that retry", () => {
		for (const Retry of [undefined, [], [{ ErrorEquals: ["States.ALL"], MaxAttempts: 0 }]])
			expectFails(rule, train({ Train: task({ Retry }) }), ["train (retry)"]);
		expectAccepts(rule, train({ Train: task({ Retry: [{ ErrorEquals: ["States.ALL"] }] }) }));
	});

	it("wants a catcher", () => {
		for (const Catch of [undefined, []]) expectFails(rule, train({ Train: task({ Catch }) }), ["train (catch)"]);
	});

	it("wants a limit on a map above 0, by value, path or expression", () => {
		for (const MaxConcurrency of [undefined, 0])
			expectFails(rule, train({ All: repeated({ MaxConcurrency }) }), ["train (map-concurrency)"]);
		expectAccepts(rule, train({ All: repeated({ MaxConcurrency: 1 }) }));
		expectAccepts(rule, train({ All: repeated({ MaxConcurrency: undefined, MaxConcurrencyPath: "$.n" }) }));
		expectAccepts(rule, train({ All: repeated({ MaxConcurrency: "{% $n %}" }) }));
	});

	it("reads branches, iterators and item processors to the bottom, and names the way there", () => {
		const open = task({ TimeoutSeconds: undefined });
		const nested = repeated({ ItemProcessor: undefined, Iterator: { StartAt: "Item", States: { Item: open } } });
		const states = {
			Both: {
				Type: "Parallel",
				Branches: [
					{ StartAt: "A", States: { A: task() } },
					{ StartAt: "Each", States: { Each: nested } },
				],
			},
		};
		expectFails(rule, train(states), ["train (timeout)"]);
		expect(firstFault(rule, train(states))).to.deep.equal({
			what: 'has Task states without a timeout: "Both" / "Each" / "Item"',
			fix: "Give each TimeoutSeconds or TimeoutSecondsPath; HeartbeatSeconds does not end a task that keeps sending it.",
		});
		expectFails(rule, train({ All: repeated({ Catch: task().Catch }, task({ Catch: undefined })) }), ["train (catch)"]);
	});

	it("says all that a bare task lacks", () => {
		const bare = { Type: "Task", Resource: "arn:aws:states:::lambda:invoke", End: true };
		expectFails(rule, train({ "Train v1.2": bare }), ["train (timeout)", "train (retry)", "train (catch)"]);
	});

	it("reports a definition that is none", () => {
		expectFails(rule, [machine("StartAt: Train")], ["train (definition)"]);
		expectFails(rule, [machine("[]")], ["train (definition)"]);
	});

	it("cannot tell of a definition that is not known before the update", () => {
		expect(open(rule, [machine(UNKNOWN)], { run: "preview" })).to.deep.equal(["cannot tell train"]);
	});

	it("never throws, whatever stands in a definition", () => {
		fc.assert(
			fc.property(fc.jsonValue(), fc.jsonValue(), (inner, retry) => {
				const verdicts = answers(rule, [
					machine(JSON.stringify({ States: { A: inner, B: task({ Retry: retry, Iterator: inner }) } })),
				]);
				expect(verdicts.join()).to.not.contain("unforeseen");
			}),
		);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("workflow-guards/catch", "train")];
		const specs = train({ Train: task({ Catch: undefined, Retry: undefined }) });
		expect(open(rule, specs, { config: { exceptions } })).to.deep.equal(["fail train (retry)"]);
	});
});
