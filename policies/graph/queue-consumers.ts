/**
 * How many copies of a function its event sources run at once, as far as mappings bound it: a queue's maximum, a
 * stream's shards times its factor. Not how many the function is allowed: that is its reservation.
 */
import { type Fact, ifKnown, mapFact, orElse } from "../facts/fact.ts";
import { functionsBehind } from "./functions.ts";
import { type SourceKind, sourceKindOf, sourceOf } from "./mappings.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { EVENT_SOURCE_MAPPING, STREAM } from "./types.ts";

/** Copies that one provisioned poller of a queue runs at most. */
const CONCURRENCY_BY_POLLER = 10;

/** The most copies that a mapping runs at once; absent where nothing bounds it, or the stack does not show what does. */
export function maximumOf(stack: StackGraph, mapping: ResourceNode, kind: SourceKind): Fact<number> {
	if (kind === "queue") {
		// The provider writes 0 for none.
		const own = mapFact(mapping.props.number("scalingConfig.maximumConcurrency"), (n) => (n > 0 ? n : undefined));
		if (own.state !== "absent") return own;
		return mapFact(mapping.props.number("provisionedPollerConfig.maximumPollers"), (n) => n * CONCURRENCY_BY_POLLER);
	}
	const stream = sourceOf(stack, mapping);
	if (stream?.type !== STREAM) return { state: "absent" };
	const mode = orElse(stream.props.text("streamModeDetails.streamMode"), "PROVISIONED");
	if (mode.state === "unknown") return mode;
	if (mode.value !== "PROVISIONED") return { state: "absent" };
	const shards = stream.effectiveNumber("shardCount");
	const factor = mapping.effectiveNumber("parallelizationFactor");
	if (shards.state !== "known") return shards;
	return mapFact(factor, (each) => each * shards.value);
}

/** One source of a function, with the maximum that it is bounded to. */
export interface BoundedSource {
	mapping: ResourceNode;
	kind: SourceKind;
	maximum: Fact<number>;
}

/** The sources of each function of the stack, through whichever alias. */
export const sourcesByFunction = perStack((stack): ReadonlyMap<ResourceNode, readonly BoundedSource[]> => {
	const byFunction = new Map<ResourceNode, BoundedSource[]>();
	for (const mapping of stack.ofType(EVENT_SOURCE_MAPPING)) {
		const kind = ifKnown(sourceKindOf(stack, mapping));
		if (kind === undefined) continue;
		for (const fn of new Set(functionsBehind(stack, mapping, "functionName").map((each) => each.fn))) {
			const sources = byFunction.get(fn) ?? [];
			sources.push({ mapping, kind, maximum: maximumOf(stack, mapping, kind) });
			byFunction.set(fn, sources);
		}
	}
	return byFunction;
});
