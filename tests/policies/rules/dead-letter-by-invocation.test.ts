import { expect } from "chai";
import { deadLetterByInvocation as rule } from "../../../policies/rules/dead-letter-by-invocation.ts";
import {
	answers,
	concat,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const fn = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", "score", { role: "any", ...props });
const failures = resource("aws:sqs/queue:Queue", "failures");
const live = resource("aws:lambda/alias:Alias", "live", { name: "live", functionName: ref(fn(), "name") });
const topic = resource("aws:sns/topic:Topic", "jobs");
const subscription = (props: Record<string, unknown> = {}) =>
	resource("aws:sns/topicSubscription:TopicSubscription", "score-jobs", {
		topic: ref(topic, "arn"),
		protocol: "lambda",
		endpoint: ref(fn(), "arn"),
		redrivePolicy: json({ deadLetterTargetArn: ref(failures, "arn") }),
		...props,
	});
const permission = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/permission:Permission", "caller", {
		action: "lambda:InvokeFunction",
		function: ref(fn(), "name"),
		principal: "sns.amazonaws.com",
		...props,
	});
const config = (props: Record<string, unknown> = {}) =>
	resource("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "score-failures", {
		functionName: ref(fn(), "name"),
		destinationConfig: { onFailure: { destination: ref(failures, "arn") } },
		...props,
	});
const called = (...more: ResourceSpec[]) => [topic, failures, subscription(), ...more];
const kept = { deadLetterConfig: { targetArn: ref(failures, "arn") } };

