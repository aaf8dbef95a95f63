/**
 * Every realtime endpoint belongs to a declared model with a p95 and a budget, hop by hop, that fits in it. What is
 * declared is judged here, not what requests take: that is for alarms. Queued and batch models have no such budget.
 */
import type { ModelDeclaration, PackConfig } from "../config.ts";
import { callersOf } from "../graph/calls.ts";
import { type Endpoint, endpointsOf, isAsynchronous, speakersFor } from "../graph/endpoints.ts";
import type { ResourceNode } from "../graph/node.ts";
import { ownerOf } from "../graph/owners.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { FUNCTION, SAGEMAKER_ENDPOINT } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

const UNDECLARED = "undeclared";
const SUM = "sum";
const HOP = "hop";
/** Sums of decimals are off by less than this, in milliseconds. */
const ROUNDING_MS = 1e-6;

export const latencyBudget: Rule = {
	name: "latency-budget",
	findings: [UNDECLARED, SUM, HOP],
	*check({ stack, config }) {
		const judged = new Set<ResourceNode>();
		for (const endpoint of endpointsOf(stack)) yield* ofEndpoint(stack, config, endpoint, judged);
		// The door may be in another stack: a realtime model's own function is held to its budget all the same.
		for (const fn of stack.ofType(FUNCTION)) {
			const owner = ownerOf([fn], config.models);
			if (judged.has(fn) || owner.kind !== "model" || callersOf(stack, fn).length > 0) continue;
			yield* declaration(fn, owner.model);
		}
	},
};

function* ofEndpoint(
	stack: StackGraph,
	config: PackConfig,
	endpoint: Endpoint,
	judged: Set<ResourceNode>,
): Iterable<Verdict> {
	const { door, backends } = endpoint;
	const orphans: ResourceNode[] = [];
	for (const backend of backends) {
		if (judged.has(backend) || (backend.type === SAGEMAKER_ENDPOINT && isAsynchronous(stack, backend))) continue;
		judged.add(backend);
		const owner = ownerOf(speakersFor(stack, endpoint, backend), config.models);
		if (owner.kind === "nobody") orphans.push(backend);
		else if (owner.kind === "unknown")
			yield cannotTell(owner.of, owner.fact, `which model ${backend.label} answers for`, UNDECLARED);
		else if (owner.kind === "shared") yield notApplicable(backend, "all models share it", UNDECLARED);
		else yield* declaration(backend, owner.model);
	}
	if (orphans.length > 0)
		yield fail(
			door,
			{
				what: `has callers wait for ${orphans.map(({ label }) => label).join(", ")}, of no declared model and so without a latency budget`,
				fix: "Declare the model with slo.p95Ms and budget, and set the model tag on what answers for it.",
			},
			UNDECLARED,
		);
}

function* declaration(where: ResourceNode, model: ModelDeclaration): Iterable<Verdict> {
	const { name, slo, budget = {}, serve = "realtime" } = model;
	if (serve !== "realtime") {
		yield notApplicable(where, `model "${name}" is ${serve}`, UNDECLARED);
		return;
	}
	const hops = Object.entries(budget);
	const p95Ms = slo?.p95Ms;
	if (p95Ms === undefined || hops.length === 0) {
		const missing = p95Ms === undefined ? "slo.p95Ms" : "budget";
		yield fail(
			where,
			{
				what: `answers for model "${name}", which declares no ${missing}`,
				fix: `Set ${missing} of model "${name}"${missing === "budget" ? ", hop by hop: featuresMs, modelMs, restMs" : ""}.`,
			},
			UNDECLARED,
		);
		return;
	}
	yield pass(where, UNDECLARED);
	yield* hopsWithin(where, { name, p95Ms, hops });
}

function* hopsWithin(
	where: ResourceNode,
	{ name, p95Ms, hops }: { name: string; p95Ms: number; hops: readonly [string, number][] },
): Iterable<Verdict> {
	const off = hops.filter(([, ms]) => ms > p95Ms || ms < 0);
	for (const [hop, ms] of off)
		yield fail(
			where,
			{
				what: `answers for model "${name}", whose hop ${hop} of ${ms} ms is ${ms < 0 ? "below 0" : `alone over slo.p95Ms of ${p95Ms} ms`}`,
				fix: `Correct ${hop} of model "${name}", or loosen slo.p95Ms.`,
			},
			HOP,
		);
	if (off.length > 0) return;
	yield pass(where, HOP);
	const sumMs = hops.reduce((total, [, ms]) => total + ms, 0);
	if (sumMs <= p95Ms + ROUNDING_MS) yield pass(where, SUM);
	else
		yield fail(
			where,
			{
				what: `answers for model "${name}", whose hops sum to ${sumMs} ms (${hops.map(([hop, ms]) => `${hop} ${ms}`).join(" + ")}), over slo.p95Ms of ${p95Ms} ms`,
				fix: "Shorten a hop, or loosen slo.p95Ms.",
			},
			SUM,
		);
}
