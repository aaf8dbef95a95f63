/**
 * What a resource costs a month at list price: its capacity at the minimum, and what its model's declared traffic uses.
 * Storage, logs and data transfer are declared nowhere and count nothing.
 */
import { HOURS_PER_MONTH, PRICES_USD } from "../../charter/prices.ts";
import { absent, type Fact, ifKnown, itemsOf, known } from "../facts/fact.ts";
import { tagOf } from "../facts/tags.ts";
import { type Estimate, unpriced } from "./cost.ts";
import { CAPACITY_COSTS } from "./costs-capacity.ts";
import { DATABASE_COSTS } from "./costs-databases.ts";
import { USAGE_COSTS } from "./costs-usage.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import { taskOf } from "./tasks.ts";
import {
	AUTOSCALING_GROUP,
	ECS_SERVICE,
	LOAD_BALANCER,
	SAGEMAKER_ENDPOINT,
	SAGEMAKER_ENDPOINT_CONFIG,
} from "./types.ts";

const byHour =
	(usd: number, words: string): Estimate =>
	() =>
		known({ usd: usd * HOURS_PER_MONTH, words });

/** Capacity that this file's neighbours have no price for. */
const WITHOUT_PRICE = [
	...["aws:batch/computeEnvironment:ComputeEnvironment", "aws:dms/replicationInstance:ReplicationInstance"],
	...["aws:docdb/cluster:Cluster", "aws:docdb/clusterInstance:ClusterInstance", "aws:ec2/fleet:Fleet"],
	...["aws:ec2/spotFleetRequest:SpotFleetRequest", "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup"],
	...["aws:emr/cluster:Cluster", "aws:fsx/lustreFileSystem:LustreFileSystem", "aws:memorydb/cluster:Cluster"],
	...["aws:mq/broker:Broker", "aws:msk/cluster:Cluster", "aws:mwaa/environment:Environment"],
	...["aws:neptune/cluster:Cluster", "aws:neptune/clusterInstance:ClusterInstance", "aws:redshift/cluster:Cluster"],
	...["aws:redshiftserverless/workgroup:Workgroup", "aws:sagemaker/notebookInstance:NotebookInstance"],
	...["aws:bedrock/provisionedModelThroughput:ProvisionedModelThroughput"],
];

const ESTIMATES: Readonly<Record<string, Estimate>> = {
	...CAPACITY_COSTS,
	...DATABASE_COSTS,
	...USAGE_COSTS,
	[LOAD_BALANCER]: byHour(PRICES_USD.loadBalancerHour, "by the hour"),
	"aws:ec2/natGateway:NatGateway": byHour(PRICES_USD.natGatewayHour, "by the hour"),
	"aws:cloudwatch/metricAlarm:MetricAlarm": () => known({ usd: PRICES_USD.alarmMonth, words: "an alarm" }),
	...Object.fromEntries(WITHOUT_PRICE.map((type): [string, Estimate] => [type, () => unpriced("type", "its type")])),
};

/** Every type that can cost a model anything. */
export const COSTED_TYPES: readonly string[] = Object.keys(ESTIMATES);

export const monthlyCostOf: Estimate = (stack, node, model) => ESTIMATES[node.type]?.(stack, node, model) ?? absent;

/** The `model` tag of what is paid for: a service may leave it to its task, an endpoint to its configuration. */
export function payerOf(stack: StackGraph, node: ResourceNode): Fact<string> {
	const own = node.type === AUTOSCALING_GROUP ? groupTag(node) : tagOf(node, "model");
	if (own.state !== "absent") return own;
	const behind =
		node.type === ECS_SERVICE
			? taskOf(stack, node)
			: node.type === SAGEMAKER_ENDPOINT
				? stack.target(node, "endpointConfigName", SAGEMAKER_ENDPOINT_CONFIG)
				: undefined;
	return behind ? tagOf(behind, "model") : absent;
}

/** A group of instances lists its tags. */
function groupTag(group: ResourceNode): Fact<string> {
	const tags = group.props.parts("tags");
	if (tags.state === "unknown") return tags;
	return (
		itemsOf(tags)
			.find((tag) => ifKnown(tag.text("key")) === "model")
			?.text("value") ?? absent
	);
}
