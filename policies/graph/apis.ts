/**
 * Questions about API Gateway, both generations: which resources belong to an API or a stage, and what limits them.
 * REST and HTTP APIs differ in their limits, so rules ask by generation where it matters.
 */
import { ifKnown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

export const REST_API = "aws:apigateway/restApi:RestApi";
export const REST_STAGE = "aws:apigateway/stage:Stage";
export const REST_METHOD = "aws:apigateway/method:Method";
export const REST_INTEGRATION = "aws:apigateway/integration:Integration";
export const HTTP_API = "aws:apigatewayv2/api:Api";
export const HTTP_STAGE = "aws:apigatewayv2/stage:Stage";
export const HTTP_ROUTE = "aws:apigatewayv2/route:Route";
export const HTTP_INTEGRATION = "aws:apigatewayv2/integration:Integration";
export const USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan";
export const METHOD_SETTINGS = "aws:apigateway/methodSettings:MethodSettings";
const USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey";
const API_KEY = "aws:apigateway/apiKey:ApiKey";

const API_PROPERTY: Readonly<Record<string, string>> = {
	[REST_STAGE]: "restApi",
	[REST_METHOD]: "restApi",
	[REST_INTEGRATION]: "restApi",
	[METHOD_SETTINGS]: "restApi",
	[HTTP_STAGE]: "apiId",
	[HTTP_ROUTE]: "apiId",
	[HTTP_INTEGRATION]: "apiId",
};

/** The API of the stack that a stage, method, route or integration belongs to. */
export function apiOf(stack: StackGraph, node: ResourceNode): ResourceNode | undefined {
	const property = API_PROPERTY[node.type];
	return property ? stack.target(node, property, REST_API, HTTP_API) : undefined;
}

/** Whether two resources of an API can belong to the same one; what is not known yet does not part them. */
export function shareApi(stack: StackGraph, a: ResourceNode, b: ResourceNode): boolean {
	const [apiA, apiB] = [apiOf(stack, a), apiOf(stack, b)];
	if (apiA && apiB) return apiA === apiB;
	const texts = [a, b].map((node) => ifKnown(node.props.text(API_PROPERTY[node.type] ?? "")));
	return texts.includes(undefined) || texts[0] === texts[1];
}

/** The resources of a type that belong to the API of another resource. */
export const inApiOf = (stack: StackGraph, node: ResourceNode, type: string): ResourceNode[] =>
	stack.ofType(type).filter((other) => shareApi(stack, node, other));

/** The settings of methods that apply to a stage of a REST API. */
export const methodSettingsOf = (stack: StackGraph, stage: ResourceNode): ResourceNode[] =>
	stack.ofType(METHOD_SETTINGS).filter((settings) => {
		if (!shareApi(stack, settings, stage)) return false;
		const name = ifKnown(settings.props.text("stageName"));
		if (name !== undefined && name === ifKnown(stage.props.text("stageName"))) return true;
		return stack.targets(settings, "stageName", [REST_STAGE]).nodes.includes(stage);
	});

/** Settings of methods for which the stack has no stage: judged on their own. */
export const settingsWithoutStage = (stack: StackGraph): ResourceNode[] => {
	const placed = new Set(stack.ofType(REST_STAGE).flatMap((stage) => methodSettingsOf(stack, stage)));
	return stack.ofType(METHOD_SETTINGS).filter((settings) => !placed.has(settings));
};

/** The usage plans that cover a stage of a REST API. */
export const usagePlansOf = (stack: StackGraph, stage: ResourceNode): ResourceNode[] =>
	stack.ofType(USAGE_PLAN).filter((plan) => coverageOf(stack, plan, stage));

function coverageOf(stack: StackGraph, plan: ResourceNode, stage: ResourceNode): boolean {
	const parts = plan.props.parts("apiStages");
	const dependsOnStage = stack.dependencies(plan, "apiStages", [REST_STAGE]).includes(stage);
	if (parts.state !== "known") return dependsOnStage;
	return parts.value.some((part) => coversStage(stack, part, { plan, stage, dependsOnStage }));
}

/** One entry of a plan's `apiStages`: its stage by name, and its API by id, as far as they are known. */
function coversStage(
	stack: StackGraph,
	part: Props,
	{ plan, stage, dependsOnStage }: { plan: ResourceNode; stage: ResourceNode; dependsOnStage: boolean },
): boolean {
	const stageName = part.text("stage");
	const stagesOwnName = ifKnown(stage.props.text("stageName"));
	if (stageName.state === "absent") return false;
	const isNamed =
		stageName.state === "unknown"
			? dependsOnStage
			: stagesOwnName === undefined
				? stack.named(stageName.value, [REST_STAGE]).includes(stage) || dependsOnStage
				: stageName.value === stagesOwnName;
	if (!isNamed) return false;
	const api = apiOf(stack, stage);
	const apiId = part.text("apiId");
	if (!api || apiId.state !== "known") {
		const apis = stack.dependencies(plan, "apiStages", [REST_API]);
		return !api || apis.length === 0 || apis.includes(api);
	}
	const named = stack.named(apiId.value, [REST_API]);
	return named.length === 0 || named.includes(api);
}

/** The API keys on a usage plan: those of the stack, and the links to keys that are elsewhere. */
export const keysOf = (stack: StackGraph, plan: ResourceNode): ResourceNode[] =>
	stack
		.ofType(USAGE_PLAN_KEY)
		.filter((link) => stack.targets(link, "usagePlanId", [USAGE_PLAN]).nodes.includes(plan))
		.map((link) => stack.target(link, "keyId", API_KEY) ?? link);
