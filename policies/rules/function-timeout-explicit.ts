/**
 * Every function states a timeout; one on a model's request path may not outlast that model's p95. What calls it tells
 * which path it is on; without any caller in the stack, a realtime model's function counts as on it.
 */

import { functionTimeoutSeconds } from "../../charter/derive.ts";
import type { ModelDeclaration } from "../config.ts";
import { callersOf } from "../graph/calls.ts";
import { modelOf } from "../graph/models.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { FUNCTION } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type RuleContext, type Verdict } from "../rule.ts";

const BUDGET = "over-budget";

export const functionTimeoutExplicit: Rule = {
	name: "function-timeout-explicit",
	findings: [BUDGET],
	*check(context) {
		for (const fn of context.stack.ofType(FUNCTION)) {
			const timeout = fn.statedNumber("timeout");
			if (timeout.state === "unknown") yield cannotTell(fn, timeout, "whether it states a timeout");
			else if (timeout.state === "absent")
				yield fail(fn, {
					what: "leaves its timeout at the default of 3 s",
					fix: "Set timeout to what its path has: its model's p95, rounded up to whole seconds.",
				});
			else {
				yield pass(fn);
				yield* againstBudget(context, fn, timeout.value);
			}
		}
	},
};

function* againstBudget({ stack, config }: RuleContext, fn: ResourceNode, timeoutSeconds: number): Iterable<Verdict> {
	if (config.models.length === 0) return;
	const model = modelOf(fn, config.models);
	if (model.state === "unknown") yield cannotTell(fn, model, "which model's budget it has", BUDGET);
	if (model.state !== "known" || !isOnRequestPath(stack, fn, model.value)) return;
	const p95Ms = model.value.slo?.p95Ms;
	if (p95Ms === undefined) return;
	const budgetSeconds = functionTimeoutSeconds(p95Ms);
	if (timeoutSeconds <= budgetSeconds) yield pass(fn, BUDGET);
	else
		yield fail(
			fn,
			{
				what: `may run for ${timeoutSeconds} s, over the ${budgetSeconds} s of model "${model.value.name}" (p95 ${p95Ms} ms, rounded up${budgetSeconds > Math.ceil(p95Ms / 1000) ? `; ${budgetSeconds - 1} s is skipped, as it cannot be told from Lambda's default` : ""})`,
				fix: `Set timeout to ${budgetSeconds}.`,
			},
			BUDGET,
		);
}

/** Called by someone who waits, or not called at all in this stack and of a realtime model. */
function isOnRequestPath(stack: StackGraph, fn: ResourceNode, model: ModelDeclaration): boolean {
	const callers = callersOf(stack, fn);
	const isWaitedFor = callers.some(({ mode, isFromOutside }) => mode === "synchronous" && isFromOutside);
	return isWaitedFor || (callers.length === 0 && (model.serve ?? "realtime") === "realtime");
}
