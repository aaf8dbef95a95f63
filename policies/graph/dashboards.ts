/**
 * What dashboards show: the resources in the metrics, queries and alarms of their widgets. Text widgets show nothing, and
 * whether a graph makes sense is not seen.
 */
import { ifKnown, itemsOf, knownAmong, type Unknown, unknown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { containsUnknown } from "../facts/unknown.ts";
import { ALARM_TYPES, watchedMetrics } from "./alarms.ts";
import { HTTP_API, REST_API, REST_STAGE } from "./apis.ts";
import { isMeasuredIn, MEASURED, measuredBy, namedByDimension, typesOfDimension } from "./dimensions.ts";
import type { Endpoint } from "./endpoints.ts";
import { behindAlias } from "./functions.ts";
import { identitiesOf } from "./identity.ts";
import { functionsByGroup } from "./log-groups.ts";
import { meantBy } from "./made-names.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { LOG_GROUP } from "./types.ts";
import { type Row, rowsOf, stringsIn } from "./widgets.ts";

const DASHBOARD = "aws:cloudwatch/dashboard:Dashboard";
const BODY = "dashboardBody";
/** Names inside expressions and queries: of functions, APIs, log groups, and the ends of load balancers' ARNs. */
const NAME = /[\w$.:/-]+/g;
/** Of any resource in AWS. */
const LONGEST_NAME = 512;
const STAGE = "Stage";
/** Dimensions whose value is the resource's own name, and nothing that only an update makes up. */
const BY_NAME = ["ApiName", "FunctionName", "QueueName", "ServiceName", "EndpointName", "LoadBalancerName"];

export interface Dashboard {
	node: ResourceNode;
	shows: ReadonlySet<ResourceNode>;
	/** The APIs that it shows at some stages only, with the names of these. */
	stages: ReadonlyMap<ResourceNode, ReadonlySet<string>>;
	/** What keeps us from telling all that it shows. */
	unknown?: Unknown;
}

/** Whether a dashboard shows the door of an endpoint: by itself, by all of its API, or by the API at that stage. */
export function showsDoor({ shows, stages }: Dashboard, { door, api }: Endpoint): boolean {
	if (shows.has(door) || (api && shows.has(api))) return true;
	const shown = (api && stages.get(api)) ?? new Set();
	const name = ifKnown(door.props.text(door.type === REST_STAGE ? "stageName" : "name"));
	return door === api || name === undefined ? shown.size > 0 : shown.has(name);
}

export const dashboardsOf = perStack((stack): readonly Dashboard[] =>
	stack.ofType(DASHBOARD).map((node) => {
		const body = node.props.document(BODY);
		const depended = stack.dependencies(node, BODY);
		const shows = new Set<ResourceNode>();
		const stages = new Map<ResourceNode, Set<string>>();
		if (body.state !== "known") return { node, shows, stages, ...(body.state === "unknown" ? { unknown: body } : {}) };
		const widgets = itemsOf(body.value.parts("widgets")).filter(draws);
		const free = new Set<string>();
		for (const properties of knownAmong(widgets.map((widget) => widget.part("properties")))) {
			const rows = rowsIn(properties);
			for (const row of rows) addRow(stack, { shows, stages, depended }, row);
			const drawn = ["query", "alarms", "annotations"].map((key) => ifKnown(properties.read(key)));
			for (const name of namesAmong([...rows.flatMap(({ rest }) => rest), ...drawn])) free.add(name);
		}
		for (const name of free) for (const found of inText(stack, name, depended)) shows.add(found);
		// What left no name in the body may stand for any part of it: only the engine's record tells that it is there.
		const marks = new Set(namesAmong(body.value.raw, []).flatMap(beginningsOf));
		for (const each of widgets.length > 0 ? depended : [])
			if (!leavesMark(each, marks)) for (const found of standsFor(stack, each)) shows.add(found);
		return { node, shows, stages, ...(containsUnknown(body.value.raw) ? { unknown: unknown(BODY) } : {}) };
	}),
);

/** Whether a widget draws anything: text does not. */
const draws = (widget: Props): boolean => ifKnown(widget.text("type")) !== "text";

function rowsIn(properties: Props): Row[] {
	const metrics = ifKnown(properties.read("metrics"));
	return rowsOf(Array.isArray(metrics) ? metrics : []);
}

/** Every string in a value, whole and by the names in it. */
const namesAmong = (value: unknown, except?: readonly string[]): string[] =>
	stringsIn(value, except).flatMap((text) => [text, ...(text.match(NAME) ?? [])]);

/** A name, and what its parts begin with: the name of the resource, where something random stands behind it. */
const beginningsOf = (name: string): string[] => [
	name,
	...name
		.split(/[:/]/)
		.filter(({ length }) => length <= LONGEST_NAME)
		.flatMap((part) => part.split("-").map((_, i, words) => words.slice(0, i + 1).join("-"))),
];

const leavesMark = (node: ResourceNode, marks: ReadonlySet<string>): boolean =>
	[node.name, ...identitiesOf(node)].some((name) => marks.has(name));

interface Drawing {
	shows: Set<ResourceNode>;
	stages: Map<ResourceNode, Set<string>>;
	/** What the body depends on. */
	depended: readonly ResourceNode[];
}

function addRow(stack: StackGraph, { shows, stages, depended }: Drawing, { namespace, pairs }: Row): void {
	const at = pairs.find(([key]) => key === STAGE)?.[1];
	for (const [key, value] of pairs)
		for (const node of key === STAGE ? [] : measuredAs(stack, { key, value, depended })) {
			if (!isMeasuredIn(node, namespace, key)) continue;
			const isApi = node.type === REST_API || node.type === HTTP_API;
			if (!isApi || at === undefined) shows.add(node);
			else stages.set(node, (stages.get(node) ?? new Set()).add(at));
		}
}

/** The resources that a dimension names; where the name is made up on update, those that it can be of. */
function measuredAs(
	stack: StackGraph,
	{ key, value, depended }: { key: string; value: string; depended: readonly ResourceNode[] },
): ResourceNode[] {
	const named = namedByDimension(stack, key, value);
	if (named.length > 0) return named;
	const types = typesOfDimension(key);
	const open = depended.filter(
		(node) => types.includes(node.type) && !(BY_NAME.includes(key) && ifKnown(node.props.text("name")) !== undefined),
	);
	const meant = meantBy(value, open);
	const possible = meant ? [meant] : types === MEASURED ? [] : open;
	return possible.map((node) => behindAlias(stack, node));
}

/** What a name in free text shows. */
function inText(stack: StackGraph, text: string, depended: readonly ResourceNode[]): ResourceNode[] {
	const measured = measuredBy(stack, text, MEASURED);
	const named = [...measured, ...stack.named(text, [...ALARM_TYPES, LOG_GROUP])];
	const meant = named.length > 0 ? undefined : meantBy(text, depended);
	return [...named, ...(meant ? [meant] : [])].flatMap((node) => standsFor(stack, node));
}

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