describe("policies/rules/dead-letter-by-invocation", () => {
	it("asks nothing of a function that nothing calls", () => {
		expect(answers(rule, [fn()])).to.deep.equal(["not applicable score"]);
	});

	describe("failed runs", () => {
		it("asks nothing of a function that its callers wait for", () => {
			for (const principal of [
				"apigateway.amazonaws.com",
				"elasticloadbalancing.amazonaws.com",
				"states.amazonaws.com",
			])
				expect(answers(rule, [fn(), permission({ principal })])).to.deep.equal(["not applicable score"]);
			const byUrl = permission({ principal: "cloudfront.amazonaws.com", action: "lambda:InvokeFunctionUrl" });
			expect(answers(rule, [fn(), byUrl])).to.deep.equal(["not applicable score"]);
		});

		it("asks nothing for a permission that grants no call", () => {
			expectAccepts(rule, [fn(), permission({ action: "lambda:GetFunction" })]);
			expectAccepts(rule, [fn(), permission({ principal: "123456789012" })]);
		});

		it("accepts a dead-letter queue of the function's own, or a failure destination", () => {
			expectAccepts(rule, called(fn(kept)));
			expectAccepts(rule, called(fn(), config()));
			expectAccepts(rule, called(fn(), config({ qualifier: "$LATEST" })));
		});

		it("rejects a function called asynchronously that keeps nothing, with who calls it", () => {
			expectFails(rule, called(fn()), ["score"]);
			expectFails(rule, [fn(), permission()], ["score"]);
			expect(firstFault(rule, called(fn()))).to.deep.equal({
				what: 'is called asynchronously by Topic "jobs", and keeps no failed run',
				fix: "Set deadLetterConfig, or a FunctionEventInvokeConfig whose destinationConfig has onFailure.",
			});
		});

		it("rejects a destination that only takes successes", () => {
			const successes = config({ destinationConfig: { onSuccess: { destination: ref(failures, "arn") } } });
			expectFails(rule, called(fn(), successes), ["score", "score-failures (invoke-config)"]);
		});

		it("wants the destination on the alias that is called, and there alone", () => {
			const viaAlias = (...more: ResourceSpec[]) => [
				topic,
				failures,
				fn(),
				live,
				subscription({ endpoint: ref(live, "arn") }),
				...more,
			];
			expectAccepts(rule, viaAlias(config({ qualifier: ref(live, "name") })));
			expectAccepts(rule, viaAlias(config({ qualifier: "live" })));
			expectFails(rule, viaAlias(config()), ["score"]);
			expect(firstFault(rule, viaAlias())?.what).to.equal(
				'is called asynchronously by Topic "jobs" as "live", and keeps no failed run',
			);
			expectFails(rule, called(fn(), live, config({ qualifier: "live" })), ["score"]);
		});

		it("reads the qualifier of a permission, and of a literal ARN", () => {
			expectFails(rule, [failures, fn(), permission({ qualifier: "live" }), config()], ["score"]);
			expectAccepts(rule, [failures, fn(), permission({ qualifier: "live" }), config({ qualifier: "live" })]);
			const arn = "arn:aws:lambda:us-east-1:123456789012:function:score:live";
			const specs = [topic, failures, fn({ name: "score" }), subscription({ endpoint: arn })];
			expectFails(rule, [...specs, config()], ["score"]);
			expectAccepts(rule, [...specs, config({ qualifier: "live" })]);
			const byName = [failures, fn({ name: "score" }), permission({ function: "score:live" })];
			expectFails(rule, [...byName, config()], ["score"]);
			expectAccepts(rule, [...byName, config({ qualifier: "live" })]);
		});

		it("goes by the wiring where a permission allows the same call under another qualifier", () => {
			const viaAlias = [topic, failures, fn(), live, permission(), subscription({ endpoint: ref(live, "arn") })];
			expectAccepts(rule, [...viaAlias, config({ qualifier: "live" })]);
		});

		it("knows an API that calls without waiting", () => {
			const api = resource("aws:apigateway/restApi:RestApi", "api");
			const specs = (kind: string) => [
				api,
				fn(),
				resource("aws:apigateway/integration:Integration", "post", {
					restApi: ref(api, "id"),
					uri: ref(fn(), "invokeArn"),
					requestParameters: { "integration.request.header.X-Amz-Invocation-Type": kind },
				}),
			];
			expectFails(rule, specs("'Event'"), ["score"]);
			expectAccepts(rule, specs("'RequestResponse'"));
		});

		it("judges a permission on a function elsewhere by the configuration beside it", () => {
			const specs = (change: Record<string, unknown> = {}) => [
				permission({ function: "elsewhere" }),
				config({
					functionName: "elsewhere",
					destinationConfig: { onFailure: { destination: "arn:aws:sqs:a:b:c" } },
					...change,
				}),
			];
			expectAccepts(rule, specs());
			expectFails(rule, [permission({ function: "elsewhere" })], ["caller"]);
			expectFails(rule, specs({ functionName: "another" }), ["caller"]);
			expectFails(rule, specs({ qualifier: "live" }), ["caller"]);
			const qualified = permission({ function: "arn:aws:lambda:us-east-1:1:function:elsewhere:live" });
			expectAccepts(rule, [qualified, ...specs({ qualifier: "live" }).slice(1)]);
			expectFails(rule, [qualified, ...specs().slice(1)], ["caller"]);
			expectAccepts(rule, [permission({ function: "elsewhere", principal: "apigateway.amazonaws.com" })]);
		});

		it("cannot tell while the qualifier or the destinations are not known", () => {
			const atPreview = (...specs: ResourceSpec[]) => open(rule, specs, { run: "preview" });
			expect(atPreview(failures, fn(), permission({ qualifier: UNKNOWN }), config())).to.deep.equal([
				"cannot tell score",
			]);
			expect(atPreview(...called(fn(), config({ qualifier: UNKNOWN })))).to.deep.equal(["cannot tell score"]);
			expect(atPreview(...called(fn(), config({ destinationConfig: UNKNOWN })))).to.deep.equal([
				"cannot tell score",
				"cannot tell score-failures (invoke-config)",
			]);
			expect(atPreview(failures, fn(kept), permission({ qualifier: UNKNOWN }))).to.deep.equal([]);
		});

		it("cannot tell which version a reference means that is not known yet", () => {
			const arn = concat(ref(fn(), "arn"), ":live");
			const onLive = [topic, failures, fn(), subscription({ endpoint: arn }), config({ qualifier: "live" })];
			expectAccepts(rule, onLive);
			expect(open(rule, onLive, { run: "preview" })).to.deep.equal(["cannot tell score"]);
			const onLatest = [topic, failures, fn({ publish: true }), subscription({ endpoint: arn }), config()];
			expectFails(rule, onLatest, ["score"]);
			const kepts = [topic, failures, fn(), live, subscription(), config()];
			expect(open(rule, kepts, { run: "preview" })).to.deep.equal(["cannot tell score"]);
			// A reference with ":7" behind it looks the same as one without.
			expect(open(rule, called(fn(), config()), { run: "preview" })).to.deep.equal(["cannot tell score"]);
			expect(open(rule, called(fn(kept)), { run: "preview" })).to.deep.equal([]);
		});

		it("takes a bucket's notification of an alias for a call of that alias", () => {
			const bucket = resource("aws:s3/bucket:Bucket", "uploads");
			const notified = (...arns: unknown[]) => [
				bucket,
				failures,
				live,
				resource("aws:s3/bucketNotification:BucketNotification", "uploads", {
					bucket: ref(bucket, "id"),
					lambdaFunctions: arns.map((lambdaFunctionArn) => ({ lambdaFunctionArn, events: ["s3:ObjectCreated:*"] })),
				}),
			];
			const onLive = config({ qualifier: ref(live, "name") });
			expectAccepts(rule, [...notified(ref(live, "arn")), fn(), onLive]);
			expectFails(rule, [...notified(ref(live, "arn")), fn(), config()], ["score"]);
			expectFails(rule, [...notified(ref(fn(), "arn")), fn()], ["score"]);
			const other = { ...fn(), name: "resize" };
			expectFails(rule, [...notified(ref(live, "arn"), ref(other, "arn")), fn(), onLive, other], ["resize"]);
			const preview = { run: "preview" } as const;
			expect(open(rule, [...notified(ref(fn(), "arn")), fn(), config()], preview)).to.deep.equal(["cannot tell score"]);
		});

		it("counts a pipe that does not wait for its target", () => {
			const pipe = (invocationType?: string) => [
				failures,
				fn(),
				resource("aws:pipes/pipe:Pipe", "clicks", {
					target: ref(fn(), "arn"),
					...(invocationType ? { targetParameters: { lambdaFunctionParameters: { invocationType } } } : {}),
				}),
			];
			expectFails(rule, pipe("FIRE_AND_FORGET"), ["score"]);
			for (const waits of [pipe(), pipe("REQUEST_RESPONSE")])
				expect(answers(rule, waits)).to.deep.equal(["not applicable score"]);
			expectAccepts(rule, [...pipe("FIRE_AND_FORGET"), config()]);
		});
	});

	describe("stream", () => {
		const mapping = (props: Record<string, unknown>) =>
			resource("aws:lambda/eventSourceMapping:EventSourceMapping", "clicks", {
				functionName: ref(fn(), "arn"),
				...props,
			});
		const stream = resource("aws:kinesis/stream:Stream", "clicks");
		const table = resource("aws:dynamodb/table:Table", "events");
		const destinationConfig = { onFailure: { destinationArn: ref(failures, "arn") } };

		it("wants a failure destination of streams, whatever the function has", () => {
			for (const eventSourceArn of [ref(stream, "arn"), ref(table, "streamArn"), "arn:aws:kafka:a:b:cluster/c"]) {
				const specs = [stream, table, failures, fn(kept)];
				expectFails(rule, [...specs, mapping({ eventSourceArn })], ["clicks (stream)"]);
				expectAccepts(rule, [...specs, mapping({ eventSourceArn, destinationConfig })]);
			}
		});

		it("asks none of queues, brokers and change streams, which have none", () => {
			for (const eventSourceArn of [
				ref(failures, "arn"),
				"arn:aws:sqs:a:b:jobs",
				"arn:aws:mq:a:b:broker:c",
				"arn:aws:rds:a:b:cluster:c",
			])
				expectAccepts(rule, [failures, fn(), mapping({ eventSourceArn })]);
			expectAccepts(rule, [fn(), mapping({ queues: ["jobs"] })]);
		});

		it("cannot tell of a source that is not known", () => {
			const specs = [fn(), mapping({ eventSourceArn: UNKNOWN })];
			expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell clicks (stream)"]);
		});
	});

	describe("delivery", () => {
		const rest = resource("aws:cloudwatch/eventTarget:EventTarget", "nightly", {
			rule: "nightly",
			arn: "arn:aws:sqs:a:b:jobs",
		});
		const schedule = (target: Record<string, unknown>) =>
			resource("aws:scheduler/schedule:Schedule", "hourly", { target: { arn: "arn:aws:sqs:a:b:jobs", ...target } });

		it("advises on targets, schedules and subscriptions that keep nothing", () => {
			expectFails(rule, [rest], ["nightly (delivery)"]);
			expectFails(rule, [schedule({})], ["hourly (delivery)"]);
			expectFails(
				rule,
				[topic, subscription({ redrivePolicy: undefined, endpoint: "arn:aws:sqs:a:b:jobs" })],
				["score-jobs (delivery)"],
			);
		});

		it("accepts those with a DLQ of their own", () => {
			const deadLetterConfig = { arn: ref(failures, "arn") };
			expectAccepts(rule, [failures, { ...rest, props: { ...rest.props, deadLetterConfig } }]);
			expectAccepts(rule, [failures, schedule({ deadLetterConfig })]);
			expectAccepts(rule, [topic, failures, subscription({ endpoint: "arn:aws:sqs:a:b:jobs" })]);
		});

		it("asks none for people", () => {
			const mail = subscription({ protocol: "email", endpoint: "on-call@example.com", redrivePolicy: undefined });
			expectAccepts(rule, [topic, mail]);
		});

		it("cannot tell of a schedule whose target is not known", () => {
			const hidden = resource("aws:scheduler/schedule:Schedule", "hourly", { target: UNKNOWN });
			expect(open(rule, [hidden], { run: "preview" })).to.deep.equal(["cannot tell hourly (delivery)"]);
		});
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("dead-letter-by-invocation/delivery", "score-jobs")];
		const specs = [topic, fn(), subscription({ redrivePolicy: undefined })];
		expect(open(rule, specs, { config: { exceptions } })).to.deep.equal(["fail score"]);
	});
});
