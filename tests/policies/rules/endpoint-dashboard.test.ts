import { expect } from "chai";
import fc from "fast-check";
import { endpointDashboard as rule } from "../../../policies/rules/endpoint-dashboard.ts";
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
import { alarm } from "../../support/policies-alarms.ts";
import { balanced, functionUrl, httpApi, restApi, scoring } from "../../support/policies-endpoints.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const tags = { model: "tumour-risk" };
const config = (slo: object | undefined = { p95Ms: 150 }) => ({
	models: [{ name: "tumour-risk", serve: "realtime", slo }],
});
const fn = scoring({ tags, name: "score" });
const rest = [fn, ...restApi(fn, { api: { name: "scoring-api" } })];
const [, api = fn, stage = fn] = rest;
const graph = (metrics: unknown, properties: object = {}, type = "metric") => ({
	type,
	properties: { metrics, ...properties },
});
const dashboard = (dashboardBody: unknown) =>
	resource("aws:cloudwatch/dashboard:Dashboard", "board", { dashboardName: "board", dashboardBody });
const showing = (...metrics: unknown[]) => dashboard(JSON.stringify({ widgets: [graph(metrics)] }));
const LATENCY = ["AWS/ApiGateway", "Latency", "ApiName", "scoring-api", "Stage", "prod"];
const ERRORS = ["AWS/Lambda", "Errors", "FunctionName", "score"];
const accepts = (specs: ResourceSpec[]) => expectAccepts(rule, specs, config());
const rejects = (specs: ResourceSpec[], fails = ["score"]) => expectFails(rule, specs, fails, config());

