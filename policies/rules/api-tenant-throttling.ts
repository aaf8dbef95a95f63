/**
 * Every stage is throttled as a whole, by a usage plan, and by a key for each tenant. An HTTP API can have no usage
 * plan. Limits inside the program's own code are not seen: except the finding and name them.
 */
import { type Fact, ifKnown } from "../facts/fact.ts";
import {
	HTTP_ROUTE,
	HTTP_STAGE,
	inApiOf,
	keysOf,
	methodSettingsOf,
	perhapsCovered,
	perhapsLimited,
	REST_METHOD,
	REST_STAGE,
	settingsWithoutStage,
	usagePlansOf,
} from "../graph/apis.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { cannotTell, fail, pass, type Rule, type RuleContext, type Verdict } from "../rule.ts";

const STAGE_LIMITS = "stage-limits";
const USAGE_PLAN = "usage-plan";
/** A plan covers the stage, but does not limit all that it can. */
const PLAN_LIMITS = "usage-plan/limits";
const TENANT_KEY = "tenant-key";

export const apiTenantThrottling: Rule = {
	name: "api-tenant-throttling",
	findings: [STAGE_LIMITS, USAGE_PLAN, PLAN_LIMITS, TENANT_KEY],
	*check(context) {
		const { stack } = context;
		for (const stage of stack.ofType(REST_STAGE)) {
			yield restStageLimits(stack, stage);
			yield* plansAndKeys(context, stage);
		}
		for (const settings of settingsWithoutStage(stack))
			if (ifKnown(settings.props.text("methodPath")) === "*/*")
				yield limitsVerdict(settings, limitsOf(settings, "settings."));
		for (const stage of stack.ofType(HTTP_STAGE)) {
			yield httpStageLimits(stack, stage);
			yield fail(
				stage,
				{
					what: "belongs to an HTTP API, which can have no usage plan",
					fix: "Use a REST API, or except the finding and name the limiter per tenant that you have.",
				},
				USAGE_PLAN,
			);
		}
	},
};

/** Whether both limits are set: yes, no, or the fact that keeps us from telling. */
type Limits = "set" | "missing" | { property: string };

function limitsOf(node: ResourceNode, at: string): Limits {
	const facts = ["throttlingRateLimit", "throttlingBurstLimit"].map((limit) => node.statedNumber(`${at}${limit}`));
	return allSet(facts);
}

function allSet(facts: readonly Fact<number>[]): Limits {
	if (facts.some((fact) => fact.state === "absent" || (fact.state === "known" && fact.value < 0))) return "missing";
	return facts.find((fact) => fact.state === "unknown") ?? "set";
}

function limitsVerdict(where: ResourceNode, limits: Limits): Verdict {
	if (limits === "set") return pass(where, STAGE_LIMITS);
	if (limits === "missing")
		return fail(
			where,
			{
				what: "has no throttle of its own: rate and burst are the account's",
				fix: 'Set throttlingRateLimit and throttlingBurstLimit for "*/*" (REST: MethodSettings; HTTP: defaultRouteSettings).',
			},
			STAGE_LIMITS,
		);
	return cannotTell(where, limits, "whether rate and burst are limited", STAGE_LIMITS);
}

/** Limits on all methods at once, or on each of them. */
function restStageLimits(stack: StackGraph, stage: ResourceNode): Verdict {
	const settings = methodSettingsOf(stack, stage);
	const byPath = new Map(settings.map((each) => [ifKnown(each.props.text("methodPath")), each]));
	const forAll = byPath.get("*/*");
	const limits = forAll ? limitsOf(forAll, "settings.") : "missing";
	if (limits !== "missing") return limitsVerdict(stage, limits);
	const methods = inApiOf(stack, stage, REST_METHOD);
	const open = perhapsLimited(stack, stage);
	if (open) return limitsVerdict(stage, open);
	const limited = settings.filter((each) => limitsOf(each, "settings.") === "set");
	const eachIsLimited = methods.length > 0 && limited.length >= methods.length;
	return limitsVerdict(stage, eachIsLimited ? "set" : "missing");
}

