/**
 * A table pays by request, or its capacity follows its load: reads and writes, of the table and of each of its indexes.
 * Targets that another stack or a script registers are not seen.
 */
import { absent, type Fact, ifKnown, itemsOf } from "../facts/fact.ts";
import { SCALABLE_TARGET, SCALING_POLICY, type Scalable, scalingOf } from "../graph/autoscaling.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { TABLE } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const TARGETS = "targets";
const POLICIES = "policies";
const INDEX = "aws:dynamodb/globalSecondaryIndex:GlobalSecondaryIndex";
const WHETHER = "whether its capacity follows its load";

export const tableCapacity: Rule = {
	name: "table-capacity",
	findings: [TARGETS, POLICIES],
	*check({ stack }) {
		for (const table of stack.ofType(TABLE)) {
			const mode = table.effectiveText("billingMode");
			if (mode.state === "unknown") {
				yield cannotTell(table, mode, WHETHER, TARGETS);
				continue;
			}
			if (ifKnown(mode) === "PAY_PER_REQUEST") {
				yield pass(table, TARGETS);
				continue;
			}
			const indexes = indexNamesOf(stack, table);
			if (indexes.state === "unknown") yield cannotTell(table, indexes, "which indexes it has", TARGETS);
			const wanted = capacitiesOf(table, itemsOf(indexes));
			yield targetsVerdict(stack, table, wanted);
			yield* policiesVerdict(stack, table, wanted);
		}
	},
};

/** One capacity that must follow the load, and how to call it. */
interface Capacity extends Scalable {
	words: string;
}

function capacitiesOf(table: ResourceNode, indexes: readonly Fact<string>[]): Capacity[] {
	return ["Read", "Write"].flatMap((kind) => [
		{ subject: table, dimension: `dynamodb:table:${kind}CapacityUnits`, words: kind.toLowerCase() },
		...indexes.map((part) => ({
			subject: table,
			dimension: `dynamodb:index:${kind}CapacityUnits`,
			part,
			words: `${kind.toLowerCase()} of index "${ifKnown(part) ?? "(not known yet)"}"`,
		})),
	]);
}

/** Names of a table's indexes, those that are resources of their own included. */
function indexNamesOf(stack: StackGraph, table: ResourceNode): Fact<Fact<string>[]> {
	const own = table.props.parts("globalSecondaryIndexes");
	if (own.state === "unknown") return own;
	const separate = stack.referrers(table, INDEX, "tableName").map((index) => index.props.text("indexName"));
	return { state: "known", value: [...itemsOf(own).map((index) => index.text("name")), ...separate] };
}

function targetsVerdict(stack: StackGraph, table: ResourceNode, wanted: readonly Capacity[]): Verdict {
	const found = wanted.map((capacity) => ({ capacity, target: scalingOf(stack, SCALABLE_TARGET, capacity) }));
	const missing = found.filter(({ target }) => target.state === "absent").map(({ capacity }) => capacity.words);
	if (missing.length > 0)
		return fail(
			table,
			{
				what: `is provisioned and nothing scales its ${missing.join(", ")}`,
				fix: 'Set billingMode to "PAY_PER_REQUEST", or register an aws.appautoscaling.Target with a Policy for each.',
			},
			TARGETS,
		);
	const open = found.map(({ target }) => target).find(({ state }) => state === "unknown") ?? absent;
	return open.state === "unknown" ? cannotTell(table, open, WHETHER, TARGETS) : pass(table, TARGETS);
}

/** A target alone sets bounds and moves nothing. One that is missing is the other finding's. */
function* policiesVerdict(stack: StackGraph, table: ResourceNode, wanted: readonly Capacity[]): Iterable<Verdict> {
	const targeted = wanted.filter((capacity) => scalingOf(stack, SCALABLE_TARGET, capacity).state !== "absent");
	const found = targeted.map((capacity) => ({ capacity, policy: scalingOf(stack, SCALING_POLICY, capacity) }));
	const missing = found.filter(({ policy }) => policy.state === "absent").map(({ capacity }) => capacity.words);
	const open = found.map(({ policy }) => policy).find(({ state }) => state === "unknown") ?? absent;
	if (missing.length > 0)
		yield fail(
			table,
			{
				what: `has a scaling target without a policy for its ${missing.join(", ")}`,
				fix: "Give each target an aws.appautoscaling.Policy that tracks its utilization.",
			},
			POLICIES,
		);
	else if (open.state === "unknown") yield cannotTell(table, open, WHETHER, POLICIES);
	else if (found.length > 0) yield pass(table, POLICIES);
}
