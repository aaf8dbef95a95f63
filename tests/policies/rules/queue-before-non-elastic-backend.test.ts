import { expect } from "chai";
import { queueBeforeNonElasticBackend as rule } from "../../../policies/rules/queue-before-non-elastic-backend.ts";
import {
	answers,
	expectAccepts,
	expectFails,
	firstFault,
	json,
	open,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { behindUrl, database, fn, knows, url } from "../../support/policies-backends.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const jobs = resource("aws:sqs/queue:Queue", "jobs");
const consumes = (name: string) =>
	resource("aws:lambda/eventSourceMapping:EventSourceMapping", `${name}-jobs`, {
		eventSourceArn: ref(jobs, "arn"),
		functionName: ref(fn(name), "arn"),
	});

describe("policies/rules/queue-before-non-elastic-backend", () => {
	it("has nothing to say of elastic backends", () => {
		expect(answers(rule, [resource("aws:dynamodb/table:Table", "features"), fn("score"), url("score")])).to.deep.equal(
			[],
		);
	});

	it("accepts a database that only a queue's consumer calls", () => {
		expectAccepts(rule, [
			database(),
			jobs,
			knows("settle", database(), "address"),
			consumes("settle"),
			knows("submit", jobs, "url"),
			url("submit"),
		]);
	});

	it("rejects a database behind a function URL, with the way there", () => {
		const specs = behindUrl(database(), "address");
		expectFails(rule, specs, ["features"]);
		expect(firstFault(rule, specs)?.what).to.equal(
			'has a fixed size and is called from outside without a queue: FunctionUrl "score-url" → Function "score" → Instance "features"',
		);
	});

	it("rejects a second, direct way where a queue exists", () => {
		const specs = [
			...behindUrl(database(), "address"),
			jobs,
			knows("settle", database(), "address"),
			consumes("settle"),
		];
		expectFails(rule, specs, ["features"]);
	});

	it("follows an API, and a chain of functions", () => {
		const api = resource("aws:apigateway/restApi:RestApi", "api");
		const role = resource("aws:iam/role:Role", "front");
		const specs = [
			api,
			role,
			resource("aws:apigateway/integration:Integration", "post", {
				restApi: ref(api, "id"),
				uri: ref(fn("front"), "invokeArn"),
			}),
			resource("aws:iam/rolePolicy:RolePolicy", "front", {
				role: ref(role, "name"),
				policy: json({ Statement: { Effect: "Allow", Action: ["lambda:*"], Resource: ref(fn("score"), "arn") } }),
			}),
			fn("front", { role: ref(role, "arn") }),
			database(),
			knows("score", database(), "endpoint"),
		];
		expectFails(rule, specs, ["features"]);
		expect(firstFault(rule, specs)).to.deep.equal({
			what: 'has a fixed size and is called from outside without a queue: RestApi "api" → Function "front" → Function "score" → Instance "features"',
			fix: 'Let Function "score" send to an SQS queue or Kinesis stream, and a consumer with a maximum concurrency call Instance "features".',
		});
	});

	it("names the door itself where outside callers reach it at once", () => {
		const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "door");
		const group = resource("aws:lb/targetGroup:TargetGroup", "group");
		const specs = [
			balancer,
			group,
			resource("aws:lb/listener:Listener", "https", {
				loadBalancerArn: ref(balancer, "arn"),
				defaultActions: [{ type: "forward", targetGroupArn: ref(group, "arn") }],
			}),
			resource("aws:ecs/service:Service", "model", { loadBalancers: [{ targetGroupArn: ref(group, "arn") }] }),
		];
		expect(firstFault(rule, specs)?.what).to.match(/without a queue: outside → LoadBalancer "door" → Service "model"$/);
	});

	it("takes a proxy for what is behind it: it pools, it does not queue", () => {
		expectFails(rule, behindUrl(resource("aws:rds/proxy:Proxy", "pool"), "endpoint"), ["pool"]);
	});

	it("does not count a schedule as outside", () => {
		const schedule = resource("aws:scheduler/schedule:Schedule", "nightly", {
			target: { arn: ref(fn("score"), "arn"), roleArn: "any" },
		});
		expectAccepts(rule, [database(), knows("score", database(), "address"), schedule]);
	});

	it("cannot tell while a policy is not known that may allow the call, only deny it, or look", () => {
		const role = resource("aws:iam/role:Role", "score");
		const specs = (Effect: string, Action: string) => [
			database(),
			role,
			resource("aws:iam/rolePolicy:RolePolicy", "score", {
				role: ref(role, "name"),
				policy: json({ Statement: [{ Effect, Action, Resource: ref(database(), "arn") }] }),
			}),
			fn("score", { role: ref(role, "arn") }),
			url("score"),
		];
		expectAccepts(rule, specs("Deny", "rds-data:ExecuteStatement"));
		expectAccepts(rule, specs("Allow", "rds:DescribeDBInstances"));
		expectFails(rule, specs("Allow", "rds-data:*"), ["features"]);
		const sure = [...specs("Deny", "rds-db:connect"), knows("direct", database(), "address"), url("direct")];
		expectFails(rule, sure, ["features"]);
		expect(open(rule, sure, { run: "preview" })).to.deep.equal(["fail features"]);
	});

	it("takes an authorizer for what callers wait for", () => {
		for (const [api, authorizer, apiId] of [
			["aws:apigateway/restApi:RestApi", "aws:apigateway/authorizer:Authorizer", "restApi"],
			["aws:apigatewayv2/api:Api", "aws:apigatewayv2/authorizer:Authorizer", "apiId"],
		] as const) {
			const door = resource(api, "api");
			const specs = [
				database(),
				knows("authorize", database(), "address"),
				door,
				resource(authorizer, "tokens", {
					[apiId]: ref(door, "id"),
					authorizerUri: ref(fn("authorize"), "invokeArn"),
				}),
			];
			expectFails(rule, specs, ["features"]);
			const route = (name: string, props: object) =>
				resource(api.includes("v2") ? "aws:apigatewayv2/route:Route" : "aws:apigateway/method:Method", name, {
					[apiId]: ref(door, "id"),
					...props,
				});
			expectAccepts(rule, [...specs, route("open", {})]);
			const tokens = { type: authorizer, name: "tokens" };
			expectFails(rule, [...specs, route("closed", { authorizerId: ref(tokens, "id") })], ["features"]);
		}
	});

	it("cannot tell of a backend whose kind is not known before the update", () => {
		const specs = behindUrl(
			resource("aws:rds/clusterInstance:ClusterInstance", "member", { instanceClass: UNKNOWN }),
			"endpoint",
		);
		expect(open(rule, specs, { run: "preview" })).to.deep.equal(["cannot tell member"]);
	});

	it("honours an exception", () => {
		const exceptions = [exceptionTo(rule.name, "features")];
		expect(open(rule, behindUrl(database(), "address"), { config: { exceptions } })).to.deep.equal([]);
	});
});
