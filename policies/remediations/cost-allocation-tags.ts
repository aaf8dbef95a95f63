/** Adds required tags that are missing or empty, with the values of the config's `defaultTags`. Tags without one stay missing. */
import { ifKnown, itemsOf, knownAmong } from "../facts/fact.ts";
import { isTaggable, tagsOf } from "../facts/tags.ts";
import type { ResourceNode } from "../graph/node.ts";
import { AUTOSCALING_GROUP } from "../graph/types.ts";
import type { Remediation } from "../remediation.ts";
import { costAllocationTags } from "../rules/cost-allocation-tags.ts";
import { type WireProps, withEntries } from "../wire.ts";

export const tagsFromDefaults: Remediation = {
	rule: costAllocationTags,
	findings: ["keys"],
	mend(node, inputs, { requiredTags, defaultTags }) {
		const offered = Object.entries(defaultTags).filter(([key]) => requiredTags.includes(key));
		if (node.type === AUTOSCALING_GROUP) return withListed(node, inputs, offered);
		const tags = isTaggable(node.type) ? ifKnown(tagsOf(node)) : undefined;
		if (!tags) return {};
		const added = Object.fromEntries(
			offered.filter(([key]) => {
				const tag = tags.get(key);
				return tag === undefined || tag.state === "absent" || (tag.state === "known" && tag.value.trim() === "");
			}),
		);
		if (Object.keys(added).length === 0) return {};
		return {
			tags: withEntries(inputs.tags, added),
			// The provider made this from `tags` before; it is not asked again.
			...("tagsAll" in inputs ? { tagsAll: withEntries(inputs.tagsAll, added) } : {}),
		};
	},
};

/** A group of instances lists its tags. */
function withListed(node: ResourceNode, inputs: WireProps, offered: [string, string][]): WireProps {
	const listed = inputs.tags ?? [];
	const parts = node.props.parts("tags");
	if (!Array.isArray(listed) || parts.state === "unknown") return {};
	const keys = itemsOf(parts).map((part) => part.text("key"));
	if (keys.some(({ state }) => state === "unknown")) return {};
	const there = new Set(knownAmong(keys));
	const added = offered.filter(([key]) => !there.has(key));
	if (added.length === 0) return {};
	return { tags: [...listed, ...added.map(([key, value]) => ({ key, value, propagateAtLaunch: true }))] };
}
