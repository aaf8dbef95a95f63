import { expect } from "chai";
import fc from "fast-check";
import { endpointAlarms as rule } from "../../../policies/rules/endpoint-alarms.ts";
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
import { alarm, functionAlarms, queueAlarm, TOPIC } from "../../support/policies-alarms.ts";
import { balanced, functionUrl, httpApi, restApi, scoring } from "../../support/policies-endpoints.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const fn = scoring();
const rest = [fn, ...restApi(fn)];
const [, api = fn, stage = fn] = rest;
const url = [fn, functionUrl(fn)];
const both = (dimensions: object, latency = "Latency", errors = "5XXError"): ResourceSpec[] => [
	alarm("latency", latency, dimensions),
	alarm("errors", errors, dimensions),
];
const composite = (alarmRule: unknown, props: Record<string, unknown> = {}, name = "burning") =>
	resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", name, { alarmName: name, alarmRule, ...props });
const UNWATCHED = ["prod (errors)", "prod (latency)"];

describe("policies/rules/endpoint-alarms", () => {
	it("has nothing to say of a stack without endpoints and alarms", () => {
		expect(answers(rule, [fn, resource("aws:sqs/queue:Queue", "jobs")])).to.deep.equal([]);
	});

	it("rejects a public stage without alarms, and one with either alone", () => {
		expectFails(rule, rest, UNWATCHED);
		const [errors = fn, latency = fn] = functionAlarms(fn);
		expectFails(rule, [...rest, errors], ["prod (latency)"]);
		expectFails(rule, [...rest, latency], ["prod (errors)"]);
		expect(firstFault(rule, [...rest, errors])).to.deep.equal({
			what: "has no alarm on its latency",
			fix: "Add an aws.cloudwatch.MetricAlarm on Latency with alarmActions.",
		});
	});

	it("accepts alarms on the function, or on the stage by name, by reference, or by its API alone", () => {
		expectAccepts(rule, [...rest, ...functionAlarms(fn)]);
		expectAccepts(rule, [...rest, ...both({ ApiName: ref(api, "name"), Stage: ref(stage, "stageName") })]);
		expectAccepts(rule, [...rest, ...both({ ApiName: ref(api, "name") })]);
		const named = [fn, ...restApi(fn, { api: { name: "scoring-api" } })];
		expectAccepts(rule, [...named, ...both({ ApiName: "scoring-api", Stage: "prod" })]);
		const http = [fn, ...httpApi(fn)];
		const [, httpsApi = fn] = http;
		expectAccepts(rule, [
			...http,
			...both({ ApiId: ref(httpsApi, "id"), Stage: "$default" }, "IntegrationLatency", "5xx"),
		]);
	});

	it("does not take alarms on another API, stage or function for the endpoint's", () => {
		const other = resource("aws:apigateway/restApi:RestApi", "other", { name: "other" });
		expectFails(rule, [...rest, other, ...both({ ApiName: "other", Stage: "prod" })], UNWATCHED);
		expectFails(rule, [...rest, ...both({ ApiName: ref(api, "name"), Stage: "beta" })], UNWATCHED);
		const rank = scoring({}, "rank");
		expectFails(rule, [...rest, rank, ...functionAlarms(rank)], UNWATCHED);
	});

	it("lets an alarm on a function cover that function alone, and one on the stage all of them", () => {
		const rank = scoring({}, "rank");
		const second = resource("aws:apigateway/integration:Integration", "rank", {
			restApi: ref(api, "id"),
			httpMethod: "GET",
			uri: ref(rank, "invokeArn"),
		});
		const two = [...rest, rank, second];
		expectFails(rule, [...two, ...functionAlarms(fn)], UNWATCHED);
		expect(firstFault(rule, [...two, ...functionAlarms(fn)])?.what).to.equal(
			'has no alarm on the latency of Function "rank"',
		);
		const others = functionAlarms(rank).map((each) => ({ ...each, name: `rank-${each.name}` }));
		expectAccepts(rule, [...two, ...functionAlarms(fn), ...others]);
		expectAccepts(rule, [...two, ...both({ ApiName: ref(api, "name") })]);
	});

	it("knows a stage whose API is elsewhere by its name", () => {
		const lone = resource("aws:apigateway/stage:Stage", "prod", { restApi: "a1b2c3", stageName: "prod" });
		expectAccepts(rule, [lone, ...both({ ApiName: "scoring-api", Stage: "prod" })]);
		expectFails(rule, [lone, ...both({ ApiName: "scoring-api", Stage: "beta" })], UNWATCHED);
	});

	it("does not take callers' mistakes, throttles or extensions for errors and latency", () => {
		const dimensions = { FunctionName: ref(fn, "name") };
		expectFails(rule, [...rest, ...both(dimensions, "PostRuntimeExtensionsDuration", "Throttles")], UNWATCHED);
		expectFails(rule, [...rest, ...both({ ApiName: ref(api, "name") }, "Count", "4XXError")], UNWATCHED);
		expectFails(rule, [...rest, ...both(dimensions, "ConcurrentExecutions", "DeadLetterErrors")], UNWATCHED);
	});

	it("reads metrics in an alarm's queries, and a program's own metric by its model", () => {
		const query = (metricName: string) => [
			{ id: "share", expression: "bad / all", returnData: true },
			{
				id: "bad",
				metric: {
					metricName,
					namespace: "any",
					dimensions: { FunctionName: ref(fn, "name") },
					period: 60,
					stat: "Sum",
				},
			},
		];
		const byQuery = (name: string, metricName: string) =>
			alarm(name, undefined, undefined, { metricQueries: query(metricName) });
		expectAccepts(rule, [...rest, byQuery("latency", "Duration"), byQuery("errors", "Errors")]);
		const tagged = scoring({ tags: { model: "tumour-risk" } });
		const own = (model: string) => both({ model }, "slow", "errors");
		expectAccepts(rule, [tagged, ...restApi(tagged), ...own("tumour-risk")]);
		expectFails(rule, [tagged, ...restApi(tagged), ...own("digit-reader")], UNWATCHED);
	});

	it("demands that somebody is told: by an enabled action on the alarm's rise", () => {
		for (const props of [
			{ alarmActions: [] },
			{ alarmActions: undefined },
			{ actionsEnabled: false },
			{ alarmActions: [], okActions: [TOPIC] },
		])
			expect(
				open(rule, [...rest, ...functionAlarms(fn, props)]).filter((each) => !each.endsWith("(action)")),
			).to.deep.equal(["fail prod (errors)", "fail prod (latency)"]);
		expect(firstFault(rule, [...rest, ...functionAlarms(fn, { actionsEnabled: "false" })])?.what).to.equal(
			'has an alarm on its latency, MetricAlarm "latency", of which nobody is told',
		);
	});

	it("accepts an action of a composite above, however high, that follows the alarm's rise", () => {
		const silent = functionAlarms(fn, { alarmActions: undefined, name: undefined }).map((each) => ({
			...each,
			props: { ...each.props, name: `${each.name}-named` },
		}));
		const [errors = fn, latency = fn] = silent;
		const told = { alarmActions: [TOPIC] };
		expectAccepts(rule, [...rest, ...silent, composite('ALARM("errors-named") OR ALARM(latency-named)', told)]);
		expectAccepts(rule, [
			...rest,
			...silent,
			composite(concat('ALARM("', ref(errors, "arn"), '") AND ALARM("', ref(latency, "arn"), '")'), told),
		]);
		const above = composite("ALARM('burning')", told, "page");
		expectAccepts(rule, [...rest, ...silent, composite("ALARM(errors-named) OR ALARM(latency-named)"), above]);
		const unheard = (specs: ResourceSpec[]) =>
			open(rule, [...rest, ...silent, ...specs]).filter((each) => !each.endsWith("(action)"));
		for (const specs of [
			[composite("ALARM(errors-named) OR ALARM(latency-named)")],
			[composite("ALARM(errors-named) OR ALARM(latency-named)", { ...told, actionsEnabled: false })],
			[composite("OK(errors-named) AND NOT ALARM(latency-named)", told)],
			[composite("ALARM(burning)")],
		])
			expect(unheard(specs)).to.deep.equal(["fail prod (errors)", "fail prod (latency)"]);
	});

	it("asks nothing of private APIs, internal load balancers and URLs behind IAM", () => {
		expectAccepts(rule, [fn, ...restApi(fn, { api: { endpointConfiguration: { types: "PRIVATE" } } })]);
		expectAccepts(rule, balanced({ internal: true }));
		expectAccepts(rule, [fn, functionUrl(fn, "AWS_IAM")]);
	});

	it("judges function URLs, load balancers and SageMaker endpoints", () => {
		expectFails(rule, url, ["door (errors)", "door (latency)"]);
		expectAccepts(rule, [...url, ...both({ FunctionName: ref(fn, "name") }, "UrlRequestLatency", "Url5xxCount")]);
		const [balancer = fn, ...behind] = balanced({ name: "edge" });
		expectFails(rule, [balancer, ...behind], ["edge (errors)", "edge (latency)"]);
		for (const LoadBalancer of [ref(balancer, "arnSuffix"), "app/edge/50dc6c495c0c9188"])
			expectAccepts(rule, [
				balancer,
				...behind,
				...both({ LoadBalancer }, "TargetResponseTime", "HTTPCode_Target_5XX_Count"),
			]);
		const hosted = resource("aws:sagemaker/endpoint:Endpoint", "hosted", { endpointConfigName: "any" });
		expectFails(rule, [hosted], ["hosted (errors)", "hosted (latency)"]);
		const dimensions = { EndpointName: ref(hosted, "name"), VariantName: "main" };
		expectAccepts(rule, [hosted, ...both(dimensions, "ModelLatency", "Invocation5XXErrors")]);
		expectFails(
			rule,
			[hosted, ...both(dimensions, "OverheadLatency", "Invocation4XXErrors")],
			["hosted (errors)", "hosted (latency)"],
		);
	});

	it("asks a network load balancer for no latency, which it does not measure, and for cut connections as errors", () => {
		const network = resource("aws:lb/loadBalancer:LoadBalancer", "edge", { name: "edge", loadBalancerType: "network" });
		const cut = (metricName: string) => alarm("cut", metricName, { LoadBalancer: "net/edge/50dc6c495c0c9188" });
		expectFails(rule, [network], ["edge (errors)"]);
		expectAccepts(rule, [network, cut("TCP_Target_Reset_Count")]);
		expectFails(rule, [network, cut("ClientTLSNegotiationErrorCount")], ["edge (errors)"]);
	});

	describe("of the queues behind an endpoint", () => {
		const lost = resource("aws:sqs/queue:Queue", "lost");
		const jobs = resource("aws:sqs/queue:Queue", "jobs", {
			redrivePolicy: json({ deadLetterTargetArn: ref(lost, "arn"), maxReceiveCount: 3 }),
		});
		const role = resource("aws:iam/role:Role", "score", {});
		const grant = resource("aws:iam/rolePolicy:RolePolicy", "score", {
			role: ref(role, "id"),
			policy: json({ Statement: { Effect: "Allow", Action: "sqs:SendMessage", Resource: ref(jobs, "arn") } }),
		});
		const sender = scoring({ role: ref(role, "arn") });
		const path = [role, grant, sender, ...restApi(sender), jobs, lost, ...functionAlarms(sender)];
		const age = queueAlarm(jobs, "ApproximateAgeOfOldestMessage");
		const depth = queueAlarm(lost, "ApproximateNumberOfMessagesVisible");

		it("demands their age, and the number of their dead letters", () => {
			expectFails(rule, path, ["jobs (queue-age)", "lost (dead-letters)"]);
			expectFails(rule, [...path, age], ["lost (dead-letters)"]);
			expectFails(rule, [...path, depth], ["jobs (queue-age)"]);
			expectAccepts(rule, [...path, age, depth]);
		});

		it("takes neither another metric nor another queue for it", () => {
			expectFails(rule, [...path, age, queueAlarm(lost, "NumberOfMessagesSent")], ["lost (dead-letters)"]);
			expectFails(
				rule,
				[...path, depth, queueAlarm(jobs, "ApproximateNumberOfMessagesVisible", "backlog")],
				["jobs (queue-age)"],
			);
			expectFails(
				rule,
				[...path, age, queueAlarm(jobs, "ApproximateNumberOfMessagesVisible", "backlog")],
				["lost (dead-letters)"],
			);
		});

		it("finds them by the function's environment where its role says nothing", () => {
			const byName = (QUEUE: unknown) => scoring({ environment: { variables: { QUEUE, STAGE: "jobs" } } });
			for (const QUEUE of [ref(jobs, "url"), "https://sqs.us-east-1.amazonaws.com/123456789012/jobs-named"]) {
				const told = byName(QUEUE);
				const named = { ...jobs, props: { ...jobs.props, name: "jobs-named" } };
				expectFails(rule, [told, ...restApi(told), ...functionAlarms(told), named, lost, depth], ["jobs (queue-age)"]);
			}
			const other = byName("jobs-named");
			expectAccepts(rule, [other, ...restApi(other), ...functionAlarms(other), jobs, lost]);
		});

		it("owes them for certain where one of two doors is certainly public", () => {
			const maybe = functionUrl(sender, UNKNOWN);
			expect(open(rule, [...path, maybe], { run: "preview" })).to.include.members(["fail jobs (queue-age)"]);
			const alone = path.filter(({ type }) => !type.startsWith("aws:apigateway/"));
			expect(open(rule, [...alone, maybe], { run: "preview" })).to.include.members(["cannot tell jobs (queue-age)"]);
		});

		it("asks nothing of queues on no endpoint's path", () => {
			expectAccepts(rule, [jobs, lost]);
		});
	});

	it("advises on an alarm that does nothing in any state", () => {
		const idle = alarm("idle", "Errors", {}, { alarmActions: undefined });
		expectFails(rule, [idle], ["idle (action)"]);
		expectAccepts(rule, [alarm("idle", "Errors", {}, { alarmActions: undefined, okActions: [TOPIC] })]);
		expectFails(rule, [composite("TRUE")], ["burning (action)"]);
	});

	it("cannot tell of what is not known before the update", () => {
		const preview = (specs: ResourceSpec[]) => open(rule, specs, { run: "preview" });
		const told = ["cannot tell errors (errors)", "cannot tell latency (latency)"];
		expect(preview([...rest, ...functionAlarms(fn, { actionsEnabled: UNKNOWN })])).to.include.members(told);
		const latency = alarm("latency", "Duration", { FunctionName: UNKNOWN });
		const errors = alarm("errors", UNKNOWN, { FunctionName: ref(fn, "name") });
		expect(preview([...rest, latency, functionAlarms(fn)[0] ?? fn])).to.deep.equal(["cannot tell latency (latency)"]);
		expect(preview([...rest, errors, functionAlarms(fn)[1] ?? fn])).to.deep.equal(["cannot tell errors (errors)"]);
		expect(preview([fn, functionUrl(fn, UNKNOWN)])).to.deep.equal([
			"cannot tell door (errors)",
			"cannot tell door (latency)",
		]);
	});

	it("reads any rule of a composite without a throw", () => {
		fc.assert(
			fc.property(fc.string(), (alarmRule) => {
				expect(open(rule, [composite(alarmRule)])).to.deep.equal(["fail burning (action)"]);
			}),
		);
	});

	it("honours an exception to one finding alone", () => {
		const exceptions = [exceptionTo("endpoint-alarms/latency", "prod")];
		expect(open(rule, rest, { config: { exceptions } })).to.deep.equal(["fail prod (errors)"]);
	});
});
