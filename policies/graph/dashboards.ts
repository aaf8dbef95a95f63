/**
 * What dashboards show: the resources in the metrics, queries and alarms of their widgets. Text widgets show nothing, and
 * whether a graph makes sense is not seen.
 */
import { ifKnown, type Unknown, unknown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { containsUnknown, isUnknown, rawProperty } from "../facts/unknown.ts";
import { ALARM_TYPES, watchedMetrics } from "./alarms.ts";
import { behindAlias, MEASURED, measuredBy, namedByDimension } from "./dimensions.ts";
import { functionsByGroup } from "./log-groups.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { LOG_GROUP } from "./types.ts";

const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";
const BODY = "dashboardBody";
/** Names inside expressions and queries: of functions, APIs, log groups, and the ends of load balancers' ARNs. */
const NAME = /[\w$.:/-]+/g;
/** In a row of metrics: the same as above, in this place or in all the places left. */
const SAME = ".";
const ALL_SAME = "...";

export interface Dashboard {
	node: ResourceNode;
	shows: ReadonlySet<ResourceNode>;
	/** What keeps us from telling all that it shows. */
	unknown?: Unknown;
}

export const dashboardsOf = perStack((stack): readonly Dashboard[] =>
	stack.ofType(DASHBOARD).map((node) => {
		const body = node.props.document(BODY);
		const depended = stack.dependencies(node, BODY).flatMap((found) => standsFor(stack, found));
		if (body.state !== "known")
			return { node, shows: new Set(depended), ...(body.state === "unknown" ? { unknown: body } : {}) };
		const widgets = (ifKnown(body.value.parts("widgets")) ?? []).filter(draws);
		const named = widgets.flatMap((widget) => shownBy(stack, widget));
		// What a name made up on update stands for, only the engine's record of dependencies tells.
		const shown = new Set([...named, ...(widgets.length > 0 ? depended : [])]);
		return { node, shows: shown, ...(containsUnknown(body.value.raw) ? { unknown: unknown(BODY) } : {}) };
	}),
);

/** Whether a widget draws anything: text does not. */
const draws = (widget: Props): boolean => ifKnown(widget.text("type")) !== "text";

function shownBy(stack: StackGraph, widget: Props): ResourceNode[] {
	const properties = ifKnown(widget.part("properties"));
	if (!properties) return [];
	const metrics = ifKnown(properties.read("metrics"));
	const rows = rowsOf(Array.isArray(metrics) ? metrics : []);
	const drawn = ["query", "alarms", "annotations"].map((key) => ifKnown(properties.read(key)));
	const free = stringsIn([...rows.flatMap(({ rest }) => rest), ...drawn]);
	return [
		...rows.flatMap(({ pairs }) => pairs.flatMap(([key, value]) => namedByDimension(stack, key, value))),
		...free.flatMap((text) => [text, ...(text.match(NAME) ?? [])]).flatMap((text) => inText(stack, text)),
	];
}

/** What a name in free text shows. */
const inText = (stack: StackGraph, text: string): ResourceNode[] => [
	...measuredBy(stack, text, MEASURED),
	...stack.named(text, [...ALARM_TYPES, LOG_GROUP]).flatMap((node) => standsFor(stack, node)),
];

/** An alarm shows what it watches, a log group the functions that write to it, an alias its function. */
const standsFor = (stack: StackGraph, node: ResourceNode): ResourceNode[] => [
	behindAlias(stack, node),
	...(watchedBy(stack).get(node) ?? []),
	...(functionsByGroup(stack).get(node) ?? []),
];

const watchedBy = perStack((stack) => {
	const byAlarm = new Map<ResourceNode, Set<ResourceNode>>();
	for (const { alarm, watches } of watchedMetrics(stack))
		byAlarm.set(alarm, new Set([...(byAlarm.get(alarm) ?? []), ...watches]));
	return byAlarm;
});

interface Row {
	/** Dimensions, key and value. */
	pairs: [string, string][];
	/** What else stands there: expressions. */
	rest: unknown[];
}

/** The rows of a widget's metrics, `[namespace, metric, key, value, …, options]`, shorthands spelled out. */
function rowsOf(metrics: readonly unknown[]): Row[] {
	let above: string[] = [];
	return metrics.map((_, i) => {
		const row = rawProperty(metrics, String(i));
		const cells = Array.isArray(row) ? row.map((_cell, at) => rawProperty(row, String(at))) : [row];
		const texts = spelledOut(
			cells.filter((cell) => typeof cell === "string"),
			above,
		);
		if (texts.length > 0) above = texts;
		const pairs: [string, string][] = [];
		for (let at = 2; at + 1 < texts.length; at += 2) pairs.push([texts[at] ?? "", texts[at + 1] ?? ""]);
		return { pairs, rest: cells.filter((cell) => typeof cell !== "string") };
	});
}

function spelledOut(texts: readonly string[], above: readonly string[]): string[] {
	const rest = texts.indexOf(ALL_SAME);
	if (rest !== -1) {
		const after = texts.slice(rest + 1);
		const before = texts.slice(0, rest);
		return [...before, ...above.slice(before.length, above.length - after.length), ...after];
	}
	return texts.map((text, at) => (text === SAME ? (above[at] ?? text) : text));
}

/** Every string in a value but labels and titles, which people read and nothing draws. */
function stringsIn(value: unknown): string[] {
	const strings: string[] = [];
	const pending: unknown[] = [value];
	for (const next of pending) {
		if (typeof next === "string" && !isUnknown(next)) strings.push(next);
		if (typeof next !== "object" || next === null) continue;
		for (const key of Object.keys(next)) if (key !== "label") pending.push(rawProperty(next, key));
	}
	return strings;
}
