/**
 * A queue's consumer has a maximum, all sources of a function together keep to its reservation, and a large batch has a
 * window to fill in. A function without a reservation is not this rule's.
 */
import { QUEUE_BATCH_WITHOUT_WINDOW_MAX } from "../../charter/limits.ts";
import { ifKnown } from "../facts/fact.ts";
import { sourceKindOf } from "../graph/mappings.ts";
import type { ResourceNode } from "../graph/node.ts";
import { type BoundedSource, maximumOf, sourcesByFunction } from "../graph/queue-consumers.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { EVENT_SOURCE_MAPPING } from "../graph/types.ts";
import { cannotTell, fail, notApplicable, pass, type Rule, type Verdict } from "../rule.ts";

/** No maximum at all. */
const MAXIMUM = "maximum";
/** The maxima of a function's sources are more than it reserves. */
const RESERVATION = "reservation";
/** A batch over 10 without a window. */
const WINDOW = "window";

export const consumerConcurrencyBounded: Rule = {
	name: "consumer-concurrency-bounded",
	findings: [MAXIMUM, RESERVATION, WINDOW],
	*check({ stack }) {
		for (const mapping of stack.ofType(EVENT_SOURCE_MAPPING)) yield* ofMapping(stack, mapping);
		for (const [fn, sources] of sourcesByFunction(stack)) yield* withinReservation(fn, sources);
	},
};

function* ofMapping(stack: StackGraph, mapping: ResourceNode): Iterable<Verdict> {
	const kind = sourceKindOf(stack, mapping);
	const isBounded = maximumOf(stack, mapping, "queue").state !== "absent";
	if (kind.state === "unknown" && !isBounded) {
		yield cannotTell(mapping, kind, "whether it polls a queue", MAXIMUM);
		return;
	}
	if (kind.state === "known" && kind.value !== "queue") {
		yield notApplicable(mapping, "its source is no queue: shards bound a stream", MAXIMUM);
		return;
	}
	if (isBounded) yield pass(mapping, MAXIMUM);
	else
		yield fail(
			mapping,
			{
				what: "polls a queue with as many copies of its function as Lambda sees fit",
				fix: "Set scalingConfig.maximumConcurrency to 2 or more, at most the function's reservation.",
			},
			MAXIMUM,
		);
	yield* window(mapping);
}

function* window(mapping: ResourceNode): Iterable<Verdict> {
	const batch = mapping.effectiveNumber("batchSize");
	const seconds = mapping.effectiveNumber("maximumBatchingWindowInSeconds");
	if ((ifKnown(batch) ?? 0) <= QUEUE_BATCH_WITHOUT_WINDOW_MAX && batch.state !== "unknown") return;
	if (seconds.state !== "unknown" && (ifKnown(seconds) ?? 0) > 0) yield pass(mapping, WINDOW);
	else if (batch.state === "unknown") yield cannotTell(mapping, batch, "whether its batches need a window", WINDOW);
	else if (seconds.state === "unknown") yield cannotTell(mapping, seconds, "whether its batches have a window", WINDOW);
	else
		yield fail(
			mapping,
			{
				what: `asks for batches of ${ifKnown(batch)} without a window to fill them in`,
				fix: `Set maximumBatchingWindowInSeconds to 1 or more, or batchSize to at most ${QUEUE_BATCH_WITHOUT_WINDOW_MAX}.`,
			},
			WINDOW,
		);
}

function* withinReservation(fn: ResourceNode, sources: readonly BoundedSource[]): Iterable<Verdict> {
	const reserved = fn.statedNumber("reservedConcurrentExecutions");
	if (reserved.state === "absent") {
		yield notApplicable(fn, "it reserves nothing: function-reserved-concurrency judges that", RESERVATION);
		return;
	}
	const bounded = sources.filter(({ maximum }) => maximum.state !== "absent");
	const sum = bounded.reduce((total, { maximum }) => total + (ifKnown(maximum) ?? 0), 0);
	if (bounded.length === 0) return;
	if (reserved.state === "unknown") {
		yield cannotTell(fn, reserved, "whether its sources keep to its reservation", RESERVATION);
		return;
	}
	if (sum > reserved.value) {
		yield fail(
			fn,
			{
				what: `reserves ${reserved.value} and is polled for with up to ${sum}: ${bounded.map(inWords).join(" + ")}`,
				fix: `Raise reservedConcurrentExecutions to ${sum} or lower the maxima to it.`,
			},
			RESERVATION,
		);
		return;
	}
	const open = bounded.find(({ maximum }) => maximum.state === "unknown");
	if (open?.maximum.state === "unknown")
		yield cannotTell(open.mapping, open.maximum, `whether ${fn.label} reserves enough for it`, RESERVATION);
	else yield pass(fn, RESERVATION);
}

const inWords = ({ mapping, kind, maximum }: BoundedSource): string =>
	`${ifKnown(maximum) ?? "?"} of ${mapping.label}${kind === "stream" ? " (shards × factor)" : ""}`;
