/** What the dimensions of CloudWatch's metrics name: the resource of the stack behind a key and its value. */
import { HTTP_API, HTTP_STAGE, REST_API, REST_STAGE } from "./apis.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";
import {
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
	TargetGroup: [TARGET_GROUP],
	EndpointName: [SAGEMAKER_ENDPOINT],
	ServiceName: [ECS_SERVICE],
};

/** Every type that metrics are kept of, and rules ask about. */
export const MEASURED: readonly string[] = [...new Set(Object.values(TYPES_BY_KEY).flat())];

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

/** Metrics of an alias are its function's. */
export const behindAlias = (stack: StackGraph, node: ResourceNode): ResourceNode =>
	node.type === FUNCTION_ALIAS ? (stack.target(node, "functionName", FUNCTION) ?? node) : node;
