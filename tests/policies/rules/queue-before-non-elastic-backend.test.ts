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
