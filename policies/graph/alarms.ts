/**
 * What alarms watch, and whether anybody is told: metrics with the resources in their dimensions, of an alarm's own and
 * of its queries, and actions, of the alarm's own or of a composite above it.
 */
import type { Entries } from "../facts/entries.ts";
import { absent, type Fact, ifKnown, itemsOf, known } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { isMeasuredIn, MEASURED, namedByDimension, typesOfDimension } from "./dimensions.ts";
import { behindAlias } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
/** Alarms on metrics, and alarms on alarms. */
export const ALARM_TYPES = [METRIC_ALARM, COMPOSITE_ALARM];
const ALARM_ACTIONS = "alarmActions";
const RISING = [ALARM_ACTIONS];
const ACTIONS = [ALARM_ACTIONS, "okActions", "insufficientDataActions"];

export interface WatchedMetric {
	alarm: ResourceNode;
	/** As in "Latency". */
	name: Fact<string>;
	/** As in "AWS/ApiGateway". */
	namespace: Fact<string>;
	/** Values of the dimensions by key, as far as they are known. */
	dimensions: Entries;
	/** The resources of the stack that the dimensions name, and of which the namespace keeps metrics. */
	watches: ReadonlySet<ResourceNode>;
	/** A dimension that is not known yet and depends on nothing that would tell. */
	unknown?: string;
}

/** Every metric that some alarm of the stack watches. */
export const watchedMetrics = perStack((stack): readonly WatchedMetric[] =>
	stack.ofType(METRIC_ALARM).flatMap((alarm) => {
		const queries = itemsOf(alarm.props.parts("metricQueries"));
		const own =
			alarm.props.read("metricName").state === "absent" ? [] : [metricOf(stack, alarm, alarm.props, "dimensions")];
		const queried = queries.flatMap((query) => {
			const metric = query.part("metric");
			return metric.state === "known" ? [metricOf(stack, alarm, metric.value, "metricQueries")] : [];
		});
		return [...own, ...queried];
	}),
);

function metricOf(stack: StackGraph, alarm: ResourceNode, holder: Props, property: string): WatchedMetric {
	const name = holder.text("metricName");
	const namespace = holder.text("namespace");
	const entries = holder.entries("dimensions");
	const dimensions = ifKnown(entries) ?? new Map<string, Fact<string>>();
	const watches = new Set<ResourceNode>();
	const depended = () => stack.dependencies(alarm, property, MEASURED);
	let unknown = entries.state === "unknown" && depended().length === 0 ? entries.property : undefined;
	const isKept = (node: ResourceNode, key?: string) => isMeasuredIn(node, ifKnown(namespace), key);
	if (entries.state === "unknown") for (const node of depended()) if (isKept(node)) watches.add(node);
	for (const [key, value] of dimensions) {
		const types = typesOfDimension(key);
		const named = value.state === "known" ? namedByDimension(stack, key, value.value) : [];
		const found = named.length > 0 ? named : depended().filter(({ type }) => types.includes(type));
		for (const node of found) if (isKept(node, key)) watches.add(behindAlias(stack, node));
		if (value.state === "unknown" && found.length === 0) unknown ??= value.property;
	}
	return { alarm, name, namespace, dimensions, watches, ...(unknown === undefined ? {} : { unknown }) };
}

/** Whether anyone is told when an alarm rises: by an enabled action of its own, or of a composite above it. */
export function isHeard(stack: StackGraph, alarm: ResourceNode): Fact<true> {
	return heard(stack, alarm, RISING);
}

/** Whether an alarm does anything at all, whatever its state. */
export const acts = (stack: StackGraph, alarm: ResourceNode): Fact<true> => heard(stack, alarm, ACTIONS);

/** @param below alarms that were asked on the way up, and are not asked again */
function heard(
	stack: StackGraph,
	alarm: ResourceNode,
	actions: readonly string[],
	below?: Set<ResourceNode>,
): Fact<true> {
	let answer = byOwnAction(alarm, actions);
	const composites = compositesOf(stack).get(alarm);
	if (answer.state === "known" || !composites) return answer;
	const asked = (below ?? new Set()).add(alarm);
	for (const composite of composites) {
		if (asked.has(composite)) continue;
		const above = heard(stack, composite, actions, asked);
		if (above.state === "known") return above;
		if (above.state === "unknown") answer = above;
	}
	return answer;
}

function byOwnAction(alarm: ResourceNode, actions: readonly string[]): Fact<true> {
	const isEnabled = alarm.props.flag("actionsEnabled");
	if (isEnabled.state === "known" && !isEnabled.value) return absent;
	for (const property of actions) {
		const stated = alarm.props.texts(property);
		const has =
			stated.state === "known" ? stated.value.some(({ state }) => state !== "absent") : stated.state === "unknown";
		if (has) return isEnabled.state === "unknown" ? isEnabled : known(true);
	}
	return absent;
}

/** Composite alarms by the alarms whose rise they follow. */
const compositesOf = perStack((stack) => {
	const byAlarm = new Map<ResourceNode, ResourceNode[]>();
	for (const composite of stack.ofType(COMPOSITE_ALARM)) {
		const rule = composite.props.text("alarmRule");
		const names = rule.state === "known" ? raisedIn(rule.value) : [];
		const named = names.flatMap((name) => stack.named(name, ALARM_TYPES));
		// A name that the stack makes up only on update is told by what the rule depends on.
		const isAllNamed = rule.state === "known" && named.length >= names.length;
		const found = isAllNamed ? named : [...named, ...stack.dependencies(composite, "alarmRule", ALARM_TYPES)];
		for (const alarm of new Set(found)) byAlarm.set(alarm, [...(byAlarm.get(alarm) ?? []), composite]);
	}
	return byAlarm;
});

/** Names or ARNs of the alarms whose rise a composite's rule asks for; those whose rise it rules out are not meant. */
const raisedIn = (rule: string): string[] =>
	[...rule.matchAll(/(\bNOT\s+)?\bALARM\s*\(\s*["']?([^"')]+?)["']?\s*\)/gi)].flatMap(([, not, name]) =>
		not === undefined && name !== undefined ? [name] : [],
	);
