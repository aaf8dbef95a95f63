/**
 * Everything that can carry tags has the required ones, and what starts others hands them on. Tags that another resource
 * or a script adds later are not seen.
 */
import { absent, type Fact, ifKnown, itemsOf, orElse, type Unknown } from "../facts/fact.ts";
import { isTaggable, tagsOf } from "../facts/tags.ts";
import type { ResourceNode } from "../graph/node.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { AUTOSCALING_GROUP, ECS_SERVICE, TASK_DEFINITION } from "../graph/types.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const KEYS = "keys";
const PROPAGATION = "propagation";

export const costAllocationTags: Rule = {
	name: "cost-allocation-tags",
	findings: [KEYS, PROPAGATION],
	*check({ stack, config: { requiredTags } }) {
		for (const node of stack.nodes) if (isTaggable(node.type)) yield keysVerdict(node, requiredTags);
		for (const service of stack.ofType(ECS_SERVICE)) yield servicePropagation(stack, service);
		for (const group of stack.ofType(AUTOSCALING_GROUP)) yield* groupTags(group, requiredTags);
	},
};

function keysVerdict(node: ResourceNode, required: readonly string[]): Verdict {
	const tags = tagsOf(node);
	if (tags.state === "unknown") return cannotTell(node, tags, `whether it carries ${required.join(", ")}`, KEYS);
	const carried = ifKnown(tags);
	return missingKeys(node, required, (key) => carried?.get(key) ?? absent);
}

function missingKeys(node: ResourceNode, required: readonly string[], tag: (key: string) => Fact<string>): Verdict {
	const missing: string[] = [];
	let open: Unknown | undefined;
	for (const key of required) {
		const fact = tag(key);
		if (isMissing(fact)) missing.push(key);
		if (fact.state === "unknown") open ??= fact;
	}
	if (missing.length > 0)
		return fail(
			node,
			{
				what: `has no tag ${missing.map((key) => `"${key}"`).join(", ")}, or an empty one`,
				fix: "Set them in tags, or for all resources in the provider's defaultTags.",
			},
			KEYS,
		);
	return open ? cannotTell(node, open, "whether its tags have values", KEYS) : pass(node, KEYS);
}

const isMissing = (tag: Fact<string>): boolean =>
	tag.state === "absent" || (tag.state === "known" && tag.value.trim() === "");

/** Tasks carry tags only if their service hands them on, from itself or from a task definition that has them. */
function servicePropagation(stack: StackGraph, service: ResourceNode): Verdict {
	const from = orElse(service.props.text("propagateTags"), "NONE");
	if (from.state === "unknown") return cannotTell(service, from, "whether its tasks carry tags", PROPAGATION);
	if (from.value === "SERVICE") return pass(service, PROPAGATION);
	if (from.value === "TASK_DEFINITION") {
		const definition = stack.target(service, "taskDefinition", TASK_DEFINITION);
		const tags = definition ? tagsOf(definition) : undefined;
		if (!definition || tags?.state !== "known" || tags.value.size > 0) return pass(service, PROPAGATION);
		return fail(
			service,
			{
				what: `hands its tasks the tags of ${definition.label}, which has none`,
				fix: `Set propagateTags to "SERVICE", or tag ${definition.label}.`,
			},
			PROPAGATION,
		);
	}
	return fail(
		service,
		{ what: "does not hand its tags on to its tasks", fix: 'Set propagateTags to "SERVICE".' },
		PROPAGATION,
	);
}

/** A group of instances lists its tags, each with a switch that hands it on to the instances. */
function* groupTags(group: ResourceNode, required: readonly string[]): Iterable<Verdict> {
	const listed = group.props.parts("tags");
	if (listed.state === "unknown") {
		yield cannotTell(group, listed, `whether it carries ${required.join(", ")}`, KEYS);
		return;
	}
	const tags = new Map(
		itemsOf(listed).flatMap((tag) => {
			const key = ifKnown(tag.text("key"));
			return key === undefined ? [] : [[key, tag] as const];
		}),
	);
	yield missingKeys(group, required, (key) => tags.get(key)?.text("value") ?? absent);
	const kept = required.filter((key) => {
		const tag = tags.get(key);
		return tag !== undefined && ifKnown(orElse(tag.flag("propagateAtLaunch"), false)) === false;
	});
	if (kept.length > 0)
		yield fail(
			group,
			{ what: `keeps ${kept.join(", ")} from its instances`, fix: "Set propagateAtLaunch on each." },
			PROPAGATION,
		);
	else yield pass(group, PROPAGATION);
}
