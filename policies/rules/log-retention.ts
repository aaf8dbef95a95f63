/**
 * Every log group expires, and every function writes to a group of the stack. Groups that AWS makes by itself on the
 * first line (API Gateway's execution log, a container's with awslogs-create-group) are in no stack, so not seen.
 */
import { functionsByGroup, logsOf } from "../graph/log-groups.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { FUNCTION, LOG_GROUP } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const EXPIRY = "expiry";
const FUNCTION_GROUP = "function-group";
/** A function's group that never expires, apart from any other's. */
const FUNCTION_GROUP_EXPIRY = "function-group/expiry";
const RETENTION = "retentionInDays";
/** CloudWatch deletes what is in a group of this class after two days, whatever the group says. */
const DELIVERY = "DELIVERY";

export const logRetention: Rule = {
	name: "log-retention",
	findings: [EXPIRY, FUNCTION_GROUP, FUNCTION_GROUP_EXPIRY],
	*check({ stack }) {
		for (const group of stack.ofType(LOG_GROUP)) yield expiry(stack, group);
		for (const fn of stack.ofType(FUNCTION)) yield ownGroup(stack, fn);
	},
};

function expiry(stack: StackGraph, group: ResourceNode): Verdict {
	const finding = functionsByGroup(stack).has(group) ? FUNCTION_GROUP_EXPIRY : EXPIRY;
	const groupClass = group.effectiveText("logGroupClass");
	if (groupClass.state === "known" && groupClass.value === DELIVERY) return pass(group, finding);
	const days = group.statedNumber(RETENTION);
	if (days.state === "unknown") return cannotTell(group, days, "whether what is logged there expires", finding);
	if (days.state === "known" && days.value > 0) return pass(group, finding);
	return fail(
		group,
		{ what: "keeps its logs for ever", fix: `Set ${RETENTION}, to 30 unless somebody needs them longer.` },
		finding,
	);
}

function ownGroup(stack: StackGraph, fn: ResourceNode): Verdict {
	const { groups, name, unknown } = logsOf(stack, fn);
	if (unknown)
		return cannotTell(unknown.of, unknown, `whether ${fn.label} logs to a group of the stack`, FUNCTION_GROUP);
	if (groups.length > 0) return pass(fn, FUNCTION_GROUP);
	return fail(
		fn,
		{
			what: `logs to ${name === undefined ? "a group" : `"${name}"`} that is not in the stack, so Lambda makes it on the first call and it never expires`,
			fix: `Add an aws.cloudwatch.LogGroup with ${RETENTION}, and set the function's loggingConfig.logGroup to its name.`,
		},
		FUNCTION_GROUP,
	);
}
