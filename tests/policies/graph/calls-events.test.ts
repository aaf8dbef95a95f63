import { expect } from "chai";
import { callsFromEvents } from "../../../policies/graph/calls-events.ts";
import { concat, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { callsIn } from "../../support/policies-calls.ts";
import { fn } from "../../support/policies-timeouts.ts";

const calls = callsIn(callsFromEvents);

describe("policies/graph/calls-events", () => {
	const score = fn("score");
	const settle = fn("settle");
	const alias = (of = score, name = "alias") =>
		resource("aws:lambda/alias:Alias", name, { functionName: ref(of, "name"), name: "live" });
	const topic = resource("aws:sns/topic:Topic", "topic");
	const jobs = resource("aws:sqs/queue:Queue", "jobs");
	const bucket = resource("aws:s3/bucket:Bucket", "uploads");
	const machine = resource("aws:sfn/stateMachine:StateMachine", "flow");
	const rule = resource("aws:cloudwatch/eventRule:EventRule", "rule");
	const group = resource("aws:cloudwatch/logGroup:LogGroup", "group");

	describe("of topics, rules, schedules and log subscriptions", () => {
		const wirings = [
			["aws:sns/topicSubscription:TopicSubscription", "topic", topic, (endpoint: unknown) => ({ endpoint })],
			["aws:cloudwatch/eventTarget:EventTarget", "rule", rule, (arn: unknown) => ({ arn })],
			[
				"aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
				"logGroup",
				group,
				(destinationArn: unknown) => ({ destinationArn }),
			],
		] as const;

		it("call a function and do not wait, by its alias where that is named", () => {
			for (const [type, property, source, to] of wirings)
				for (const run of ["raw", "applied", "preview"] as const) {
					const wired = (target: unknown) => resource(type, "wire", { [property]: ref(source, "name"), ...to(target) });
					expect(calls([score, source, wired(ref(score, "arn"))], run), type).to.deep.equal([
						`${source.name} asynchronous score via wire`,
					]);
					expect(calls([score, alias(), source, wired(ref(alias(), "arn"))], run), type).to.deep.equal([
						`${source.name} asynchronous score:live via wire`,
					]);
				}
		});

		it("put into queues, streams and topics, and start workflows", () => {
			const stream = resource("aws:kinesis/stream:Stream", "stream");
			for (const [type, property, source, to] of wirings) {
				const wired = (target: unknown) => resource(type, "wire", { [property]: ref(source, "name"), ...to(target) });
				for (const target of [jobs, stream, resource("aws:sns/topic:Topic", "next")])
					expect(calls([target, source, wired(ref(target, "arn"))], "preview"), type).to.deep.equal([
						`${source.name} send ${target.name} via wire`,
					]);
				expect(calls([machine, source, wired(ref(machine, "arn"))], "preview"), type).to.deep.equal([
					`${source.name} start flow via wire`,
				]);
			}
		});

		it("stand for themselves where their source is elsewhere, as schedules do", () => {
			const schedule = (arn: unknown) => resource("aws:scheduler/schedule:Schedule", "nightly", { target: { arn } });
			expect(calls([score, schedule(ref(score, "arn"))])).to.deep.equal(["nightly asynchronous score via nightly"]);
			expect(calls([machine, schedule(ref(machine, "arn"))])).to.deep.equal(["nightly start flow via nightly"]);
			const target = resource("aws:cloudwatch/eventTarget:EventTarget", "target", {
				arn: ref(score, "arn"),
				rule: "any",
			});
			expect(calls([score, target])).to.deep.equal(["target asynchronous score via target"]);
		});
	});

	describe("of buckets", () => {
		const notification = (lambdaFunctions: unknown, bucketName: unknown = ref(bucket, "id")) =>
			resource("aws:s3/bucketNotification:BucketNotification", "notes", { bucket: bucketName, lambdaFunctions });
		const on = (lambdaFunctionArn: unknown) => ({ lambdaFunctionArn, events: ["s3:ObjectCreated:*"] });

		it("call the functions that they name, in every run", () => {
			for (const run of ["raw", "applied", "preview"] as const)
				expect(
					calls([score, settle, bucket, notification([on(ref(score, "arn")), on(ref(settle, "arn"))])], run),
					run,
				).to.deep.equal(["uploads asynchronous score via notes", "uploads asynchronous settle via notes"]);
			expect(calls([score, notification([on(ref(score, "arn"))], "elsewhere")])).to.deep.equal([
				"notes asynchronous score via notes",
			]);
			expect(calls([score, bucket, notification([on("elsewhere"), on(UNKNOWN)])])).to.deep.equal([]);
			expect(calls([score, bucket, notification(UNKNOWN)])).to.deep.equal([]);
		});

		it("call by an alias, the one that they depend on where several share its name", () => {
			const both = [score, settle, bucket, alias(), alias(settle, "other")];
			for (const run of ["raw", "applied", "preview"] as const)
				for (const [which, name] of [
					[alias(), "score"],
					[alias(settle, "other"), "settle"],
				] as const)
					expect(calls([...both, notification([on(ref(which, "arn"))])], run), run).to.deep.equal([
						`uploads asynchronous ${name}:live via notes`,
					]);
		});

		it("call by known text and by reference side by side, each function once", () => {
			const named = fn("named", { name: "named-live" });
			const text = "arn:aws:lambda:us-east-1:123456789012:function:named-live";
			expect(calls([score, named, bucket, notification([on(text), on(ref(score, "arn"))])], "preview")).to.deep.equal([
				"uploads asynchronous named via notes",
				"uploads asynchronous score via notes",
			]);
			expect(calls([named, bucket, notification([on(`${text}:7`), on(ref(named, "arn"))])], "applied")).to.deep.equal([
				"uploads asynchronous named via notes",
				"uploads asynchronous named:7 via notes",
			]);
		});
	});

	describe("of pipes", () => {
		const pipe = (target: unknown, invocationType?: string) =>
			resource("aws:pipes/pipe:Pipe", "pipe", {
				target,
				targetParameters: { lambdaFunctionParameters: { invocationType } },
			});

		it("wait for a function unless they are told not to", () => {
			expect(calls([score, pipe(ref(score, "arn"), "FIRE_AND_FORGET")])).to.deep.equal([
				"pipe asynchronous score via pipe",
			]);
			expect(calls([score, alias(), pipe(ref(alias(), "arn"), "FIRE_AND_FORGET")])).to.deep.equal([
				"pipe asynchronous score:live via pipe",
			]);
			expect(calls([score, pipe(ref(score, "arn"), "REQUEST_RESPONSE")])).to.deep.equal([]);
			expect(calls([score, pipe(ref(score, "arn"))])).to.deep.equal([]);
		});
	});

	describe("of mappings", () => {
		const mapping = (functionName: unknown, eventSourceArn: unknown) =>
			resource("aws:lambda/eventSourceMapping:EventSourceMapping", "mapping", { functionName, eventSourceArn });

		it("poll for a function, from the queue, stream or table of the stack", () => {
			const stream = resource("aws:kinesis/stream:Stream", "stream");
			const table = resource("aws:dynamodb/table:Table", "table", { arn: "arn:aws:dynamodb:us-east-1:1:table/t" });
			for (const source of [jobs, stream, table])
				expect(calls([score, source, mapping(ref(score, "arn"), ref(source, "arn"))], "preview")).to.deep.equal([
					`${source.name} poll score via mapping`,
				]);
			expect(calls([score, alias(), jobs, mapping(ref(alias(), "arn"), ref(jobs, "arn"))], "preview")).to.deep.equal([
				"jobs poll score:live via mapping",
			]);
			for (const elsewhere of ["elsewhere", ref(topic, "arn")])
				expect(calls([score, topic, mapping(ref(score, "arn"), elsewhere)], "preview")).to.deep.equal([
					"mapping poll score via mapping",
				]);
		});
	});

	describe("that a permission allows", () => {
		const permission = (principal: unknown, props: Record<string, unknown> = {}) =>
			resource("aws:lambda/permission:Permission", "may", { function: ref(score, "name"), principal, ...props });

		it("do not wait, but for services that do; those at the front door come from outside", () => {
			for (const principal of ["events.amazonaws.com", "s3.amazonaws.com", "logs.us-east-1.amazonaws.com"])
				expect(calls([score, permission(principal)]), principal).to.deep.equal(["may asynchronous score via may"]);
			for (const principal of ["states.amazonaws.com", "alexa-appkit.amazon.com", "sqs.amazonaws.com"])
				expect(calls([score, permission(principal)]), principal).to.deep.equal(["may synchronous score via may"]);
			for (const principal of ["apigateway.amazonaws.com", "elasticloadbalancing.amazonaws.com"])
				expect(calls([score, permission(principal)]), principal).to.deep.equal([
					"may synchronous score via may, from outside",
				]);
		});

		it("are made by the resource of the stack that it names, to the alias that it names", () => {
			expect(calls([score, bucket, permission("s3.amazonaws.com", { sourceArn: ref(bucket, "arn") })])).to.deep.equal([
				"uploads asynchronous score via may",
			]);
			expect(calls([score, permission("s3.amazonaws.com", { qualifier: "live" })])).to.deep.equal([
				"may asynchronous score:live via may",
			]);
			const url = "https://events.amazonaws.com/more";
			expect(calls([score, permission(url)])).to.deep.equal([]);
		});

		it("are an API's where its ARN names one, whatever else is called as the paths in it", () => {
			const api = resource("aws:apigateway/restApi:RestApi", "api", { id: "a1b2c3" });
			const sourceArn = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3/*/POST/jobs";
			const named = resource("aws:sqs/queue:Queue", "jobs", { name: "jobs" });
			for (const door of [api, resource("aws:apigatewayv2/api:Api", "api", { id: "a1b2c3" })])
				expect(calls([named, door, score, permission("apigateway.amazonaws.com", { sourceArn })])).to.deep.equal([
					"api synchronous score via may, from outside",
				]);
			for (const type of ["aws:apigateway/stage:Stage", "aws:apigatewayv2/stage:Stage"]) {
				const stage = resource(type, "stage", {});
				const may = permission("apigateway.amazonaws.com", { sourceArn: concat(ref(stage, "executionArn"), "/*") });
				expect(calls([stage, score, may], "preview"), type).to.deep.equal([
					"stage synchronous score via may, from outside",
				]);
			}
		});

		it("are none of accounts, of nobody known, or where it allows something else", () => {
			for (const principal of [
				"123456789012",
				"*",
				"arn:aws:iam::123456789012:root",
				"events.example.com",
				"events.amazonaws.com.example",
				UNKNOWN,
			])
				expect(calls([score, permission(principal)]), principal).to.deep.equal([]);
			const acting = (action: string) => calls([score, permission("events.amazonaws.com", { action })]);
			for (const action of ["lambda:InvokeFunction", "lambda:Invoke*", "lambda:*"])
				expect(acting(action), action).to.deep.equal(["may asynchronous score via may"]);
			expect(acting("lambda:InvokeFunctionUrl")).to.deep.equal(["may synchronous score via may"]);
			expect(acting("lambda:GetFunction")).to.deep.equal([]);
		});
	});

	it("finds none in a text that depends on nothing", () => {
		expect(
			calls([score, resource("aws:sns/topicSubscription:TopicSubscription", "wire", { endpoint: concat("a", "b") })]),
		).to.deep.equal([]);
	});
});
