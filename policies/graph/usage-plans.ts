/**
 * Questions about usage plans of REST APIs: which stages they cover, and which keys are on them. What a plan limits is
 * for the rule to say.
 */
import { ifKnown, itemsOf, knownAmong, type Unknown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { apiOf, REST_API, REST_STAGE } from "./apis.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";

const USAGE_PLAN = "aws:apigateway/usagePlan:UsagePlan";
const USAGE_PLAN_KEY = "aws:apigateway/usagePlanKey:UsagePlanKey";
const API_KEY = "aws:apigateway/apiKey:ApiKey";

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
	for (const part of itemsOf(parts)) {
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
		for (const part of itemsOf(plan.props.parts("apiStages"))) {
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
	const names = knownAmong(["stageName", "id", "arn", "invokeUrl"].map((property) => stage.props.text(property)));
	const api = apiOf(stack, stage);
	const hints = api ? [stage, api, ...names] : [stage, ...names, ...names.map(ofSomeApi)];
	return [...new Set(hints.flatMap((hint) => [...(plansByHint(stack).get(hint) ?? [])]))];
}

function covers(stack: StackGraph, plan: ResourceNode, stage: ResourceNode): boolean {
	const parts = plan.props.parts("apiStages");
	const dependsOnStage = () => stack.dependencies(plan, "apiStages").includes(stage);
	if (parts.state !== "known") return dependsOnStage();
	return parts.value.some((part) => coversStage(stack, part, { plan, stage, dependsOnStage }));
}

/** One entry of a plan's `apiStages`: its stage by name, and its API by id, as far as they are known. */
function coversStage(
	stack: StackGraph,
	part: Props,
	{ plan, stage, dependsOnStage }: { plan: ResourceNode; stage: ResourceNode; dependsOnStage: () => boolean },
): boolean {
	const stageName = part.text("stage");
	const stagesOwnName = ifKnown(stage.props.text("stageName"));
	if (stageName.state === "absent") return false;
	const isNamed =
		stageName.state === "unknown"
			? dependsOnStage()
			: stagesOwnName === undefined
				? stack.named(stageName.value, [REST_STAGE]).includes(stage) || dependsOnStage()
				: stageName.value === stagesOwnName;
	if (!isNamed) return false;
	const api = apiOf(stack, stage);
	const apiId = part.text("apiId");
	const ofStage = ifKnown(stage.props.text("restApi"));
	if (apiId.state === "known" && apiId.value === ofStage) return true;
	if (!api) return apiId.state !== "known" || ofStage === undefined || dependsOnStage();
	const apis = stack.dependencies(plan, "apiStages", [REST_API]);
	if (apiId.state !== "known") return apis.length === 0 || apis.includes(api);
	const named = stack.named(apiId.value, [REST_API]);
	// An id that names no API of the stack may be one all the same, where the engine made it: it records on what it depends.
	return named.length > 0 ? named.includes(api) : apis.includes(api) || dependsOnStage();
}

/** The API keys on a usage plan that can be used: those of the stack, and the links to keys that are elsewhere. */
export const keysOf = (stack: StackGraph, plan: ResourceNode): ResourceNode[] =>
	stack
		.referrers(plan, USAGE_PLAN_KEY, "usagePlanId")
		.map((link) => stack.target(link, "keyId", API_KEY) ?? link)
		.filter((key) => ifKnown(key.effectiveFlag("enabled")) !== false || key.type !== API_KEY);
