import { expect } from "chai";
import { deadLetterOf, isDeadLetterQueue, redriveOf } from "../../../policies/graph/dead-letters.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { role } from "../../support/policies-grants.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const QUEUE = "aws:sqs/queue:Queue";
const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/dead-letters", () => {
	const dead = resource(QUEUE, "dead");
	const redrive = (target: ResourceSpec = dead, more: Record<string, unknown> = { maxReceiveCount: 4 }) =>
		json({ deadLetterTargetArn: ref(target, "arn"), ...more });
	const word = (fact: { state: string; property?: string }) =>
		fact.state === "unknown" ? `unknown ${fact.property}` : fact.state;
	const deadLetter = (type: string, props: Record<string, unknown>, run: Run = "raw") => {
		const stack = graphOf([resource(type, "it", props), dead], run);
		return word(deadLetterOf(nodeOf(stack, "it")));
	};
	const isDead = (specs: readonly ResourceSpec[], run: Run = "raw", asked = "dead") => {
		const stack = graphOf(specs, run);
		return word(isDeadLetterQueue(stack, nodeOf(stack, asked)));
	};
	/** Each type's own place, with a target in it. */
	const placed = (target: unknown): [string, Record<string, unknown>][] => [
		["aws:lambda/function:Function", { deadLetterConfig: { targetArn: target } }],
		[
			"aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
			{ destinationConfig: { onFailure: { destination: target } } },
		],
		[
			"aws:lambda/eventSourceMapping:EventSourceMapping",
			{ destinationConfig: { onFailure: { destinationArn: target } } },
		],
		["aws:cloudwatch/eventTarget:EventTarget", { deadLetterConfig: { arn: target } }],
		["aws:cloudwatch/eventBus:EventBus", { deadLetterConfig: { arn: target } }],
		["aws:iot/topicRule:TopicRule", { errorAction: { sqs: { queueUrl: target } } }],
		["aws:scheduler/schedule:Schedule", { target: { deadLetterConfig: { arn: target } } }],
		["aws:pipes/pipe:Pipe", { sourceParameters: { kinesisStreamParameters: { deadLetterConfig: { arn: target } } } }],
		["aws:pipes/pipe:Pipe", { sourceParameters: { dynamodbStreamParameters: { deadLetterConfig: { arn: target } } } }],
	];
	const documents = [QUEUE, "aws:sqs/redrivePolicy:RedrivePolicy", "aws:sns/topicSubscription:TopicSubscription"];

	it("finds the target at each type's own place, known or not", () => {
		for (const [type, props] of placed(ref(dead, "arn"))) {
			for (const run of RUNS) expect(deadLetter(type, props, run), `${type} ${run}`).to.equal("known");
			expect(deadLetter(type, {}), type).to.equal("absent");
		}
		for (const type of documents) {
			for (const run of RUNS) expect(deadLetter(type, { redrivePolicy: redrive() }, run), type).to.equal("known");
			expect(deadLetter(type, { redrivePolicy: json({ maxReceiveCount: 4 }) }), type).to.equal("absent");
			expect(deadLetter(type, { redrivePolicy: "{" }), type).to.equal("absent");
			expect(deadLetter(type, {}), type).to.equal("absent");
		}
		expect(deadLetter("aws:dynamodb/table:Table", { redrivePolicy: redrive() })).to.equal("absent");
	});

	it("cannot tell by a property that is hidden as a whole and may hold something else", () => {
		for (const [type, [path]] of placed(UNKNOWN).map(([type, props]) => [type, Object.keys(props)] as const)) {
			const isAlone = ![
				"aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
				"aws:scheduler/schedule:Schedule",
			].includes(type);
			expect(deadLetter(type, { [path ?? ""]: UNKNOWN }), type).to.equal(isAlone ? "known" : `unknown ${path}`);
		}
	});

	it("knows the queues that each place sends failures to", () => {
		for (const run of RUNS) {
			for (const [type, props] of placed(ref(dead, "arn")))
				expect(isDead([resource(type, "it", props), dead], run), `${type} ${run}`).to.equal("known");
			for (const type of documents)
				expect(isDead([resource(type, "it", { redrivePolicy: redrive() }), dead], run), `${type} ${run}`).to.equal(
					"known",
				);
			expect(isDead([resource("aws:lambda/function:Function", "it", { deadLetterConfig: {} }), dead], run)).to.equal(
				"absent",
			);
		}
		expect(
			isDead(
				[resource(QUEUE, "it", { redrivePolicy: redrive(resource(QUEUE, "dead")) }), dead, resource(QUEUE, "other")],
				"raw",
				"other",
			),
		).to.equal("absent");
	});

	it("does not take a queue for its own dead-letter queue", () => {
		const self = resource(QUEUE, "self", {
			redrivePolicy: json({ deadLetterTargetArn: { $ref: `${QUEUE}::self`, attr: "arn" } }),
		});
		expect(isDead([self], "raw", "self")).to.equal("absent");
	});

	describe("with something beside the target in one property", () => {
		const jobs = resource(QUEUE, "jobs");
		const schedule = (arn: unknown, target: unknown = ref(dead, "arn")) =>
			resource("aws:scheduler/schedule:Schedule", "nightly", { target: { arn, deadLetterConfig: { arn: target } } });

		it("tells the two apart where the names are known, or begin as the queues are called", () => {
			for (const run of ["raw", "applied"] as const) {
				const both = [schedule(ref(jobs, "arn")), jobs, dead];
				expect(isDead(both, run), run).to.equal("known");
				expect(isDead(both, run, "jobs"), run).to.equal("absent");
			}
			const elsewhere = [schedule(ref(jobs, "arn"), "arn:aws:sqs:us-east-1:1:elsewhere"), jobs, dead];
			expect(isDead(elsewhere, "raw", "jobs")).to.equal("absent");
		});

		it("cannot tell them apart while neither is known, unless one is no queue", () => {
			const both = [schedule(ref(jobs, "arn")), jobs, dead];
			for (const asked of ["jobs", "dead"])
				expect(isDead(both, "preview", asked), asked).to.equal("unknown target.deadLetterConfig.arn of nightly");
			const fn = resource("aws:lambda/function:Function", "score");
			expect(isDead([schedule(ref(fn, "arn")), fn, dead], "preview"), "a function and a queue").to.equal("known");
			expect(isDead([schedule("elsewhere"), dead], "preview"), "the other is known").to.equal("known");
			expect(isDead([schedule(UNKNOWN), dead], "preview"), "the other may be the queue").to.equal(
				"unknown target.deadLetterConfig.arn of nightly",
			);
			const runner = role();
			const withRole = schedule(UNKNOWN);
			const target = { ...(withRole.props.target as object), roleArn: ref(runner, "arn") };
			expect(isDead([{ ...withRole, props: { target } }, runner, dead], "preview"), "a role is not called").to.equal(
				"unknown target.deadLetterConfig.arn of nightly",
			);
			expect(isDead([schedule(concat(ref(fn, "arn"), ref(jobs, "arn"))), fn, jobs, dead], "preview")).to.equal(
				"unknown target.deadLetterConfig.arn of nightly",
			);
		});
	});

	describe("a queue's redrive", () => {
		const of = (specs: readonly ResourceSpec[], run: Run = "raw") => {
			const stack = graphOf([...specs, dead], run);
			const found = redriveOf(stack, nodeOf(stack, "jobs"));
			return (
				found && [
					found.holder.name,
					found.target?.name,
					"value" in found.maxReceiveCount ? found.maxReceiveCount.value : word(found.maxReceiveCount),
				]
			);
		};
		const jobs = (props: Record<string, unknown> = {}) => resource(QUEUE, "jobs", props);
		const beside = (props: Record<string, unknown>) =>
			resource("aws:sqs/redrivePolicy:RedrivePolicy", "redrive", { queueUrl: ref(jobs(), "url"), ...props });

		it("is its own policy, or one that stands beside it", () => {
			for (const run of ["raw", "applied"] as const) {
				expect(of([jobs({ redrivePolicy: redrive() })], run)).to.deep.equal(["jobs", "dead", 4]);
				expect(of([jobs(), beside({ redrivePolicy: redrive() })], run)).to.deep.equal(["redrive", "dead", 4]);
			}
			expect(of([jobs({ redrivePolicy: redrive() })], "preview")).to.deep.equal([
				"jobs",
				"dead",
				"unknown redrivePolicy",
			]);
			expect(of([jobs({ redrivePolicy: redrive(dead, {}) })])).to.deep.equal(["jobs", "dead", "absent"]);
			expect(of([jobs()])).to.equal(undefined);
			expect(of([jobs({ redrivePolicy: json({ maxReceiveCount: 4 }) })])).to.equal(undefined);
			expect(of([jobs(), beside({})])).to.equal(undefined);
		});

		it("may lead out of the stack", () => {
			const away = json({ deadLetterTargetArn: "arn:aws:sqs:us-east-1:1:elsewhere", maxReceiveCount: "3" });
			expect(of([jobs({ redrivePolicy: away })])).to.deep.equal(["jobs", undefined, 3]);
			const topic = resource("aws:sns/topic:Topic", "topic");
			const odd = json({ deadLetterTargetArn: ref(topic, "arn"), maxReceiveCount: 3 });
			expect(of([jobs({ redrivePolicy: odd }), topic])).to.deep.equal(["jobs", undefined, 3]);
			expect(of([jobs({ redrivePolicy: json({ deadLetterTargetArn: ["a"], maxReceiveCount: 3 }) })])).to.deep.equal([
				"jobs",
				undefined,
				3,
			]);
		});
	});
});
