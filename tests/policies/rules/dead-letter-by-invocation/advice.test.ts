import { expect } from "chai";
import { deadLetterByInvocation as rule } from "../../../../policies/rules/dead-letter-by-invocation.ts";
import { answers, judge, type ResourceSpec, ref, resource } from "../../../support/policies.ts";

const QUEUE_ARN = "arn:aws:sqs:us-east-1:1:jobs";
const config = (functionName: unknown) =>
	resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "retries", { functionName });

/** The only verdict on a resource, without where it is. */
function saidOf(spec: ResourceSpec) {
	const [verdict, ...more] = judge(rule, [spec]);
	expect(more).to.deep.equal([]);
	const { where, ...said } = verdict ?? {};
	return said;
}

describe("policies/rules/dead-letter-by-invocation, what it only advises", () => {
	describe("invoke-config", () => {
		it("advises a failure destination, also for a function elsewhere", () => {
			expect(saidOf(config("elsewhere"))).to.deep.equal({
				answer: "fail",
				finding: "invoke-config",
				what: "configures asynchronous calls without a failure destination",
				fix: "Set destinationConfig.onFailure: a destination for successes keeps no failure.",
				level: "advisory",
			});
		});

		it("accepts a configuration without one where the function has a dead-letter queue of its own", () => {
			const fn = (props: Record<string, unknown>) =>
				resource("aws:lambda/function:Function", "score", { role: "any", ...props });
			const kept = fn({ deadLetterConfig: { targetArn: QUEUE_ARN } });
			const rest = "not applicable score";
			expect(answers(rule, [kept, config(ref(kept, "name"))])).to.deep.equal([rest, "pass retries (invoke-config)"]);
			expect(answers(rule, [fn({}), config(ref(fn({}), "name"))])).to.deep.equal([
				"fail retries (invoke-config)",
				rest,
			]);
		});
	});

	describe("delivery", () => {
		for (const [type, props, fix] of [
			[
				"aws:sns/topicSubscription:TopicSubscription",
				{ topic: "arn:aws:sns:us-east-1:1:jobs", protocol: "sqs", endpoint: QUEUE_ARN },
				"Set redrivePolicy with a deadLetterTargetArn.",
			],
			["aws:cloudwatch/eventTarget:EventTarget", { rule: "nightly", arn: QUEUE_ARN }, "Set deadLetterConfig.arn."],
			["aws:scheduler/schedule:Schedule", { target: { arn: QUEUE_ARN } }, "Set target.deadLetterConfig.arn."],
		] as const)
			it(`says where ${type} names its dead-letter queue, as advice`, () => {
				expect(saidOf(resource(type, "sender", props))).to.deep.equal({
					answer: "fail",
					finding: "delivery",
					what: "keeps nothing of what it could not deliver",
					fix,
					level: "advisory",
				});
			});
	});
});