function httpStageLimits(stack: StackGraph, stage: ResourceNode): Verdict {
	const limits = limitsOf(stage, "defaultRouteSettings.");
	if (limits !== "missing") return limitsVerdict(stage, limits);
	const bounded = stage.props.parts("routeSettings");
	if (bounded.state === "unknown") return limitsVerdict(stage, bounded);
	const limited = (ifKnown(bounded) ?? []).filter(
		(route) => allSet([route.number("throttlingRateLimit"), route.number("throttlingBurstLimit")]) === "set",
	);
	const routes = inApiOf(stack, stage, HTTP_ROUTE);
	return limitsVerdict(stage, routes.length > 0 && limited.length >= routes.length ? "set" : "missing");
}

function* plansAndKeys({ stack, config }: RuleContext, stage: ResourceNode): Iterable<Verdict> {
	const plans = usagePlansOf(stack, stage);
	if (plans.length === 0) {
		const open = perhapsCovered(stack, stage);
		if (open) yield cannotTell(stage, open, "whether a usage plan covers it", USAGE_PLAN);
		else
			yield fail(
				stage,
				{ what: "is covered by no usage plan", fix: "List the stage in the apiStages of a UsagePlan." },
				USAGE_PLAN,
			);
		return;
	}
	yield pass(stage, USAGE_PLAN);
	for (const plan of plans) yield planLimits(plan);
	yield tenantKeys(stack, stage, plans, config.tenants);
	yield* methodsDemandKeys(stack, stage);
}

function planLimits(plan: ResourceNode): Verdict {
	const parts = {
		"throttleSettings.rateLimit": plan.props.number("throttleSettings.rateLimit"),
		"throttleSettings.burstLimit": plan.props.number("throttleSettings.burstLimit"),
		"quotaSettings.limit": plan.props.number("quotaSettings.limit"),
	};
	const missing = Object.entries(parts)
		.filter(([, fact]) => fact.state === "absent" || (fact.state === "known" && fact.value <= 0))
		.map(([name]) => name);
	if (missing.length > 0)
		return fail(plan, { what: `does not limit ${missing.join(", ")}`, fix: `Set ${missing.join(", ")}.` }, PLAN_LIMITS);
	const open = Object.values(parts).find((fact) => fact.state === "unknown");
	return open
		? cannotTell(plan, open, "whether the plan limits rate, burst and quota", PLAN_LIMITS)
		: pass(plan, PLAN_LIMITS);
}

/** A key on each plan; where tenants are declared, one for each of them over the plans of the stage. */
function tenantKeys(
	stack: StackGraph,
	stage: ResourceNode,
	plans: readonly ResourceNode[],
	tenants: readonly { name: string }[],
): Verdict {
	const keys = new Set(plans.flatMap((plan) => keysOf(stack, plan)));
	const keyless = plans.find((plan) => keysOf(stack, plan).length === 0);
	if (keys.size < tenants.length) {
		const names = [...keys].map((key) => `${key.name} ${ifKnown(key.props.text("name")) ?? ""}`);
		const without = tenants.filter(({ name }) => !names.some((text) => text.includes(name))).map(({ name }) => name);
		return fail(
			stage,
			{
				what: `has ${keys.size} key(s) for ${tenants.length} tenants; none for ${without.join(", ") || "some"}`,
				fix: "Make an ApiKey and a UsagePlanKey for each tenant.",
			},
			TENANT_KEY,
		);
	}
	if (keyless)
		return fail(keyless, { what: "has no key", fix: "Join an ApiKey to the plan by a UsagePlanKey." }, TENANT_KEY);
	return pass(stage, TENANT_KEY);
}

/** A plan limits only callers that show a key, so the methods must demand one; browsers' preflights cannot. */
function* methodsDemandKeys(stack: StackGraph, stage: ResourceNode): Iterable<Verdict> {
	for (const method of inApiOf(stack, stage, REST_METHOD)) {
		if (ifKnown(method.props.text("httpMethod")) === "OPTIONS") continue;
		const required = method.effectiveFlag("apiKeyRequired");
		if (required.state === "unknown") yield cannotTell(method, required, "whether it demands a key", TENANT_KEY);
		else if (!required.value)
			yield fail(
				method,
				{ what: "does not demand a key, so no usage plan limits it", fix: "Set apiKeyRequired to true." },
				TENANT_KEY,
			);
	}
}
