import { expect } from "chai";
import {
	asyncCallsOf,
	functionNamedBy,
	invokeConfigsOf,
	openQualifierOf,
} from "../../../policies/graph/async-calls.ts";
import { type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/async-calls", () => {
	const score = fn("score");
	const alias = resource("aws:lambda/alias:Alias", "alias", { functionName: ref(score, "name"), name: "live" });
	const permission = (principal: string, name = "may") =>
		resource("aws:lambda/permission:Permission", name, { function: ref(score, "name"), principal });
	const target = (arn: unknown) => resource("aws:cloudwatch/eventTarget:EventTarget", "target", { arn, rule: "any" });
	const subscription = (endpoint: unknown) =>
		resource("aws:sns/topicSubscription:TopicSubscription", "subscription", { endpoint, protocol: "lambda" });
	const schedule = (arn: unknown) => resource("aws:scheduler/schedule:Schedule", "schedule", { target: { arn } });
	const notification = (lambdaFunctionArn: unknown) =>
		resource("aws:s3/bucketNotification:BucketNotification", "notification", {
			lambdaFunctions: [{ lambdaFunctionArn }],
		});
	const vias = (specs: readonly ResourceSpec[]) => {
		const stack = graphOf([score, alias, ...specs], "applied");
		return (asyncCallsOf(stack).get(nodeOf(stack, "score")) ?? []).map(({ via }) => via.name).sort();
	};

	it("counts a permission only where nothing else shows the call that it allows", () => {
		const arn = ref(score, "arn");
		for (const [principal, wiring] of [
			["events.amazonaws.com", target(arn)],
			["sns.amazonaws.com", subscription(arn)],
			["s3.amazonaws.com", notification(arn)],
			["scheduler.amazonaws.com", schedule(arn)],
		] as const) {
			expect(vias([permission(principal)]), principal).to.deep.equal(["may"]);
			expect(vias([permission(principal), wiring]), principal).to.deep.equal([wiring.name]);
			const other = permission("config.amazonaws.com", "other");
			expect(vias([permission(principal), other, wiring]), principal).to.deep.equal([wiring.name, "other"].sort());
		}
		expect(vias([permission("events.amazonaws.com"), subscription(arn)])).to.deep.equal(["may", "subscription"]);
		expect(vias([permission("apigateway.amazonaws.com")]), "which waits").to.deep.equal([]);
	});

	it("keeps calls of functions alone", () => {
		const machine = resource("aws:sfn/stateMachine:StateMachine", "flow");
		const stack = graphOf([score, machine, target(ref(machine, "arn")), subscription(ref(score, "arn"))], "applied");
		expect([...asyncCallsOf(stack).keys()].map(({ name }) => name)).to.deep.equal(["score"]);
	});

	describe("a call's qualifier", () => {
		const openOf = (spec: ResourceSpec, run: Run = "raw") => {
			const stack = graphOf([score, alias, spec], run);
			const [call] = asyncCallsOf(stack).get(nodeOf(stack, "score")) ?? [];
			if (!call) throw new Error("The test's stack has no asynchronous call.");
			return openQualifierOf(call)?.property;
		};
		const arn = ref(score, "arn");

		it("is known where the callee is, and where the engine records an alias", () => {
			for (const spec of [target(arn), subscription(arn), schedule(arn), notification(arn)])
				expect(openOf(spec), spec.name).to.equal(undefined);
			for (const spec of [target(ref(alias, "arn")), notification(ref(alias, "arn"))])
				expect(openOf(spec, "preview"), spec.name).to.equal(undefined);
		});

		it("is open where the callee is, wherever the wiring names it", () => {
			for (const [spec, property] of [
				[target(arn), "arn"],
				[subscription(arn), "endpoint"],
				[schedule(arn), "target.arn"],
				[notification(arn), "lambdaFunctions[0].lambdaFunctionArn"],
				[permission("config.amazonaws.com"), "function"],
				[
					resource("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", "filter", { destinationArn: arn }),
					"destinationArn",
				],
				[
					resource("aws:pipes/pipe:Pipe", "pipe", {
						target: arn,
						targetParameters: { lambdaFunctionParameters: { invocationType: "FIRE_AND_FORGET" } },
					}),
					"target",
				],
			] as const)
				expect(openOf(spec, "preview"), spec.name).to.equal(property);
			const stated = permission("config.amazonaws.com");
			expect(openOf({ ...stated, props: { ...stated.props, qualifier: UNKNOWN } })).to.equal("qualifier");
		});
	});

	describe("the configuration of invocations", () => {
		const config = (props: Record<string, unknown>) =>
			resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "config", props);
		const configsOf = (specs: readonly ResourceSpec[], run: Run = "raw") => {
			const stack = graphOf([score, alias, ...specs], run);
			return (invokeConfigsOf(stack).get(nodeOf(stack, "score")) ?? []).map(({ config: { name }, qualifier }) => [
				name,
				qualifier,
			]);
		};
		const functionName = ref(score, "name");

		it("is on the unpublished version, or the qualifier that it names", () => {
			expect(configsOf([config({ functionName })])).to.deep.equal([["config", "$LATEST"]]);
			expect(configsOf([config({ functionName, qualifier: "live" })])).to.deep.equal([["config", "live"]]);
			expect(configsOf([config({ functionName, qualifier: ref(alias, "name") })], "preview")).to.deep.equal([
				["config", "live"],
			]);
			expect(configsOf([config({ functionName, qualifier: UNKNOWN })])).to.deep.equal([["config", undefined]]);
		});

		it("can be several of one function", () => {
			const second = { ...config({ functionName, qualifier: "live" }), name: "second" };
			expect(configsOf([config({ functionName }), second])).to.deep.equal([
				["config", "$LATEST"],
				["second", "live"],
			]);
		});
	});

	it("reads the function that a text names, and its qualifier", () => {
		const named = (props: Record<string, unknown>) => {
			const stack = graphOf([permission("any"), { ...permission("any"), name: "asked", props }]);
			return functionNamedBy(nodeOf(stack, "asked"), "function");
		};
		const arn = "arn:aws:lambda:us-east-1:123456789012:function:score";
		expect(named({ function: "score" })).to.deep.equal({ name: "score", qualifier: "$LATEST" });
		expect(named({ function: "risk-score:live" })).to.deep.equal({ name: "risk-score", qualifier: "live" });
		expect(named({ function: "score:$LATEST" })).to.deep.equal({ name: "score", qualifier: "$LATEST" });
		expect(named({ function: arn })).to.deep.equal({ name: "score", qualifier: "$LATEST" });
		expect(named({ function: `${arn}:live` })).to.deep.equal({ name: "score", qualifier: "live" });
		expect(named({ function: `${arn}:live`, qualifier: "7" })).to.deep.equal({ name: "score", qualifier: "7" });
		for (const odd of ["see risk:live", "score:live now", ":live"])
			expect(named({ function: odd })).to.deep.equal({ name: odd, qualifier: "$LATEST" });
		expect(named({})).to.equal(undefined);
	});
});
