/** What the dimensions of CloudWatch's metrics name: the resource of the stack behind a key and its value. */
import { ifKnown } from "../facts/fact.ts";
import { HTTP_API, HTTP_STAGE, REST_API, REST_STAGE } from "./apis.ts";
import { behindAlias } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import {
	CLASSIC_BALANCER,
	ECS_SERVICE,
	FUNCTION,
	FUNCTION_ALIAS,
	LOAD_BALANCER,
	QUEUE,
	SAGEMAKER_ENDPOINT,
	TARGET_GROUP,
} from "./types.ts";

const TYPES_BY_KEY: Readonly<Record<string, readonly string[]>> = {
	ApiName: [REST_API],
	ApiId: [HTTP_API, REST_API],
	Stage: [REST_STAGE, HTTP_STAGE],
	FunctionName: [FUNCTION, FUNCTION_ALIAS],
	Resource: [FUNCTION, FUNCTION_ALIAS],
	QueueName: [QUEUE],
	LoadBalancer: [LOAD_BALANCER],
	LoadBalancerName: [CLASSIC_BALANCER],
	TargetGroup: [TARGET_GROUP],
	EndpointName: [SAGEMAKER_ENDPOINT],
	ServiceName: [ECS_SERVICE],
};

/** Every type that metrics are kept of, and rules ask about. */
export const MEASURED: readonly string[] = [...new Set(Object.values(TYPES_BY_KEY).flat())];

/** How AWS's own namespaces begin; in any other one a program keeps what it likes. */
const OF_AWS = "AWS/";
const OF_APIS = "AWS/ApiGateway";
const BALANCERS = { application: "AWS/ApplicationELB", network: "AWS/NetworkELB", gateway: "AWS/GatewayELB" };
const NAMESPACES: Readonly<Record<string, readonly string[]>> = {
	[REST_API]: [OF_APIS],
	[REST_STAGE]: [OF_APIS],
	[HTTP_API]: [OF_APIS],
	[HTTP_STAGE]: [OF_APIS],
	[FUNCTION]: ["AWS/Lambda"],
	[FUNCTION_ALIAS]: ["AWS/Lambda"],
	[QUEUE]: ["AWS/SQS"],
	[CLASSIC_BALANCER]: ["AWS/ELB"],
	[TARGET_GROUP]: Object.values(BALANCERS),
	[SAGEMAKER_ENDPOINT]: ["AWS/SageMaker"],
	[ECS_SERVICE]: ["AWS/ECS"],
};

/** Whether metrics of a resource are kept in a namespace, and by a dimension, as far as those are known. */
export function isMeasuredIn(node: ResourceNode, namespace: string | undefined, key?: string): boolean {
	if (!namespace?.startsWith(OF_AWS)) return true;
	if (key === "ApiId" && node.type === REST_API) return false;
	return namespacesOf(node)?.includes(namespace) ?? true;
}

function namespacesOf(node: ResourceNode): readonly string[] | undefined {
	if (node.type !== LOAD_BALANCER) return NAMESPACES[node.type];
	const kind = ifKnown(node.effectiveText("loadBalancerType"));
	return Object.entries(BALANCERS).flatMap(([name, namespace]) =>
		kind === undefined || kind === name ? [namespace] : [],
	);
}

/** Whether metrics of APIs can be kept in a namespace. */
export const holdsApis = (namespace: string | undefined): boolean =>
	!namespace?.startsWith(OF_AWS) || namespace === OF_APIS;

/** The types that a dimension's value may name; a program's own dimension may name any. */
export const typesOfDimension = (key: string): readonly string[] =>
	(Object.hasOwn(TYPES_BY_KEY, key) ? TYPES_BY_KEY[key] : undefined) ?? MEASURED;

/** The resources that a dimension names by its value. A stage's name says nothing: that of many APIs is "prod". */
export const namedByDimension = (stack: StackGraph, key: string, value: string): ResourceNode[] =>
	key === "Stage" ? [] : measuredBy(stack, value, typesOfDimension(key));

/**
 * The resources of some types that a text names as metrics and searches do: load balancers and target groups by the end
 * of their ARN, "app/edge/1a2b"; functions also as "name:alias", and by their log group. An alias stands for its function.
 */
export function measuredBy(stack: StackGraph, text: string, types: readonly string[]): ResourceNode[] {
	const parts = text.split("/");
	for (const name of [text, parts.at(-2), parts.at(-1), text.split(":")[0]]) {
		const found = name ? stack.named(name, types) : [];
		if (found.length > 0) return found.map((node) => behindAlias(stack, node));
	}
	return [];
}