describe("policies/rules/endpoint-dashboard", () => {
	it("has nothing to say of a stack without endpoints, or without models", () => {
		expect(answers(rule, [fn], { config: config() })).to.deep.equal([]);
		expect(answers(rule, rest)).to.deep.equal([]);
	});

	it("demands a dashboard of an endpoint whose model has an SLO", () => {
		rejects(rest);
		expect(firstFault(rule, rest, { config: config() })).to.deep.equal({
			what: 'answers for model "tumour-risk", which has an SLO, and no dashboard shows it together with its entry, Stage "prod"',
			fix: 'Add an aws.cloudwatch.Dashboard with metrics of both, or tag it critical: "false".',
		});
		for (const slo of [{ errorRate: 0.01 }, { jobP95Seconds: 30 }]) expectFails(rule, rest, ["score"], config(slo));
		for (const slo of [{}, { monthlyCostUsd: 100 }]) expectAccepts(rule, rest, config(slo));
		expectAccepts(rule, rest, { models: [{ name: "tumour-risk" }] });
	});

	it("asks nothing of another model's, or of nobody's", () => {
		const other = scoring({ tags: { model: "digit-reader" } });
		accepts([other, ...restApi(other)]);
		accepts([scoring(), ...restApi(fn)]);
	});

	it("asks nothing of what is tagged as not critical, on the backend or its door", () => {
		const calm = scoring({ tags: { ...tags, critical: "false" } });
		accepts([calm, ...restApi(calm)]);
		accepts([fn, ...restApi(fn, { stage: { tags: { critical: "False" } } })]);
		rejects([fn, ...restApi(fn, { stage: { tags: { critical: "true" } } })]);
	});

	it("accepts one dashboard that shows entry and backend, by name", () => {
		accepts([...rest, showing(LATENCY, ERRORS)]);
		accepts([...rest, dashboard(JSON.stringify({ widgets: [graph([LATENCY]), graph([ERRORS])] }))]);
	});

	it("accepts one whose body is made from both", () => {
		const row = (...cells: unknown[]) => [...cells, { stat: "p95" }];
		accepts([
			...rest,
			dashboard(
				json({
					widgets: [
						graph([row("AWS/ApiGateway", "Latency", "ApiName", ref(api, "name"), "Stage", ref(stage, "stageName"))]),
						graph([row("AWS/Lambda", "Errors", "FunctionName", ref(fn, "name"))]),
					],
				}),
			),
		]);
		const text = concat(
			'{"widgets":[{"type":"metric","properties":{"metrics":[["AWS/Lambda","Errors","FunctionName","',
			ref(fn, "name"),
			'"],["AWS/ApiGateway","Latency","ApiName","',
			ref(api, "name"),
			'"]]}}]}',
		);
		accepts([...rest, dashboard(text)]);
	});

	it("rejects one that shows either alone, another's, or two that share the task", () => {
		rejects([...rest, showing(LATENCY)]);
		rejects([...rest, showing(ERRORS)]);
		rejects([...rest, showing(LATENCY, ["AWS/Lambda", "Errors", "FunctionName", "other"])]);
		rejects([...rest, showing(LATENCY), { ...showing(ERRORS), name: "second" }]);
	});

	it("does not take another API's stage of the same name for the endpoint's", () => {
		const other = resource("aws:apigateway/restApi:RestApi", "other", { name: "other" });
		rejects([...rest, other, showing(["AWS/ApiGateway", "Latency", "ApiName", "other", "Stage", "prod"], ERRORS)]);
	});

	it("does not take another stage of the same API for the endpoint's", () => {
		const at = (name: unknown) => ["AWS/ApiGateway", "Latency", "ApiName", ref(api, "name"), "Stage", name];
		const board = (name: unknown) => dashboard(json({ widgets: [graph([at(name), ERRORS])] }));
		accepts([...rest, board("prod")]);
		accepts([...rest, board(ref(stage, "stageName"))]);
		rejects([...rest, board("beta")]);
		const beta = resource("aws:apigateway/stage:Stage", "beta", { restApi: ref(api, "id"), stageName: "beta" });
		rejects([...rest, beta, board("prod")]);
		accepts([...rest, beta, dashboard(json({ widgets: [graph([at("prod"), at("beta"), ERRORS])] }))]);
		accepts([...rest, beta, showing(LATENCY.slice(0, 4), ERRORS)]);
		const http = [fn, ...httpApi(fn)];
		const [, httpsApi = fn] = http;
		const byId = (name: string) =>
			graph([["AWS/ApiGateway", "Latency", "ApiId", ref(httpsApi, "id"), "Stage", name], ERRORS]);
		accepts([...http, dashboard(json({ widgets: [byId("$default")] }))]);
		rejects([...http, dashboard(json({ widgets: [byId("beta")] }))]);
	});

	it("takes no metric in a namespace of AWS that keeps none of the resource", () => {
		rejects([...rest, showing(LATENCY, ["AWS/SQS", "Errors", "FunctionName", "score"])]);
		rejects([...rest, showing(["AWS/Lambda", "Latency", "ApiName", "scoring-api"], ERRORS)]);
		accepts([...rest, showing(LATENCY, ["Scoring", "Errors", "FunctionName", "score"])]);
		const byId = ["AWS/ApiGateway", "Latency", "ApiId", ref(api, "id")];
		rejects([...rest, dashboard(json({ widgets: [graph([byId, ERRORS])] }))]);
	});

	it("follows names that are made up on update, each in its place", () => {
		const unnamed = scoring({ tags });
		const stack = [unnamed, ...restApi(unnamed)];
		const latency = ["AWS/ApiGateway", "Latency", "ApiName", ref(api, "name")];
		const errors = (of: ResourceSpec) => ["AWS/Lambda", "Errors", "FunctionName", ref(of, "name")];
		accepts([...stack, dashboard(json({ widgets: [graph([latency, errors(unnamed)])] }))]);
		const other = scoring({}, "rank");
		rejects([...stack, other, dashboard(json({ widgets: [graph([latency, errors(other)])] }))]);
		const search = concat(`SEARCH('{AWS/Lambda,FunctionName} "`, ref(unnamed, "name"), `"', 'Sum', 60)`);
		accepts([...stack, dashboard(json({ widgets: [graph([latency, [{ expression: search }]])] }))]);
		// A resource of which no name is left: where it stands, nothing tells.
		const described = scoring({ tags, description: "the scorer" });
		const traceless = json({ widgets: [graph([latency, [{ expression: ref(described, "description") }]])] });
		accepts([described, ...restApi(described), dashboard(traceless)]);
	});

	it("does not take a name for another kind of resource", () => {
		const alike = [fn, ...restApi(fn, { api: { name: "score" } })];
		rejects([...alike, showing(ERRORS)]);
	});

	it("reads shorthands, expressions, queries and alarms", () => {
		accepts([...rest, showing(LATENCY, ERRORS, ["AWS/Lambda", "Duration", ".", "."])]);
		rejects([...rest, showing(LATENCY, ["AWS/SNS", "Sent", "TopicName", "x"], [".", "Duration", ".", "."])]);
		accepts([...rest, showing(["AWS/Lambda", "Errors", "FunctionName", "score"], ["..."], LATENCY)]);
		const search = `SEARCH('{AWS/Lambda,FunctionName} FunctionName="score"', 'Sum', 60)`;
		accepts([...rest, showing(LATENCY, [{ expression: search }])]);
		const query = graph(undefined, { query: "SOURCE '/aws/lambda/score' | fields @message" }, "log");
		accepts([...rest, dashboard(JSON.stringify({ widgets: [graph([LATENCY]), query] }))]);
		const watching = alarm("slow", "Duration", { FunctionName: "score" }, { name: "slow" });
		const arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:slow";
		const status = graph(undefined, { alarms: [arn] }, "alarm");
		accepts([...rest, watching, dashboard(JSON.stringify({ widgets: [graph([LATENCY]), status] }))]);
	});

	it("takes a function's log group, and an alarm on it, for the function", () => {
		const logs = resource("aws:cloudwatch/logGroup:LogGroup", "logs", { name: "/apps/score" });
		const logging = scoring({ tags, name: "score", loggingConfig: { logFormat: "JSON", logGroup: "/apps/score" } });
		const stack = [logging, logs, ...restApi(logging, { api: { name: "scoring-api" } })];
		const query = graph(undefined, { query: "SOURCE '/apps/score' | fields @message" }, "log");
		accepts([...stack, dashboard(JSON.stringify({ widgets: [graph([LATENCY]), query] }))]);
		accepts([
			...stack,
			dashboard(json({ widgets: [graph([LATENCY]), { ...query, properties: { query: ref(logs, "name") } }] })),
		]);
		const watching = alarm("slow", "Duration", { FunctionName: "score" });
		const status = { type: "alarm", properties: { alarms: [ref(watching, "arn")] } };
		accepts([...rest, watching, dashboard(json({ widgets: [graph([LATENCY]), status] }))]);
	});

	it("reads any body without a throw", () => {
		fc.assert(
			fc.property(
				fc.array(fc.record({ type: fc.string(), properties: fc.jsonValue() })),
				fc.jsonValue(),
				(widgets, metrics) => {
					for (const body of [{ widgets }, { widgets: [graph(metrics)] }])
						expect(open(rule, [...rest, dashboard(JSON.stringify(body))], { config: config() })).to.deep.equal([
							"fail score",
						]);
				},
			),
		);
	});

	it("takes no text, title or label for a metric", () => {
		const text = { type: "text", properties: { markdown: "score and scoring-api" } };
		rejects([...rest, dashboard(JSON.stringify({ widgets: [text] }))]);
		rejects([...rest, showing(LATENCY, [{ expression: "m1 * 2", label: "score" }])]);
		rejects([...rest, dashboard(JSON.stringify({ widgets: [graph([LATENCY], { title: "score" })] }))]);
		const named = { type: "text", properties: { markdown: concat("# ", ref(fn, "name")) } };
		const board = dashboard(json({ widgets: [graph([LATENCY]), named] }));
		rejects([...rest, board]);
		expect(open(rule, [...rest, board], { run: "preview", config: config() })).to.deep.equal(["cannot tell board"]);
	});

	it("reads a malformed body as far as it goes", () => {
		for (const body of [
			"",
			"no JSON",
			"[]",
			'{"widgets":{}}',
			'{"widgets":[{"type":"metric","properties":{"metrics":[1,[],["a"]]}}]}',
		])
			rejects([...rest, dashboard(body)]);
	});

	it("shows what answers for a function URL, a load balancer or a SageMaker endpoint", () => {
		rejects([fn, functionUrl(fn)]);
		accepts([fn, functionUrl(fn), showing(ERRORS)]);
		const [balancer = fn, ...behind] = balanced({ name: "edge" }, { name: "server", tags });
		const times = ["AWS/ApplicationELB", "TargetResponseTime", "LoadBalancer", "app/edge/50dc6c495c0c9188"];
		rejects([balancer, ...behind], ["server"]);
		rejects([balancer, ...behind, showing(times)], ["server"]);
		accepts([balancer, ...behind, showing(times, ["AWS/ECS", "CPUUtilization", "ServiceName", "server"])]);
		const hosted = resource("aws:sagemaker/endpoint:Endpoint", "hosted", {
			name: "hosted",
			endpointConfigName: "any",
			tags,
		});
		rejects([hosted], ["hosted"]);
		accepts([hosted, showing(["AWS/SageMaker", "ModelLatency", "EndpointName", "hosted", "VariantName", "main"])]);
	});

	it("cannot tell of a body or a tag that is not known before the update", () => {
		const preview = (specs: ResourceSpec[]) => open(rule, specs, { run: "preview", config: config() });
		expect(preview([...rest, dashboard(UNKNOWN)])).to.deep.equal(["cannot tell board"]);
		expect(preview([...rest, dashboard({ widgets: [graph([LATENCY, UNKNOWN])] })])).to.deep.equal([
			"cannot tell board",
		]);
		const tagged = scoring({ tags: UNKNOWN });
		expect(preview([tagged, ...restApi(tagged)])).to.deep.equal(["cannot tell score"]);
		const marked = scoring({ tags: { ...tags, critical: UNKNOWN } });
		expect(preview([marked, ...restApi(marked)])).to.deep.equal(["cannot tell score"]);
	});

	it("asks of the model with an SLO, whatever other models there are", () => {
		const { models } = config();
		expectFails(rule, rest, ["score"], { models: [{ name: "digit-reader" }, ...models] });
	});

	it("takes what the backend waits for in its place, and nothing that it only hands over to", () => {
		const role = resource("aws:iam/role:Role", "front");
		const granted = (Action: string, to: ResourceSpec) => {
			const front = scoring({ tags, name: "front", role: ref(role, "arn") }, "front");
			const policy = json({ Statement: [{ Effect: "Allow", Action, Resource: ref(to, "arn") }] });
			const grant = resource("aws:iam/rolePolicy:RolePolicy", "front", { role: ref(role, "name"), policy });
			return [to, role, grant, front, ...restApi(front, { api: { name: "scoring-api" } })];
		};
		const waiting = granted("lambda:InvokeFunction", scoring({ name: "score" }));
		accepts([...waiting, showing(LATENCY, ERRORS)]);
		rejects([...waiting, showing(LATENCY)], ["front"]);
		rejects([...waiting, showing(ERRORS)], ["front"]);
		const handing = granted("sqs:SendMessage", resource("aws:sqs/queue:Queue", "jobs", { name: "jobs" }));
		rejects([...handing, showing(LATENCY, ["AWS/SQS", "NumberOfMessagesSent", "QueueName", "jobs"])], ["front"]);
	});

	it("cannot tell while the mark of either the backend or its door is not known before the update", () => {
		const preview = (specs: ResourceSpec[]) => open(rule, specs, { run: "preview", config: config() });
		const critical = { critical: UNKNOWN };
		const marked = scoring({ tags: { ...tags, ...critical } });
		expect(preview([marked, ...restApi(marked, { stage: { tags } })])).to.deep.equal(["cannot tell score"]);
		expect(preview([fn, ...restApi(fn, { stage: { tags: critical } })])).to.deep.equal(["cannot tell prod"]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo("endpoint-dashboard", "score")];
		expect(open(rule, rest, { config: { ...config(), exceptions } })).to.deep.equal([]);
	});
});
