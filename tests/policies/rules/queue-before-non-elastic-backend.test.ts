import { expect } from "chai";
import { queueBeforeNonElasticBackend as rule } from "../../../policies/rules/queue-before-non-elastic-backend.ts";
import {
	answers,
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

const database = (props: Record<string, unknown> = {}) => resource("aws:rds/instance:Instance", "features", props);
const fn = (name: string, props: Record<string, unknown> = {}) =>
	resource("aws:lambda/function:Function", name, { role: "any", ...props });
const knows = (name: string, target: ResourceSpec, attr: string) =>
	fn(name, { environment: { variables: { BACKEND: ref(target, attr) } } });
const url = (of: string) =>
	resource("aws:lambda/functionUrl:FunctionUrl", `${of}-url`, { functionName: ref(fn(of), "name") });
const jobs = resource("aws:sqs/queue:Queue", "jobs");
const consumes = (name: string) =>
	resource("aws:lambda/eventSourceMapping:EventSourceMapping", `${name}-jobs`, {
		eventSourceArn: ref(jobs, "arn"),
		functionName: ref(fn(name), "arn"),
	});
const behindUrl = (backend: ResourceSpec, attr: string, ...more: ResourceSpec[]) => [
	backend,
	knows("score", backend, attr),
	url("score"),
	...more,
];

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

	describe("knows what follows the load:", () => {
		const endpoint = resource("aws:sagemaker/endpoint:Endpoint", "gpu", {
			endpointConfigName: {
				$ref: "aws:sagemaker/endpointConfiguration:EndpointConfiguration::gpu-config",
				attr: "name",
			},
		});
		const sagemaker = (props: Record<string, unknown>) => [
			endpoint,
			resource("aws:sagemaker/endpointConfiguration:EndpointConfiguration", "gpu-config", props),
			knows("score", endpoint, "arn"),
			url("score"),
		];

		it("SageMaker on instances does not, serverless and asynchronous do", () => {
			const onInstances = { productionVariants: [{ modelName: "m", instanceType: "ml.g5.xlarge" }] };
			expectFails(rule, sagemaker(onInstances), ["gpu"]);
			expectAccepts(
				rule,
				sagemaker({ productionVariants: [{ modelName: "m", serverlessConfig: { maxConcurrency: 5 } }] }),
			);
			expectAccepts(rule, sagemaker({ ...onInstances, asyncInferenceConfig: { outputConfig: {} } }));
		});

		it("Aurora does on serverless instances alone", () => {
			const cluster = resource("aws:rds/cluster:Cluster", "aurora", {
				serverlessv2ScalingConfiguration: { maxCapacity: 8 },
			});
			const member = (instanceClass: string) =>
				resource("aws:rds/clusterInstance:ClusterInstance", "member", {
					clusterIdentifier: ref(cluster, "id"),
					instanceClass,
				});
			expectAccepts(rule, behindUrl(cluster, "endpoint", member("db.serverless")));
			expectFails(rule, behindUrl(cluster, "endpoint", member("db.r6g.large")), ["aurora"]);
		});

		it("a service does on Fargate, and does not on EC2 or with a GPU", () => {
			const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "door");
			const group = resource("aws:lb/targetGroup:TargetGroup", "group");
			const service = (props: Record<string, unknown>) => [
				balancer,
				group,
				resource("aws:lb/listener:Listener", "https", {
					loadBalancerArn: ref(balancer, "arn"),
					defaultActions: [{ type: "forward", targetGroupArn: ref(group, "arn") }],
				}),
				resource("aws:ecs/service:Service", "model", {
					loadBalancers: [{ targetGroupArn: ref(group, "arn"), containerName: "m", containerPort: 80 }],
					...props,
				}),
			];
			expectAccepts(rule, service({ launchType: "FARGATE" }));
			expectAccepts(rule, service({ capacityProviderStrategies: [{ capacityProvider: "FARGATE_SPOT", weight: 1 }] }));
			expectFails(rule, service({}), ["model"]);
			expectFails(rule, service({ capacityProviderStrategies: [{ capacityProvider: "gpu-spot", weight: 1 }] }), [
				"model",
			]);
			expectAccepts(
				rule,
				service({}).map((each) => (each.name === "door" ? { ...each, props: { internal: true } } : each)),
			);
		});
	});

	describe("through a workflow that is waited for", () => {
		const settles = knows("settle", database(), "address");
		const workflow = (type: string) =>
			resource("aws:sfn/stateMachine:StateMachine", "assess", {
				type,
				definition: json({
					StartAt: "A",
					States: { A: { Type: "Task", Resource: ref(fn("settle"), "arn"), End: true } },
				}),
			});
		const machineArn = ref(workflow("EXPRESS"), "arn");
		const rest = (action: string) => [
			resource("aws:apigateway/restApi:RestApi", "api"),
			resource("aws:apigateway/integration:Integration", "post", {
				restApi: { $ref: "aws:apigateway/restApi:RestApi::api", attr: "id" },
				uri: `arn:aws:apigateway:eu-west-1:states:action/${action}`,
				requestTemplates: { "application/json": json({ stateMachineArn: machineArn, input: "$input" }) },
			}),
		];
		const http = (integrationSubtype: string) => [
			resource("aws:apigatewayv2/api:Api", "api", { protocolType: "HTTP" }),
			resource("aws:apigatewayv2/integration:Integration", "post", {
				apiId: { $ref: "aws:apigatewayv2/api:Api::api", attr: "id" },
				integrationSubtype,
				requestParameters: { StateMachineArn: machineArn },
			}),
		];
		const role = resource("aws:iam/role:Role", "front");
		const starter = (Action: string) => [
			role,
			resource("aws:iam/rolePolicy:RolePolicy", "front", {
				role: ref(role, "name"),
				policy: json({ Statement: [{ Effect: "Allow", Action, Resource: machineArn }] }),
			}),
			fn("front", { role: ref(role, "arn") }),
			url("front"),
		];
		const assessed = (type: string, ...door: ResourceSpec[]) => [database(), settles, workflow(type), ...door];

		it("rejects an API that starts it and waits, and accepts one that goes on", () => {
			expectFails(rule, assessed("EXPRESS", ...rest("StartSyncExecution")), ["features"]);
			expectFails(rule, assessed("EXPRESS", ...http("StepFunctions-StartSyncExecution")), ["features"]);
			expectAccepts(rule, assessed("EXPRESS", ...rest("StartExecution")));
			expectAccepts(rule, assessed("EXPRESS", ...http("StepFunctions-StartExecution")));
		});

		it("rejects a function that may do so, a Standard workflow apart", () => {
			expectFails(rule, assessed("EXPRESS", ...starter("states:StartSyncExecution")), ["features"]);
			expectAccepts(rule, assessed("EXPRESS", ...starter("states:StartExecution")));
			expectAccepts(rule, assessed("STANDARD", ...starter("states:*")));
			const preview = assessed("EXPRESS", ...starter("states:StartSyncExecution"));
			expect(open(rule, preview, { run: "preview" })).to.deep.equal(["cannot tell features"]);
		});
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
