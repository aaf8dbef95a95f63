import { queueBeforeNonElasticBackend as rule } from "../../../../policies/rules/queue-before-non-elastic-backend.ts";
import { expectAccepts, expectFails, ref, resource } from "../../../support/policies.ts";
import { behindUrl, knows, url } from "../../../support/policies-backends.ts";

describe("policies/rules/queue-before-non-elastic-backend, what follows the load:", () => {
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
