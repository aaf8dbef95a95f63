/**
 * Questions about API Gateway, both generations: which resources belong to an API or a stage, and what limits them.
 * REST and HTTP APIs differ in their limits, so rules ask by generation where it matters.
 */
import { ifKnown, type Unknown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";

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
const REST_AUTHORIZER = "aws:apigateway/authorizer:Authorizer";
const HTTP_AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer";
export const AUTHORIZERS: readonly string[] = [REST_AUTHORIZER, HTTP_AUTHORIZER];
const USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey";
const API_KEY = "aws:apigateway/apiKey:ApiKey";

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
export function apiOf(stack: StackGraph, node: ResourceNode): ResourceNode | undefined {
	const property = API_PROPERTY[node.type];
	return property ? stack.target(node, property, REST_API, HTTP_API) : undefined;
}

/** What parts the resources of a type by API: the API's node, or the text that names it; undefined where neither is known. */
const membersByApi = perStack((stack) => {
	const byType = new Map<string, ReadonlyMap<ResourceNode | string | undefined, readonly ResourceNode[]>>();
	for (const type of Object.keys(API_PROPERTY))
		byType.set(
			type,
			Map.groupBy(stack.ofType(type), (node) => apiKeyOf(stack, node)),
		);
	return byType;
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

/** The usage plans that cover a stage of a REST API. */
export const usagePlansOf = (stack: StackGraph, stage: ResourceNode): ResourceNode[] =>
	plansNear(stack, stage).filter((plan) => covers(stack, plan, stage));

/** A plan that may cover a stage once what it lists is known: the property that is not. */
export function perhapsCovered(stack: StackGraph, stage: ResourceNode): Unknown | undefined {
	const api = apiOf(stack, stage);
	for (const plan of stack.ofType(USAGE_PLAN)) {
		const open = openEntry(plan);
		if (!open) continue;
		const depended = stack.dependencies(plan, "apiStages", [REST_STAGE, REST_API]);
		if (depended.length === 0 || depended.some((node) => node === api)) return open;
	}
	return undefined;
}

function openEntry(plan: ResourceNode): Unknown | undefined {
	const parts = plan.props.parts("apiStages");
	if (parts.state === "unknown") return parts;
	for (const part of ifKnown(parts) ?? []) {
		const name = part.text("stage");
		if (name.state === "unknown") return name;
	}
	return undefined;
}

/** Plans by what each entry names or depends on, so that a stage is held against those alone that can mean it. */
const plansByHint = perStack((stack) => {
	const byHint = new Map<ResourceNode | string, Set<ResourceNode>>();
	const note = (hint: ResourceNode | string, plan: ResourceNode) => {
		const plans = byHint.get(hint) ?? new Set();
		byHint.set(hint, plans.add(plan));
	};
	for (const plan of stack.ofType(USAGE_PLAN)) {
		for (const node of stack.dependencies(plan, "apiStages", [REST_STAGE])) note(node, plan);
		const apis = stack.dependencies(plan, "apiStages", [REST_API]);
		for (const part of ifKnown(plan.props.parts("apiStages")) ?? []) {
			// Stages of many APIs share a name, so an API of the stack tells more.
			const apiId = ifKnown(part.text("apiId"));
			const [api] = apiId === undefined ? [] : stack.named(apiId, [REST_API]);
			const name = ifKnown(part.text("stage"));
			if (api) note(api, plan);
			// An id not known yet is that of an API the plan depends on; a stage of no known API may be any of them.
			else if (apiId === undefined && apis.length > 0) {
				for (const each of apis) note(each, plan);
				if (name !== undefined) note(ofSomeApi(name), plan);
			} else if (name !== undefined) note(name, plan);
		}
	}
	return byHint;
});

const ofSomeApi = (stageName: string): string => `? ${stageName}`;

function plansNear(stack: StackGraph, stage: ResourceNode): ResourceNode[] {
	const names = ["stageName", "id", "arn", "invokeUrl"].flatMap(
		(property) => ifKnown(stage.props.text(property)) ?? [],
	);
	const api = apiOf(stack, stage);
	const hints = api ? [stage, api, ...names] : [stage, ...names, ...names.map(ofSomeApi)];
	return [...new Set(hints.flatMap((hint) => [...(plansByHint(stack).get(hint) ?? [])]))];
}

function covers(stack: StackGraph, plan: ResourceNode, stage: ResourceNode): boolean {
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
	const ofStage = ifKnown(stage.props.text("restApi"));
	if (apiId.state === "known" && apiId.value === ofStage) return true;
	if (!api) return apiId.state !== "known" || ofStage === undefined || dependsOnStage;
	const apis = stack.dependencies(plan, "apiStages", [REST_API]);
	if (apiId.state !== "known") return apis.length === 0 || apis.includes(api);
	const named = stack.named(apiId.value, [REST_API]);
	// An id that names no API of the stack may be one all the same, where the engine made it: it records on what it depends.
	return named.length > 0 ? named.includes(api) : apis.includes(api) || dependsOnStage;
}

/** The API keys on a usage plan that can be used: those of the stack, and the links to keys that are elsewhere. */
export const keysOf = (stack: StackGraph, plan: ResourceNode): ResourceNode[] =>
	stack
		.referrers(plan, USAGE_PLAN_KEY, "usagePlanId")
		.map((link) => stack.target(link, "keyId", API_KEY) ?? link)
		.filter((key) => ifKnown(key.effectiveFlag("enabled")) !== false || key.type !== API_KEY);
