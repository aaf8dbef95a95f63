/**
 * A resource's tags as AWS will see them, and which types can carry any. The list of types is what @pulumi/aws declares
 * `tagsAll` on; a test holds it against the package.
 */
import type { ResourceNode } from "../graph/node.ts";
import type { Entries } from "./entries.ts";
import { absent, type Fact, known, unknown } from "./fact.ts";
import taggableTypes from "./taggable-types.json" with { type: "json" };

const TAGGABLE = new Set(
	Object.entries(taggableTypes).flatMap(([service, classes]) =>
		classes.split(" ").map((name) => `aws:${service}/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`),
	),
);

/** Whether resources of a type can carry tags; groups of instances carry theirs as a list and are not among these. */
export const isTaggable = (type: string): boolean => TAGGABLE.has(type);

/**
 * The tags in force by key: `tagsAll` where the provider has computed it, else the resource's own over the provider's
 * defaults. Unknown as a whole where one part could still add a key.
 */
export function tagsOf(node: ResourceNode): Fact<Entries> {
	const all = node.props.entries("tagsAll");
	if (all.state === "known" && all.value.size > 0) return all;
	const own = node.props.entries("tags");
	const byDefault = node.provider?.document("defaultTags");
	const defaults = byDefault?.state === "known" ? byDefault.value.entries("tags") : byDefault;
	if (own.state === "unknown") return own;
	if (defaults?.state === "unknown") return unknown("provider.defaultTags");
	// Before the update the provider leaves it open on every resource without tags, though nothing can still come: no
	// tags of its own, and the provider's defaults are known.
	if (all.state === "unknown" && node.provider === undefined && (own.state === "absent" || own.value.size === 0))
		return all;
	if (own.state === "known" && defaults?.state !== "known") return own;
	return known(
		new Map([...(defaults?.state === "known" ? defaults.value : []), ...(own.state === "known" ? own.value : [])]),
	);
}

/** The tag of one key: known, unknown, or absent (an empty value says nothing, so it is absent). */
export function tagOf(node: ResourceNode, key: string): Fact<string> {
	const tags = tagsOf(node);
	if (tags.state !== "known") return tags;
	return tags.value.get(key) ?? absent;
}
