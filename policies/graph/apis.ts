/**
 * Questions about API Gateway, both generations: which resources belong to an API or a stage, and what limits them.
 * REST and HTTP APIs differ in their limits, so rules ask by generation where it matters.
 */
import { absent, type Fact, ifKnown, known, type Unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import { perNode, perStack, type StackGraph } from "./stack-graph.ts";

export const REST_API = "aws:apigateway/restApi:RestApi";
export const REST_STAGE = "aws:apigateway/stage:Stage";
export const REST_METHOD = "aws:apigateway/method:Method";
export const REST_INTEGRATION = "aws:apigateway/integration:Integration";
export const HTTP_API = "aws:apigatewayv2/api:Api";
export const HTTP_STAGE = "aws:apigatewayv2/stage:Stage";
export const HTTP_ROUTE = "aws:apigatewayv2/route:Route";
export const HTTP_INTEGRATION = "aws:apigatewayv2/integration:Integration";
const METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings";
const REST_AUTHORIZER = "aws:apigateway/authorizer:Authorizer";
const HTTP_AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer";
export const AUTHORIZERS: readonly string[] = [REST_AUTHORIZER, HTTP_AUTHORIZER];

const API_PROPERTY: Readonly<Record<string, string>> = {
	[REST_STAGE]: "restApi",
	[REST_METHOD]: "restApi",
	[REST_INTEGRATION]: "restApi",
	[METHOD_SETTINGS]: "restApi",
	[REST_AUTHORIZER]: "restApi",
	[HTTP_STAGE]: "apiId",
	[HTTP_ROUTE]: "apiId",
	[HTTP_INTEGRATION]: "apiId",
	[HTTP_AUTHORIZER]: "apiId",
};

/** The API of the stack that a stage, method, route or integration belongs to. */
export const apiOf = perNode((stack, node) => {
	const property = API_PROPERTY[node.type];
	return property ? stack.target(node, property, REST_API, HTTP_API) : undefined;
});

/** Whether an HTTP API's resource belongs to one that talks both ways. */
export const isOfWebSocket = (stack: StackGraph, node: ResourceNode): boolean =>
	ifKnown(apiOf(stack, node)?.props.text("protocolType") ?? absent) === "WEBSOCKET";

/** Whether AWS makes a `$default` stage of its own for an API: one made with a target, in a single step. */
export const hasQuickStage = (stack: StackGraph, api: ResourceNode): boolean =>
	api.props.read("target").state !== "absent" && stack.referrers(api, HTTP_STAGE, "apiId").length === 0;

const WEBSOCKET_INTEGRATION_DEFAULT_MS = 29_000;

/** How long an API waits for what an integration calls. */
export function integrationTimeoutMs(stack: StackGraph, integration: ResourceNode): Fact<number> {
	const isLeft = integration.stated("timeoutMilliseconds").state === "absent";
	return isLeft && isOfWebSocket(stack, integration)
		? known(WEBSOCKET_INTEGRATION_DEFAULT_MS)
		: integration.effectiveNumber("timeoutMilliseconds");
}

/** What parts the resources of a type by API: the API's node, or the text that names it; undefined where neither is known. */
const membersByApi = perStack((stack) => {
	const types = Object.keys(API_PROPERTY);
	return new Map(types.map((type) => [type, Map.groupBy(stack.ofType(type), (node) => apiKeyOf(stack, node))]));
});

const apiKeyOf = (stack: StackGraph, node: ResourceNode): ResourceNode | string | undefined =>
	apiOf(stack, node) ?? ifKnown(node.props.text(API_PROPERTY[node.type] ?? ""));

/** The resources of a type that can belong to the API of another resource; what is not known yet does not part them. */
export function inApiOf(stack: StackGraph, node: ResourceNode, type: string): readonly ResourceNode[] {
	const members = membersByApi(stack).get(type);
	const key = apiKeyOf(stack, node);
	if (key === undefined) return stack.ofType(type);
	return [...(members?.get(key) ?? []), ...(members?.get(undefined) ?? [])];
}

/** The settings of methods that apply to a stage of a REST API. */
export const methodSettingsOf = (stack: StackGraph, stage: ResourceNode): ResourceNode[] =>
	inApiOf(stack, stage, METHOD_SETTINGS).filter((settings) => {
		const name = ifKnown(settings.props.text("stageName"));
		if (name !== undefined && name === ifKnown(stage.props.text("stageName"))) return true;
		return stack.targets(settings, "stageName", [REST_STAGE]).nodes.includes(stage);
	});

/** Settings that may apply to a stage once the stage or path that they name is known: the property that is not. */
export function perhapsLimited(stack: StackGraph, stage: ResourceNode): Unknown | undefined {
	const applied = new Set(methodSettingsOf(stack, stage));
	for (const settings of inApiOf(stack, stage, METHOD_SETTINGS)) {
		const path = settings.props.text("methodPath");
		if (applied.has(settings) && path.state === "unknown") return path;
		const name = settings.props.text("stageName");
		const isOfAnother = stack.dependencies(settings, "stageName", [REST_STAGE]).length > 0;
		if (!applied.has(settings) && name.state === "unknown" && !isOfAnother) return name;
	}
	return undefined;
}

/** Settings of methods for which the stack has no stage: judged on their own. */
export const settingsWithoutStage = (stack: StackGraph): ResourceNode[] => {
	const placed = new Set(stack.ofType(REST_STAGE).flatMap((stage) => methodSettingsOf(stack, stage)));
	return stack.ofType(METHOD_SETTINGS).filter((settings) => !placed.has(settings));
};
