import { expect } from "chai";
import { dashboardsOf, showsDoor } from "../../../policies/graph/dashboards.ts";
import { endpointsOf } from "../../../policies/graph/endpoints.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { alarm } from "../../support/policies-alarms.ts";
import { functionUrl, httpApi, restApi } from "../../support/policies-endpoints.ts";
import { graphOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

describe("policies/graph/dashboards", () => {
	const score = fn("score", { name: "score-live" });
	const settle = fn("settle", { name: "settle-live" });
	const jobs = resource("aws:sqs/queue:Queue", "jobs", { name: "jobs-live" });
	const dashboard = (dashboardBody: unknown) =>
		resource("aws:cloudwatch/dashboard:Dashboard", "board", { dashboardBody });
	const widget = (properties: unknown, type: unknown = "metric") => ({ type, properties });
	const drawing = (properties: unknown, type?: unknown) => dashboard(json({ widgets: [widget(properties, type)] }));
	const graphed = (...metrics: unknown[]) => drawing({ metrics });
	/** What the dashboard of a stack shows: resources, APIs at a stage, and what is open. */
	const shown = (specs: readonly ResourceSpec[], run: Run = "raw") => {
		const [found] = dashboardsOf(graphOf(specs, run));
		if (!found) throw new Error("The test's stack has no dashboard.");
		return [
			...[...found.shows].map(({ name }) => name),
			...[...found.stages].map(([{ name }, stages]) => `${name} at ${[...stages].join(" and ")}`),
			...(found.unknown ? [`unknown ${found.unknown.property}`] : []),
		];
	};

	it("show what the dimensions of their metrics name, in the metrics' own namespace", () => {
		const specs = [score, settle, jobs];
		expect(shown([...specs, graphed(["AWS/Lambda", "Errors", "FunctionName", "score-live"])])).to.deep.equal(["score"]);
		expect(
			shown([
				...specs,
				graphed(["AWS/Lambda", "Errors", "FunctionName", "score-live"], ["AWS/SQS", "Sent", "QueueName", "jobs-live"]),
			]),
		).to.deep.equal(["score", "jobs"]);
		expect(shown([...specs, graphed(["AWS/SQS", "Errors", "FunctionName", "score-live"])])).to.deep.equal([]);
		expect(shown([...specs, graphed(["AWS/SQS", "Sent", "QueueName", "score-live"])])).to.deep.equal([]);
		expect(shown([...specs, graphed()])).to.deep.equal([]);
		expect(shown([...specs, drawing({ metrics: "score-live" })]), "no rows").to.deep.equal([]);
		expect(shown([...specs, dashboard(json({ widgets: [] }))])).to.deep.equal([]);
		expect(shown([...specs, dashboard(undefined)])).to.deep.equal([]);
	});

	it("show nothing by a text, nor by what people read", () => {
		const metrics = [["AWS/Lambda", "Errors", "FunctionName", "score-live"]];
		expect(shown([score, drawing({ metrics, markdown: "score-live" }, "text")])).to.deep.equal([]);
		expect(shown([score, drawing({ metrics }, undefined)])).to.deep.equal(["score"]);
		expect(shown([score, drawing({ title: "score-live", metrics: [] })])).to.deep.equal([]);
		expect(shown([score, graphed([{ expression: "m1", label: "score-live" }])])).to.deep.equal([]);
	});

	it("show what expressions, queries, alarms and annotations name, whole or in part", () => {
		expect(
			shown([score, graphed([{ expression: "SEARCH('{AWS/Lambda,FunctionName} score-live', 'Sum')" }])]),
		).to.deep.equal(["score"]);
		for (const key of ["query", "alarms", "annotations"]) {
			expect(shown([score, settle, drawing({ [key]: ["see score-live here"] })]), key).to.deep.equal(["score"]);
			expect(
				shown([score, drawing({ [key]: { alarms: [{ arn: "arn:aws:lambda:us-east-1:1:function:score-live" }] } })]),
				key,
			).to.deep.equal(["score"]);
		}
		expect(shown([score, drawing({ other: "score-live" })])).to.deep.equal([]);
		const group = resource("aws:cloudwatch/logGroup:LogGroup", "group", { name: "/aws/lambda/score-live" });
		const query = "SOURCE '/aws/lambda/score-live' | fields @timestamp";
		expect(shown([score, group, drawing({ query }, "log")]).sort()).to.deep.equal(["group", "score"]);
		const custom = resource("aws:cloudwatch/logGroup:LogGroup", "group", { name: "/apps/shared" });
		const writer = fn("writer", { loggingConfig: { logGroup: "/apps/shared" } });
		expect(shown([writer, custom, drawing({ query: "SOURCE '/apps/shared'" }, "log")]).sort()).to.deep.equal([
			"group",
			"writer",
		]);
	});

	it("show by an alarm what it watches", () => {
		const errors = alarm("errors", undefined, undefined, {
			arn: "arn:aws:cloudwatch:us-east-1:1:alarm:errors",
			metricQueries: [
				{ metric: { metricName: "Errors", dimensions: { FunctionName: "score-live" } } },
				{ metric: { metricName: "Sent", dimensions: { QueueName: "jobs-live" } } },
			],
		});
		const drawn = drawing({ alarms: ["arn:aws:cloudwatch:us-east-1:1:alarm:errors"] }, "alarm");
		expect(shown([score, settle, jobs, errors, drawn])).to.deep.equal(["errors", "score", "jobs"]);
		const above = resource("aws:cloudwatch/compositeAlarm:CompositeAlarm", "above", {
			arn: "arn:aws:cloudwatch:us-east-1:1:alarm:above",
		});
		expect(shown([above, drawing({ alarms: ["arn:aws:cloudwatch:us-east-1:1:alarm:above"] })])).to.deep.equal([
			"above",
		]);
		const open = dashboard({ widgets: [widget({ alarms: [ref(errors, "arn")] }, "alarm")] });
		expect(shown([score, jobs, errors, open], "preview")).to.deep.equal([
			"errors",
			"score",
			"jobs",
			"unknown dashboardBody",
		]);
	});

	describe("of APIs", () => {
		const rest = restApi(score, { api: { name: "inference-live" } });
		const at = (...more: string[]) => graphed(["AWS/ApiGateway", "Latency", "ApiName", "inference-live", ...more]);

		it("show an API as a whole, or at the stages that they name", () => {
			expect(shown([score, ...rest, at()])).to.deep.equal(["inference"]);
			expect(shown([score, ...rest, at("Stage", "prod")])).to.deep.equal(["inference at prod"]);
			const two = graphed(["AWS/ApiGateway", "Latency", "ApiName", "inference-live", "Stage", "prod"], ["...", "dev"]);
			expect(shown([score, ...rest, two])).to.deep.equal(["inference at prod and dev"]);
			const staged = graphed(["AWS/Lambda", "Errors", "FunctionName", "score-live", "Stage", "prod"]);
			expect(shown([score, ...rest, staged]), "a function has no stages").to.deep.equal(["score"]);
			expect(
				shown([score, ...rest, graphed(["AWS/ApiGateway", "Latency", "Stage", "prod"])]),
				"a stage's name says nothing",
			).to.deep.equal([]);
			const [api, ...others] = httpApi(score);
			if (!api) throw new Error("httpApi() makes no API.");
			const http = [{ ...api, props: { ...api.props, id: "h1" } }, ...others];
			expect(
				shown([score, ...http, graphed(["AWS/ApiGateway", "Latency", "ApiId", "h1", "Stage", "$default"])]),
			).to.deep.equal(["inference at $default"]);
		});

		const sees = (specs: readonly ResourceSpec[], door: string, run: Run = "raw") => {
			const stack = graphOf(specs, run);
			const [found] = dashboardsOf(stack);
			const endpoint = endpointsOf(stack).find((each) => each.door.name === door);
			if (!found || !endpoint) throw new Error("The test's stack has no dashboard, or no such door.");
			return showsDoor(found, endpoint);
		};

		it("show a door by itself, by its API, or by its API at that stage", () => {
			expect(sees([score, ...rest, at()], "prod")).to.equal(true);
			expect(sees([score, ...rest, at("Stage", "prod")], "prod")).to.equal(true);
			expect(sees([score, ...rest, at("Stage", "dev")], "prod")).to.equal(false);
			expect(sees([score, ...rest, graphed()], "prod")).to.equal(false);
			const [, stage] = rest;
			if (!stage) throw new Error("restApi() makes no stage.");
			const open = rest.map((spec) =>
				spec === stage ? { ...spec, props: { ...spec.props, stageName: UNKNOWN } } : spec,
			);
			expect(sees([score, ...open, at("Stage", "dev")], "prod"), "a stage whose name is open").to.equal(true);
			expect(sees([score, ...open, graphed()], "prod")).to.equal(false);
			const [api, live, ...others] = httpApi(score);
			if (!api || !live) throw new Error("httpApi() makes no API.");
			const http = [{ ...api, props: { ...api.props, id: "h1" } }, live, ...others];
			const atHttp = (stageName: string) => graphed(["AWS/ApiGateway", "Latency", "ApiId", "h1", "Stage", stageName]);
			expect(sees([score, ...http, atHttp("$default")], "live")).to.equal(true);
			expect(sees([score, ...http, atHttp("dev")], "live")).to.equal(false);
			const quick = resource("aws:apigatewayv2/api:Api", "quick", {
				target: ref(score, "arn"),
				id: "q1",
				name: "quick",
			});
			const atQuick = graphed(["AWS/ApiGateway", "Latency", "ApiId", "q1", "Stage", "$default"]);
			expect(sees([score, quick, atQuick], "quick"), "the stage that AWS makes").to.equal(true);
			expect(sees([score, quick, graphed()], "quick")).to.equal(false);
			expect(
				sees([score, functionUrl(score), graphed(["AWS/Lambda", "Errors", "FunctionName", "score-live"])], "door"),
			).to.equal(false);
		});
	});

	describe("whose names are made up", () => {
		const made = fn("made");
		const longer = fn("made-batch");

		it("show what a dimension depends on and may be: the likeliest, or all of its type", () => {
			for (const run of ["raw", "applied"] as const) {
				expect(
					shown([made, longer, graphed(["AWS/Lambda", "Errors", "FunctionName", ref(made, "name")])], run),
					run,
				).to.deep.equal(["made"]);
				expect(
					shown([made, longer, graphed(["AWS/Lambda", "Errors", "FunctionName", ref(longer, "name")])], run),
					run,
				).to.deep.equal(["made-batch"]);
			}
			const odd = ["AWS/Lambda", "Errors", "FunctionName", concat("x-", ref(made, "empty"))];
			const unnamed = fn("made", { empty: "" });
			expect(shown([unnamed, graphed(odd)]), "nothing else can be meant").to.deep.equal(["made"]);
		});

		it("do not show by a dimension what is known by another name, or is of another kind", () => {
			/** A row whose value has come from a resource that the title names, so that nothing but the row shows it. */
			const rowOf = (of: ResourceSpec, key: string) =>
				drawing({ metrics: [["Shop", "Sales", key, concat("x-", ref(of, "empty"))]], title: of.name });
			const unnamed = fn("made", { empty: "" });
			expect(shown([unnamed, rowOf(unnamed, "FunctionName")])).to.deep.equal(["made"]);
			expect(shown([unnamed, rowOf(unnamed, "QueueName")]), "of another kind").to.deep.equal([]);
			expect(shown([unnamed, rowOf(unnamed, "Shop")]), "a program's own dimension may be anything").to.deep.equal([]);
			const named = fn("made", { empty: "", name: "made-live" });
			expect(shown([named, rowOf(named, "FunctionName")])).to.deep.equal([]);
			const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "edge", { empty: "", name: "edge-live" });
			expect(
				shown([balancer, rowOf(balancer, "LoadBalancer")]),
				"an ARN's end is made up, whatever its name",
			).to.deep.equal(["edge"]);
		});

		it("show what they depend on and have no name of in the body, if they draw at all", () => {
			const empty = fn("hidden", { empty: "", name: "hidden-live" });
			const mark = (type: string) =>
				dashboard(json({ widgets: [widget({ region: concat("eu", ref(empty, "empty")) }, type)] }));
			expect(shown([empty, mark("metric")])).to.deep.equal(["hidden"]);
			expect(shown([empty, mark("text")])).to.deep.equal([]);
			const named = dashboard(json({ widgets: [widget({ region: "hidden-live" })], x: ref(empty, "empty") }));
			expect(shown([empty, named]), "it is named, where nothing draws it").to.deep.equal([]);
			const begun = dashboard(json({ widgets: [widget({ region: "arn:x/hidden-1a2b3c4" })], x: ref(empty, "empty") }));
			expect(shown([empty, begun]), "what begins like it").to.deep.equal([]);
			const far = dashboard(
				json({ widgets: [widget({ region: `hidden-${"a".repeat(600)}` })], x: ref(empty, "empty") }),
			);
			expect(shown([empty, far]), "too long for a name").to.deep.equal(["hidden"]);
			const queue = resource("aws:cloudwatch/logGroup:LogGroup", "group", { empty: "" });
			const writer = fn("writer", { loggingConfig: { logGroup: ref(queue, "name") } });
			const through = dashboard(json({ widgets: [widget({ region: concat("eu", ref(queue, "empty")) })] }));
			expect(shown([queue, writer, through]), "through a log group").to.deep.equal(["group", "writer"]);
		});

		it("say what is open", () => {
			expect(shown([made, dashboard(UNKNOWN)])).to.deep.equal(["unknown dashboardBody"]);
			const part = dashboard({
				widgets: [widget({ metrics: [["AWS/Lambda", "Errors", "FunctionName", ref(made, "name")]] })],
			});
			expect(shown([made, part], "preview")).to.deep.equal(["made", "unknown dashboardBody"]);
			expect(shown([made, drawing({ metrics: [] })], "preview")).to.deep.equal([]);
		});
	});
});
