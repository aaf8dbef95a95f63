import { expect } from "chai";
import { endpointAlarms as rule } from "../../../../policies/rules/endpoint-alarms.ts";
import {
	expectAccepts,
	expectFails,
	judge,
	open,
	type ResourceSpec,
	ref,
	resource,
} from "../../../support/policies.ts";
import { alarm, TOPIC } from "../../../support/policies-alarms.ts";
import { functionUrl, httpApi, restApi, scoring } from "../../../support/policies-endpoints.ts";
import { exceptionTo } from "../../../support/policies-exceptions.ts";

const fn = scoring();
const rest = [fn, ...restApi(fn)];
const http = [fn, ...httpApi(fn)];
const [, restsApi = fn] = rest;
const [, httpsApi = fn] = http;
const UNWATCHED = ["prod (errors)", "prod (latency)"];

/** Alarms on an endpoint's latency and errors, in a namespace. */
const both = (namespace: string, dimensions: object, latency: string, errors: string): ResourceSpec[] => [
	alarm("latency", latency, dimensions, { namespace }),
	alarm("errors", errors, dimensions, { namespace }),
];
const balancer = (props: Record<string, unknown> = {}, type = "aws:lb/loadBalancer:LoadBalancer") =>
	resource(type, "edge", { name: "edge", ...props });

describe("policies/rules/endpoint-alarms: metrics by kind", () => {
	it("takes no alarm in a namespace of AWS that keeps no metrics of the endpoint", () => {
		const ofApi = { ApiName: ref(restsApi, "name"), Stage: "prod" };
		expectAccepts(rule, [...rest, ...both("AWS/ApiGateway", ofApi, "Latency", "5XXError")]);
		expectAccepts(rule, [...rest, ...both("Scoring", ofApi, "Latency", "5XXError")]);
		expectFails(rule, [...rest, ...both("AWS/Lambda", ofApi, "Latency", "5XXError")], UNWATCHED);
		const ofFunction = { FunctionName: ref(fn, "name") };
		expectAccepts(rule, [...rest, ...both("AWS/Lambda", ofFunction, "Duration", "Errors")]);
		expectFails(rule, [...rest, ...both("AWS/SQS", ofFunction, "Duration", "Errors")], UNWATCHED);
		const ofBalancer = { LoadBalancer: "app/edge/50dc6c495c0c9188" };
		for (const namespace of ["AWS/ELB", "AWS/NetworkELB"])
			expectFails(
				rule,
				[balancer(), ...both(namespace, ofBalancer, "TargetResponseTime", "HTTPCode_Target_5XX_Count")],
				["edge (errors)", "edge (latency)"],
			);
	});

	it("reads the namespace of a query's metric too, and of an API elsewhere", () => {
		const queried = (namespace: string) =>
			["Duration", "Errors"].map((metricName) => {
				const metric = {
					namespace,
					metricName,
					dimensions: { FunctionName: ref(fn, "name") },
					period: 60,
					stat: "Sum",
				};
				return resource("aws:cloudwatch/metricAlarm:MetricAlarm", metricName, {
					metricQueries: [{ id: "m", metric }],
					alarmActions: [TOPIC],
				});
			});
		expectAccepts(rule, [...rest, ...queried("AWS/Lambda")]);
		expectFails(rule, [...rest, ...queried("AWS/SQS")], UNWATCHED);
		const elsewhere = resource("aws:apigateway/stage:Stage", "prod", { restApi: "abc", stageName: "prod" });
		const ofApi = { ApiName: "far", Stage: "prod" };
		expectAccepts(rule, [elsewhere, ...both("AWS/ApiGateway", ofApi, "Latency", "5XXError")]);
		expectFails(rule, [elsewhere, ...both("AWS/SQS", ofApi, "Latency", "5XXError")], UNWATCHED);
	});

	it("tells what REST and HTTP APIs count apart: the other's name never rises", () => {
		const ofHttp = { ApiId: ref(httpsApi, "id"), Stage: "$default" };
		expectAccepts(rule, [...http, ...both("AWS/ApiGateway", ofHttp, "Latency", "5xx")]);
		expectFails(rule, [...http, ...both("AWS/ApiGateway", ofHttp, "Latency", "5XXError")], ["live (errors)"]);
		const ofRest = { ApiName: ref(restsApi, "name"), Stage: "prod" };
		expectFails(rule, [...rest, ...both("AWS/ApiGateway", ofRest, "Latency", "5xx")], ["prod (errors)"]);
		const byId = { ApiId: ref(restsApi, "id"), Stage: "prod" };
		expectFails(rule, [...rest, ...both("AWS/ApiGateway", byId, "Latency", "5XXError")], UNWATCHED);
	});

	it("judges a classic load balancer, and none that packets are only routed through", () => {
		const classic = balancer({}, "aws:elb/loadBalancer:LoadBalancer");
		expectFails(rule, [classic], ["edge (errors)", "edge (latency)"]);
		const ofClassic = { LoadBalancerName: ref(classic, "name") };
		expectAccepts(rule, [classic, ...both("AWS/ELB", ofClassic, "Latency", "HTTPCode_Backend_5XX")]);
		expectAccepts(rule, [{ ...classic, props: { ...classic.props, internal: true } }]);
		expectAccepts(rule, [balancer({ loadBalancerType: "gateway" })]);
	});

	it("names the metric of the endpoint's own kind", () => {
		const hosted = resource("aws:sagemaker/endpoint:Endpoint", "hosted", { endpointConfigName: "any" });
		const socket = httpApi(fn).map((each) =>
			each.type.endsWith(":Api") ? { ...each, props: { ...each.props, protocolType: "WEBSOCKET" } } : each,
		);
		for (const [specs, metrics] of [
			[rest, ["Latency", "5XXError"]],
			[http, ["Latency", "5xx"]],
			[
				[fn, ...socket],
				["IntegrationLatency", "ExecutionError"],
			],
			[
				[fn, functionUrl(fn)],
				["UrlRequestLatency", "Url5xxCount"],
			],
			[[balancer()], ["TargetResponseTime", "HTTPCode_Target_5XX_Count"]],
			[[balancer({}, "aws:elb/loadBalancer:LoadBalancer")], ["Latency", "HTTPCode_Backend_5XX"]],
			[[balancer({ loadBalancerType: "network" })], ["TCP_Target_Reset_Count"]],
			[[hosted], ["ModelLatency", "Invocation5XXErrors"]],
		] as const)
			expect(judge(rule, specs).flatMap((each) => (each.answer === "fail" ? [each.fix] : []))).to.deep.equal(
				metrics.map((metric) => `Add an aws.cloudwatch.MetricAlarm on ${metric} with alarmActions.`),
			);
	});

	it("says which type the program used, of those that the provider has for one resource", () => {
		const type = "aws:alb/loadBalancer:LoadBalancer";
		const [first] = judge(rule, [balancer({}, type)]);
		expect(first?.where?.declaredType).to.equal(type);
		for (const resource of [`${type}::edge`, "aws:lb/loadBalancer:LoadBalancer::edge"]) {
			const exceptions = ["latency", "errors"].map((finding) => exceptionTo(`endpoint-alarms/${finding}`, resource));
			expect(open(rule, [balancer({}, type)], { config: { exceptions } })).to.deep.equal([]);
		}
	});
});
