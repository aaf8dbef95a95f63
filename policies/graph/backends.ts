/**
 * Which resources answer synchronous calls with capacity that does not follow the load, and which do. Non-elastic: ECS on
 * EC2 or GPU, SageMaker on instances, RDS and Aurora provisioned, caches, OpenSearch domains.
 */
import { absent, type Fact, ifKnown, itemsOf, known, orElse, unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import {
	CAPACITY_PROVIDER,
	DB_CLUSTER,
	DB_CLUSTER_INSTANCE,
	DB_INSTANCE,
	DB_PROXY,
	ECS_SERVICE,
	SAGEMAKER_ENDPOINT,
	SAGEMAKER_ENDPOINT_CONFIG,
	TASK_DEFINITION,
} from "./types.ts";

/** Backends whose capacity is fixed whatever they are set to. */
const ALWAYS_FIXED = [
	"aws:elasticache/cluster:Cluster",
	"aws:elasticache/replicationGroup:ReplicationGroup",
	"aws:memorydb/cluster:Cluster",
	"aws:opensearch/domain:Domain",
	"aws:elasticsearch/domain:Domain",
	"aws:docdb/cluster:Cluster",
	"aws:neptune/cluster:Cluster",
	"aws:redshift/cluster:Cluster",
	DB_INSTANCE,
	// A proxy pools connections, it does not queue: what is behind it is as fixed as before.
	DB_PROXY,
];

/** Every type that can be a non-elastic backend. */
export const BACKEND_TYPES: readonly string[] = [
	...ALWAYS_FIXED,
	DB_CLUSTER,
	DB_CLUSTER_INSTANCE,
	ECS_SERVICE,
	SAGEMAKER_ENDPOINT,
];

/** Why a backend cannot scale with its callers, in words; absent where it can, or is no backend at all. */
export function fixedCapacityOf(stack: StackGraph, node: ResourceNode): Fact<string> {
	if (ALWAYS_FIXED.includes(node.type)) return known("has a fixed size");
	if (node.type === DB_CLUSTER) return fixedCluster(stack, node);
	if (node.type === DB_CLUSTER_INSTANCE) return fixedClusterInstance(node);
	if (node.type === SAGEMAKER_ENDPOINT) return fixedEndpoint(stack, node);
	if (node.type === ECS_SERVICE) return fixedService(stack, node);
	return absent;
}

/** Aurora: serverless v2 instances, the first serverless generation and Limitless follow the load. */
function fixedCluster(stack: StackGraph, cluster: ResourceNode): Fact<string> {
	const isServerlessV1 = ifKnown(cluster.effectiveText("engineMode")) === "serverless";
	const scaling = cluster.props.read("serverlessv2ScalingConfiguration");
	if (isServerlessV1) return absent;
	if (scaling.state === "unknown") return scaling;
	const members = stack.referrers(cluster, DB_CLUSTER_INSTANCE, "clusterIdentifier");
	const isServerless = members.length === 0 ? scaling.state === "known" : members.every(isServerlessInstance);
	return isServerless ? absent : known("runs on provisioned instances");
}

const isServerlessInstance = (instance: ResourceNode): boolean =>
	ifKnown(instance.props.text("instanceClass")) === "db.serverless";

function fixedClusterInstance(instance: ResourceNode): Fact<string> {
	const size = instance.props.text("instanceClass");
	if (size.state === "unknown") return size;
	return isServerlessInstance(instance) ? absent : known("runs on a provisioned instance");
}

function fixedEndpoint(stack: StackGraph, endpoint: ResourceNode): Fact<string> {
	const { nodes, unknown: property } = stack.targets(endpoint, "endpointConfigName", [SAGEMAKER_ENDPOINT_CONFIG]);
	const [config] = nodes;
	if (!config)
		return property === undefined ? known("runs on instances, as far as the stack tells") : unknown(property);
	if (config.props.read("asyncInferenceConfig").state === "known") return absent;
	const variants = config.props.parts("productionVariants");
	if (variants.state === "unknown") return variants;
	const isServerless = itemsOf(variants).every((variant) => variant.read("serverlessConfig").state === "known");
	return isServerless ? absent : known("runs on instances");
}

/** ECS on EC2 or with a GPU; a service on Fargate follows the load as soon as it scales. */
function fixedService(stack: StackGraph, service: ResourceNode): Fact<string> {
	const definition = stack.target(service, "taskDefinition", TASK_DEFINITION);
	const containers = definition && ifKnown(definition.props.text("containerDefinitions"));
	if (containers && /"resourceRequirements"\s*:\s*\[[^\]]*"GPU"/i.test(containers)) return known("runs on GPUs");
	const strategies = service.props.parts("capacityProviderStrategies");
	if (
		strategies.state === "unknown" &&
		stack.dependencies(service, "capacityProviderStrategies", [CAPACITY_PROVIDER]).length === 0
	)
		return strategies;
	const providers = itemsOf(strategies).map((strategy) => ifKnown(strategy.text("capacityProvider")));
	const isFargate = (name: string | undefined) => name === "FARGATE" || name === "FARGATE_SPOT";
	if (strategies.state === "unknown" || providers.length > 0)
		return providers.length > 0 && providers.every(isFargate) ? absent : known("runs on EC2 capacity");
	const launch = orElse(service.props.text("launchType"), "EC2");
	if (launch.state === "unknown") return launch;
	return launch.value === "EC2" ? known("runs on EC2 capacity") : absent;
}
