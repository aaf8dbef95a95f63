/**
 * Every stage is throttled as a whole, by a usage plan, and by a key for each tenant. An HTTP API can have no usage
 * plan. Limits inside the program's own code are not seen: except the finding and name them.
 */
import { ifKnown } from "../facts/fact.ts";
import {
	HTTP_API,
	HTTP_STAGE,
	hasQuickStage,
	inApiOf,
	isOfWebSocket,
	REST_METHOD,
	REST_STAGE,
	settingsWithoutStage,
} from "../graph/apis.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { type Limits, limitsIn, restLimitsOf, routeLimitsOf } from "../graph/stage-limits.ts";
import { keysOf, perhapsCovered, usagePlansOf } from "../graph/usage-plans.ts";
import { cannotTell, type Fault, fail, pass, type Rule, type RuleContext, type Verdict } from "../rule.ts";

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
		const judged = new Set<string>();
		for (const stage of stack.ofType(REST_STAGE)) {
			yield limitsVerdict(stage, restLimitsOf(stack, stage));
			for (const verdict of plansAndKeys(context, stage)) {
				// One plan can cover several stages.
				const key = `${verdict.finding} ${verdict.where?.urn} ${verdict.answer}`;
				if (!judged.has(key)) yield verdict;
				judged.add(key);
			}
		}
		for (const settings of settingsWithoutStage(stack))
			if (ifKnown(settings.props.text("methodPath")) === "*/*") yield limitsVerdict(settings, limitsIn(settings));
		for (const stage of stack.ofType(HTTP_STAGE)) {
			yield limitsVerdict(stage, routeLimitsOf(stack, stage));
			yield fail(stage, isOfWebSocket(stack, stage) ? WEBSOCKET_PLANS_UNREAD : HTTP_HAS_NO_PLAN, USAGE_PLAN);
		}
		for (const api of stack.ofType(HTTP_API)) {
			if (!hasQuickStage(stack, api)) continue;
			yield limitsVerdict(api, QUICK_STAGE);
			yield fail(api, { ...HTTP_HAS_NO_PLAN, what: "is an HTTP API, which can have no usage plan" }, USAGE_PLAN);
		}
	},
};

const HTTP_HAS_NO_PLAN: Fault = {
	what: "belongs to an HTTP API, which can have no usage plan",
	fix: "Use a REST API, or except the finding and name the limiter per tenant that you have.",
};
const WEBSOCKET_PLANS_UNREAD: Fault = {
	what: "belongs to a WebSocket API, of which no usage plan is read",
	fix: "Except the finding and name the limiter per tenant that you have.",
};
const QUICK_STAGE: Limits = {
	missing: "is made with a target: its $default stage comes without rate and burst, and they cannot be set here",
};

function limitsVerdict(where: ResourceNode, limits: Limits): Verdict {
	if (limits === "set") return pass(where, STAGE_LIMITS);
	if ("property" in limits) return cannotTell(where, limits, "whether rate and burst are limited", STAGE_LIMITS);
	return fail(
		where,
		{
			what: limits.missing,
			fix: 'Set throttlingRateLimit and throttlingBurstLimit for all: on REST in MethodSettings of "*/*", else in defaultRouteSettings of the stage.',
		},
		STAGE_LIMITS,
	);
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
