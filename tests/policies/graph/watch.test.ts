import { expect } from "chai";
import { endpointsOf } from "../../../policies/graph/endpoints.ts";
import {
	ERRORS,
	LATENCY,
	NETWORK_ERRORS,
	QUEUE_AGE,
	QUEUE_DEPTH,
	type Signal,
	type Watch,
	watchOfEndpoint,
	watchOfResource,
} from "../../../policies/graph/watch.ts";
import { type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { alarm } from "../../support/policies-alarms.ts";
import { balanced, functionUrl, httpApi, restApi } from "../../support/policies-endpoints.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

const inWords = ({ alarms, open }: Watch): string[] => [
	...alarms.map(({ name }) => name),
	...(open ? [`unknown ${open.property} of ${open.alarm.name}`] : []),
];

describe("policies/graph/watch", () => {
	const score = fn("score", { name: "score-live", tags: { model: "digit-reader" } });
	const rest = restApi(score, { api: { name: "inference-live", id: "a1b2c3" } });
	const http = httpApi(score);
	/** The alarms on an endpoint: the first of the stack, or the one whose door has a name. */
	const watch = (specs: readonly ResourceSpec[], { signal = ERRORS, run = "raw" as Run, door = "" } = {}) => {
		const stack = graphOf(specs, run);
		const endpoint = endpointsOf(stack).find((each) => door === "" || each.door.name === door);
		if (!endpoint) throw new Error("The test's stack has no endpoint.");
		return inWords(watchOfEndpoint(stack, endpoint, signal));
	};
	const errors = (dimensions: unknown, props: Record<string, unknown> = {}, name = "errors") =>
		alarm(name, "Errors", dimensions, props);
	const GATEWAY = { namespace: "AWS/ApiGateway" };

	it("tells signals apart by a metric's name", () => {
		const all = { LATENCY, ERRORS, NETWORK_ERRORS, QUEUE_AGE, QUEUE_DEPTH };
		const told = (name: string) =>
			Object.entries(all)
				.filter(([, { tells, not }]: [string, Signal]) => tells.test(name) && !not?.test(name))
				.map(([key]) => key);
		for (const name of [
			"Latency",
			"Duration",
			"TargetResponseTime",
			"response_time",
			"SlowAnswers",
			"IntegrationLatency",
		])
			expect(told(name), name).to.deep.equal(["LATENCY"]);
		for (const name of [
			"Errors",
			"5XXError",
			"HTTPCode_Target_5XX_Count",
			"http_503_count",
			"Faults",
			"FailedRequests",
		])
			expect(told(name), name).to.deep.equal(["ERRORS"]);
		for (const name of ["TCP_Target_Reset_Count", "UnHealthyHostCount"])
			expect(told(name), name).to.deep.equal(["NETWORK_ERRORS"]);
		expect(told("TargetTLSNegotiationErrorCount")).to.deep.equal(["ERRORS", "NETWORK_ERRORS"]);
		for (const name of ["ApproximateAgeOfOldestMessage"]) expect(told(name), name).to.deep.equal(["QUEUE_AGE"]);
		for (const name of ["ApproximateNumberOfMessagesVisible"]) expect(told(name), name).to.deep.equal(["QUEUE_DEPTH"]);
		for (const name of [
			"InitDuration",
			"RestoreDuration",
			"PostRuntimeExtensionsDuration",
			"OverheadLatency",
			"ProvisionedConcurrencyDuration",
			"4XXError",
			"ClientTLSNegotiationErrorCount",
			"DeadLetterErrors",
			"DestinationDeliveryFailures",
			"AsyncEventsFailed",
			"Count",
			"NumberOfMessagesSent",
			"AnApproximateAgeOfOldestMessage",
		])
			expect(told(name), name).to.deep.equal([]);
	});

	describe("of an endpoint", () => {
		it("is by alarms on what answers there, on this signal alone", () => {
			for (const run of ["raw", "applied", "preview"] as const)
				expect(watch([score, ...rest, errors({ FunctionName: ref(score, "name") })], { run }), run).to.deep.equal([
					"errors",
				]);
			const other = fn("other", { name: "other-live" });
			expect(watch([score, ...rest, other, errors({ FunctionName: "other-live" })])).to.deep.equal([]);
			expect(watch([score, ...rest, errors({ FunctionName: "score-live" })], { signal: LATENCY })).to.deep.equal([]);
			const two = [errors({ FunctionName: "score-live" }), errors({ FunctionName: "score-live" }, {}, "second")];
			expect(watch([score, ...rest, ...two])).to.deep.equal(["errors", "second"]);
		});

		it("is by a program's own metric about its model", () => {
			for (const key of ["model", "Model", "ModelName", "model_name"])
				expect(watch([score, ...rest, errors({ [key]: "digit-reader" })]), key).to.deep.equal(["errors"]);
			for (const key of ["MyModel", "ModelVersion", "models"])
				expect(watch([score, ...rest, errors({ [key]: "digit-reader" })]), key).to.deep.equal([]);
			expect(watch([score, ...rest, errors({ Model: "other" })])).to.deep.equal([]);
			const untagged = fn("plain");
			expect(watch([untagged, ...restApi(untagged), errors({ Model: "digit-reader" })])).to.deep.equal([]);
			expect(watch([untagged, ...restApi(untagged), errors({ Model: "" })])).to.deep.equal([]);
		});

		it("is by alarms on its door", () => {
			for (const specs of [
				balanced({ name: "edge-live" }),
				[score, functionUrl(score)],
				[resource("aws:elb/loadBalancer:LoadBalancer", "edge", { name: "edge-live" })],
			]) {
				const door = specs.find(({ name }) => name === "edge" || name === "door");
				if (!door) throw new Error("The test's stack has no door.");
				const key = door.type === "aws:elb/loadBalancer:LoadBalancer" ? "LoadBalancerName" : "LoadBalancer";
				const on = door.name === "door" ? { FunctionName: "score-live" } : { [key]: "edge-live" };
				expect(watch([...specs, errors(on)]), door.type).to.deep.equal(["errors"]);
				expect(watch([...specs, errors({ [key]: "other" })]), door.type).to.deep.equal([]);
			}
		});

		it("is by alarms on its API, at its own stage or at all of them", () => {
			const at = (dimensions: Record<string, unknown>, more: ResourceSpec[] = []) =>
				watch([score, ...rest, ...more, alarm("errors", "5XXError", dimensions, GATEWAY)], { door: "prod" });
			expect(at({ ApiName: "inference-live" })).to.deep.equal(["errors"]);
			expect(at({ ApiName: "inference-live", Stage: "prod" })).to.deep.equal(["errors"]);
			expect(at({ ApiName: "inference-live", Stage: "dev" })).to.deep.equal([]);
			expect(at({ ApiName: "another" })).to.deep.equal([]);
			expect(at({ Stage: "prod" })).to.deep.equal([]);
			const other = resource("aws:apigateway/restApi:RestApi", "other", { name: "other-live" });
			expect(at({ ApiName: "other-live", Stage: "prod" }, [other])).to.deep.equal([]);
		});

		it("is by alarms on its API while names are not known yet, by what they depend on", () => {
			const [api, stage] = rest;
			if (!api || !stage) throw new Error("restApi() makes no stage.");
			const dev = { ...stage, name: "dev", props: { ...stage.props, stageName: "dev" } };
			const at = (of: ResourceSpec, door: string) => {
				const dimensions = { ApiName: ref(api, "name"), Stage: ref(of, "stageName") };
				return watch([score, ...rest, dev, alarm("errors", "5XXError", dimensions, GATEWAY)], { door, run: "preview" });
			};
			expect(at(stage, "prod")).to.deep.equal(["errors"]);
			expect(at(dev, "prod")).to.deep.equal([]);
			expect(at(dev, "dev")).to.deep.equal(["errors"]);
			const [, httpStage] = http;
			if (!httpStage) throw new Error("httpApi() makes no stage.");
			const dimensions = {
				ApiId: ref({ type: "aws:apigatewayv2/api:Api", name: "inference" }, "id"),
				Stage: ref(httpStage, "name"),
			};
			const other = { ...httpStage, name: "other", props: { ...httpStage.props, name: "other" } };
			for (const [door, expected] of [
				["live", ["errors"]],
				["other", []],
			] as const)
				expect(
					watch([score, ...http, other, alarm("errors", "5xx", dimensions, GATEWAY)], { door, run: "preview" }),
					door,
				).to.deep.equal(expected);
			const byName = { ApiId: dimensions.ApiId, Stage: "$default" };
			expect(
				watch([score, ...http, other, alarm("errors", "5xx", byName, GATEWAY)], { door: "live", run: "preview" }),
			).to.deep.equal(["errors"]);
			expect(
				watch([score, ...http, other, alarm("errors", "5xx", byName, GATEWAY)], { door: "other", run: "preview" }),
			).to.deep.equal([]);
		});

		it("is by a stage alone where only that is told of it", () => {
			const [, stage] = rest;
			if (!stage) throw new Error("restApi() makes no stage.");
			const byStage = alarm("errors", "5XXError", { Stage: ref(stage, "stageName") }, GATEWAY);
			expect(watch([score, ...rest, byStage], { run: "preview", door: "prod" })).to.deep.equal(["errors"]);
		});

		it("is by the name alone of an API that is not in the stack", () => {
			const stage = resource("aws:apigateway/stage:Stage", "prod", { restApi: "elsewhere", stageName: "prod" });
			const at = (
				dimensions: Record<string, unknown>,
				props: Record<string, unknown> = GATEWAY,
				more: ResourceSpec[] = [],
			) => watch([stage, ...more, alarm("errors", "5XXError", dimensions, props)], { door: "prod" });
			expect(at({ ApiName: "elsewhere" })).to.deep.equal(["errors"]);
			expect(at({ ApiId: "e1" }, { namespace: "Shop" })).to.deep.equal(["errors"]);
			expect(at({ ApiName: "elsewhere", Stage: "prod" })).to.deep.equal(["errors"]);
			expect(at({ ApiName: "elsewhere", Stage: "dev" })).to.deep.equal([]);
			expect(at({ QueueName: "elsewhere" })).to.deep.equal([]);
			expect(at({ ApiName: "elsewhere" }, { namespace: "AWS/Lambda" })).to.deep.equal([]);
			const other = resource("aws:apigateway/restApi:RestApi", "other", { name: "other-live" });
			expect(at({ ApiName: "other-live" }, GATEWAY, [other]), "one of the stack is not elsewhere").to.deep.equal([]);
			const open = { ...stage, props: { ...stage.props, stageName: UNKNOWN } };
			expect(
				watch([open, alarm("errors", "5XXError", { ApiName: "elsewhere", Stage: "dev" }, GATEWAY)], { door: "prod" }),
			).to.deep.equal(["errors"]);
		});

		it("is not by what its generation of APIs counts under another name", () => {
			const on = (name: string, specs: readonly ResourceSpec[], dimensions: Record<string, unknown>, props = GATEWAY) =>
				watch([score, ...specs, alarm("errors", name, dimensions, props)]).length > 0;
			const [api] = http;
			if (!api) throw new Error("httpApi() makes no API.");
			const httpNamed = [{ ...api, props: { ...api.props, id: "h1" } }, ...http.slice(1)];
			expect(on("5XXError", rest, { ApiName: "inference-live" })).to.equal(true);
			expect(on("5xx", rest, { ApiName: "inference-live" })).to.equal(false);
			expect(on("5xx", httpNamed, { ApiId: "h1" })).to.equal(true);
			expect(on("5XXError", httpNamed, { ApiId: "h1" })).to.equal(false);
			for (const name of ["My5XXError", "5XXErrorRate"])
				expect(on(name, httpNamed, { ApiId: "h1" }), name).to.equal(true);
			for (const name of ["Error5xx", "5xxErrors"])
				expect(on(name, rest, { ApiName: "inference-live" }), name).to.equal(true);
			expect(on("5xx", rest, { ApiName: "inference-live" }, { namespace: "Shop" })).to.equal(true);
			expect(on("5XXError", httpNamed, { ApiId: "h1" }, { namespace: "Shop" })).to.equal(true);
			const [, stage] = rest;
			if (!stage) throw new Error("restApi() makes no stage.");
			const staged = alarm("errors", "5xx", { Stage: ref(stage, "stageName") }, GATEWAY);
			expect(watch([score, ...rest, staged], { run: "preview" })).to.deep.equal([]);
			const foreign = resource("aws:apigateway/stage:Stage", "prod", { restApi: "elsewhere", stageName: "prod" });
			expect(watch([foreign, alarm("errors", "5xx", { ApiName: "elsewhere" }, GATEWAY)])).to.deep.equal(["errors"]);
		});

		it("is open where an alarm's name or dimensions are, and names what is", () => {
			expect(watch([score, ...rest, errors({ FunctionName: UNKNOWN })])).to.deep.equal([
				"unknown dimensions.FunctionName of errors",
			]);
			expect(watch([score, ...rest, alarm("count", "Count", { FunctionName: UNKNOWN })])).to.deep.equal([]);
			expect(watch([score, ...rest, alarm("open", UNKNOWN, { FunctionName: "score-live" })])).to.deep.equal([
				"unknown metricName of open",
			]);
			expect(watch([score, ...rest, alarm("open", UNKNOWN, { FunctionName: UNKNOWN })])).to.deep.equal([
				"unknown metricName of open",
			]);
			const other = fn("other", { name: "other-live" });
			expect(watch([score, ...rest, other, alarm("open", UNKNOWN, { FunctionName: "other-live" })])).to.deep.equal([]);
			const both = [
				errors({ FunctionName: UNKNOWN }),
				errors({ FunctionName: UNKNOWN }, {}, "second"),
				errors({ FunctionName: "score-live" }, {}, "sure"),
			];
			expect(watch([score, ...rest, ...both])).to.deep.equal(["sure", "unknown dimensions.FunctionName of errors"]);
			const mixed = alarm("open", UNKNOWN, { QueueName: UNKNOWN, Model: "other" });
			expect(watch([score, ...rest, mixed])).to.deep.equal(["unknown metricName of open"]);
			const near = alarm("open", UNKNOWN, { ApiName: "inference-live", Stage: "dev" }, GATEWAY);
			expect(watch([score, ...rest, near], { door: "prod" }), "of another stage").to.deep.equal([]);
		});
	});

	it("is of a resource by alarms on itself", () => {
		const jobs = resource("aws:sqs/queue:Queue", "jobs", { name: "jobs-live" });
		const on = (name: string, QueueName: unknown) => {
			const stack = graphOf([
				jobs,
				resource("aws:sqs/queue:Queue", "other", { name: "other-live" }),
				alarm("depth", name, { QueueName }),
			]);
			return inWords(watchOfResource(stack, nodeOf(stack, "jobs"), QUEUE_DEPTH));
		};
		expect(on("ApproximateNumberOfMessagesVisible", "jobs-live")).to.deep.equal(["depth"]);
		expect(on("ApproximateNumberOfMessagesVisible", "other-live")).to.deep.equal([]);
		expect(on("NumberOfMessagesSent", "jobs-live")).to.deep.equal([]);
		expect(on("ApproximateNumberOfMessagesVisible", UNKNOWN)).to.deep.equal(["unknown dimensions.QueueName of depth"]);
	});
});
