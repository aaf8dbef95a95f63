import { expect } from "chai";
import { endpointsOf, isAsynchronous, privacyOf, speakersFor } from "../../../policies/graph/endpoints.ts";
import { concat, json, type ResourceSpec, type Run, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { balanced, functionUrl, httpApi, restApi } from "../../support/policies-endpoints.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";
import { fn } from "../../support/policies-timeouts.ts";

const RUNS = ["raw", "applied", "preview"] as const;

describe("policies/graph/endpoints", () => {
	const score = fn("score");
	const found = (specs: readonly ResourceSpec[], run: Run = "raw") =>
		endpointsOf(graphOf(specs, run)).map(({ door, api, backends, isPublic }) =>
			[
				`${api && api !== door ? `${api.name}/` : ""}${door.name}:`,
				...backends.map(({ name }) => name),
				isPublic.state === "unknown" ? `unknown ${isPublic.property}` : isPublic.value ? "public" : "private",
			].join(" "),
		);

	describe("of APIs", () => {
		const rest = (props: Record<string, unknown> = {}) => resource("aws:apigateway/restApi:RestApi", "rest", props);
		const stage = resource("aws:apigateway/stage:Stage", "stage", { restApi: ref(rest(), "id") });
		const check = fn("check");
		const authorizer = resource("aws:apigateway/authorizer:Authorizer", "authorizer", {
			restApi: ref(rest(), "id"),
			authorizerUri: ref(check, "invokeArn"),
		});
		const permission = (to: ResourceSpec) =>
			resource("aws:lambda/permission:Permission", `may-${to.name}`, {
				function: ref(to, "name"),
				principal: "apigateway.amazonaws.com",
				sourceArn: ref(rest(), "executionArn"),
			});

		it("are their stages, of either generation, with what their integrations wait for", () => {
			for (const run of RUNS) {
				expect(found([score, ...restApi(score)], run), run).to.deep.equal(["inference/prod: score public"]);
				expect(found([score, ...httpApi(score)], run), run).to.deep.equal(["inference/live: score public"]);
			}
			expect(found([score, ...restApi(score)].filter(({ type }) => !type.includes("restApi")))).to.deep.equal([
				"prod: score public",
			]);
			expect(found([score, ...httpApi(score), ...restApi(score).slice(1, 2)])).to.deep.equal([
				"prod: public",
				"inference/live: score public",
			]);
		});

		it("are those without a stage too, where something answers there", () => {
			expect(found([rest(), permission(score), score])).to.deep.equal(["rest: score public"]);
			expect(found([rest(), score])).to.deep.equal([]);
			const quick = resource("aws:apigatewayv2/api:Api", "quick", { target: ref(score, "arn") });
			for (const run of RUNS) expect(found([quick, score], run), run).to.deep.equal(["quick: score public"]);
			expect(found([rest(), stage, permission(score), score]), "one with a stage is not two").to.deep.equal([
				"rest/stage: score public",
			]);
		});

		it("are answered by what a permission or their own definition names, authorizers apart", () => {
			expect(found([rest(), stage, permission(score), permission(check), authorizer, score, check])).to.deep.equal([
				"rest/stage: score public",
			]);
			const body = rest({ body: json({ paths: { "/": ref(score, "invokeArn"), auth: ref(check, "invokeArn") } }) });
			expect(found([body, stage, authorizer, score, check])).to.deep.equal(["rest/stage: score public"]);
			expect(found([body, stage, score, check])).to.deep.equal(["rest/stage: score check public"]);
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(found([rest({ body: json({ to: ref(queue, "arn") }) }), stage, queue])).to.deep.equal([
				"rest/stage: public",
			]);
			expect(found([rest(), stage, authorizer, check]), "an authorizer is no answer").to.deep.equal([
				"rest/stage: public",
			]);
		});

		it("are not answered by what they hand over to, nor by workflows", () => {
			const integration = (uri: unknown, more: Record<string, unknown> = {}) =>
				resource("aws:apigateway/integration:Integration", "post", { restApi: ref(rest(), "id"), uri, ...more });
			const queue = resource("aws:sqs/queue:Queue", "queue");
			expect(found([rest(), stage, queue, integration(ref(queue, "arn"))])).to.deep.equal(["rest/stage: public"]);
			const flow = resource("aws:sfn/stateMachine:StateMachine", "flow", { type: "EXPRESS" });
			const sync = integration("arn:aws:apigateway:us-east-1:states:action/StartSyncExecution", {
				requestTemplates: { "application/json": ref(flow, "arn") },
			});
			expect(found([rest(), stage, flow, sync])).to.deep.equal(["rest/stage: public"]);
			const asynchronous = integration(ref(score, "invokeArn"), {
				requestParameters: { "integration.request.header.X-Amz-Invocation-Type": "'Event'" },
			});
			expect(found([rest(), stage, score, asynchronous])).to.deep.equal(["rest/stage: public"]);
		});

		it("are answered behind a load balancer by what it forwards to, or by itself", () => {
			const http = resource("aws:apigatewayv2/api:Api", "http");
			const live = resource("aws:apigatewayv2/stage:Stage", "live", { apiId: ref(http, "id") });
			const edge = resource("aws:lb/loadBalancer:LoadBalancer", "edge", { internal: true });
			const through = resource("aws:apigatewayv2/integration:Integration", "post", {
				apiId: ref(http, "id"),
				integrationUri: ref(edge, "arn"),
			});
			expect(found([http, live, through, ...balanced({ internal: true })])).to.include("http/live: server public");
			expect(found([http, live, through, edge])).to.include("http/live: edge public");
		});

		it("are private as far as a REST API says so", () => {
			const types = (all: unknown) => found([rest({ endpointConfiguration: { types: all } }), stage]);
			expect(types("PRIVATE")).to.deep.equal(["rest/stage: private"]);
			expect(types(["REGIONAL", "PRIVATE"])).to.deep.equal(["rest/stage: private"]);
			expect(types("REGIONAL")).to.deep.equal(["rest/stage: public"]);
			expect(types(UNKNOWN)).to.deep.equal(["rest/stage: unknown endpointConfiguration.types"]);
			expect(types(["PRIVATE", UNKNOWN])).to.deep.equal(["rest/stage: unknown endpointConfiguration.types[1]"]);
			const http = graphOf([
				resource("aws:apigatewayv2/api:Api", "http", { endpointConfiguration: { types: "PRIVATE" } }),
			]);
			for (const api of [nodeOf(http, "http"), undefined])
				expect(privacyOf(api)).to.deep.equal({ state: "known", value: false });
		});
	});

	it("are load balancers, with what they forward to or themselves, gateways apart", () => {
		for (const run of RUNS) expect(found(balanced(), run), run).to.deep.equal(["edge: server public"]);
		expect(found(balanced({ internal: true }))).to.deep.equal(["edge: server private"]);
		expect(found(balanced({ internal: UNKNOWN }))).to.deep.equal(["edge: server unknown internal"]);
		expect(found(balanced().slice(0, 1))).to.deep.equal(["edge: edge public"]);
		expect(found(balanced({ loadBalancerType: "network" }))).to.deep.equal(["edge: server public"]);
		expect(found(balanced({ loadBalancerType: "gateway" }))).to.deep.equal([]);
		const classic = (props: Record<string, unknown>) =>
			found([resource("aws:elb/loadBalancer:LoadBalancer", "old", props)]);
		expect(classic({})).to.deep.equal(["old: public"]);
		expect(classic({ internal: true })).to.deep.equal(["old: private"]);
	});

	it("are function URLs, public unless IAM guards them", () => {
		for (const run of RUNS) expect(found([score, functionUrl(score)], run), run).to.deep.equal(["door: score public"]);
		expect(found([score, functionUrl(score, "AWS_IAM")])).to.deep.equal(["door: score private"]);
		expect(found([score, functionUrl(score, UNKNOWN)])).to.deep.equal(["door: score unknown authorizationType"]);
		expect(found([resource("aws:lambda/functionUrl:FunctionUrl", "door", {})])).to.deep.equal(["door: public"]);
	});

	it("are SageMaker endpoints, which know what does not wait", () => {
		const endpoint = resource("aws:sagemaker/endpoint:Endpoint", "model", {
			endpointConfigName: ref(
				{ type: "aws:sagemaker/endpointConfiguration:EndpointConfiguration", name: "config" },
				"name",
			),
		});
		const config = (props: Record<string, unknown>) =>
			resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "config", props);
		const waits = (...specs: ResourceSpec[]) => {
			const stack = graphOf([endpoint, ...specs]);
			return !isAsynchronous(stack, nodeOf(stack, "model"));
		};
		expect(found([endpoint])).to.deep.equal(["model: model public"]);
		expect(waits(config({}))).to.equal(true);
		expect(waits()).to.equal(true);
		for (const asyncInferenceConfig of [{ outputConfig: {} }, UNKNOWN])
			expect(waits(config({ asyncInferenceConfig }))).to.equal(false);
	});

	it("are spoken for by a backend, by who calls it and waits, by the door and its API, each once", () => {
		const front = fn("front", { environment: { variables: { HOST: "db.internal.example" } } });
		const db = resource("aws:rds/instance:Instance", "db", { address: "db.internal.example" });
		const topic = resource("aws:sns/topic:Topic", "topic");
		const subscription = resource("aws:sns/topicSubscription:TopicSubscription", "wire", {
			topic: ref(topic, "arn"),
			endpoint: ref(score, "arn"),
		});
		const stack = graphOf([score, topic, subscription, ...restApi(score), front, db]);
		const [endpoint] = endpointsOf(stack);
		if (!endpoint) throw new Error("The test's stack has no endpoint.");
		const speakers = (name: string) => speakersFor(stack, endpoint, nodeOf(stack, name)).map((node) => node.name);
		expect(speakers("score")).to.deep.equal(["score", "inference", "prod"]);
		expect(speakers("db")).to.deep.equal(["db", "front", "prod", "inference"]);
		const alone = graphOf([score, functionUrl(score)]);
		const [door] = endpointsOf(alone);
		if (!door) throw new Error("The test's stack has no endpoint.");
		expect(speakersFor(alone, door, nodeOf(alone, "score")).map((node) => node.name)).to.deep.equal(["score", "door"]);
	});

	it("are none of a text that depends on nothing", () => {
		expect(
			found([score, resource("aws:lambda/functionUrl:FunctionUrl", "door", { functionName: concat("a", "b") })]),
		).to.deep.equal(["door: public"]);
	});
});
