/**
 * No function may call another one and wait. A grant does not say how it is used: a function that only sends events
 * needs an exception. Starting a workflow and sending to a queue are what to do instead, and fine.
 */
import { chainFrom } from "../graph/invocation-grants.ts";
import { FUNCTION } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule } from "../rule.ts";

export const noSynchronousFunctionChain: Rule = {
	name: "no-synchronous-function-chain",
	findings: [],
	*check({ stack }) {
		for (const fn of stack.ofType(FUNCTION)) {
			const { ways, open } = chainFrom(stack, fn);
			if (ways.length > 0)
				yield fail(fn, {
					what: ways.join("; "),
					fix: "Let a workflow call one after the other, send to a queue, or merge the two; except it where it only sends events.",
				});
			else if (open) yield cannotTell(fn, open, "whether it may invoke another function");
			else yield pass(fn);
		}
	},
};
