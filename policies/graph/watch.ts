/**
 * Whether an endpoint or queue is watched: which metrics tell its latency, its errors, its backlog, and which of the
 * stack's alarms are on them. Not whether a threshold makes sense.
 */
import { absent, ifKnown, knownAmong } from "../facts/fact.ts";
import { type WatchedMetric, watchedMetrics } from "./alarms.ts";
import { HTTP_API, HTTP_STAGE, REST_API, REST_STAGE } from "./apis.ts";
import { callsFrom } from "./calls.ts";
import { holdsApis } from "./dimensions.ts";
import type { Endpoint } from "./endpoints.ts";
import { rulesFedBy, rulesOn } from "./event-buses.ts";
import { modelNameOf } from "./models.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { EVENT_BUS, FUNCTION, QUEUE } from "./types.ts";

/** What a metric tells, by its name: AWS's own and a program's alike. */
export interface Signal {
	tells: RegExp;
	/** Names that look alike and tell something else. */
	not?: RegExp;
}
export const LATENCY: Signal = {
	tells: /latency|duration|response_?time|slow/i,
	not: /PostRuntime|Init|Restore|Overhead|Provisioned/,
};
/** A caller's own mistakes (4xx) are no error of the endpoint. */
export const ERRORS: Signal = {
	tells: /error|5xx|_5\d\d_|fault|fail/i,
	not: /4xx|^Client|DeadLetter|Destination|AsyncEvent/i,
};
/** A load balancer that passes packets counts no answers: only connections cut off and targets gone. */
export const NETWORK_ERRORS: Signal = { tells: /Reset_Count|UnHealthyHostCount|NegotiationErrorCount/, not: /^Client/ };
export const QUEUE_AGE: Signal = { tells: /^ApproximateAgeOfOldestMessage/ };
/** What comes by redrive is not counted as sent: only the depth tells. */
export const QUEUE_DEPTH: Signal = { tells: /^ApproximateNumberOfMessagesVisible/ };

/** The stack's alarms that may be meant: certain ones, and one that may be once more is known. */
export interface Watch {
	alarms: readonly ResourceNode[];
	open?: { alarm: ResourceNode; property: string };
}

const API_DIMENSIONS = ["ApiName", "ApiId"];

/** Alarms on a signal of an endpoint: of its door, its API, or what answers there. */
export const watchOfEndpoint = (stack: StackGraph, endpoint: Endpoint, signal: Signal): Watch => {
	const { door, api, backends } = endpoint;
	const models = knownAmong(backends.map(modelNameOf));
	const keys: Key[] = [door, api ?? ELSEWHERE, ...backends, ...models];
	return watchOf(near(stack, keys), signal, (metric) => isOnEndpoint(endpoint, metric) && isEmitted(metric));
};

/** What one generation of APIs counts under one name, the other counts under another: an alarm on that never rises. */
function isEmitted({ name, namespace, watches }: WatchedMetric): boolean {
	if (ifKnown(namespace) !== "AWS/ApiGateway") return true;
	const named = ifKnown(name) ?? "";
	const types = new Set([...watches].map(({ type }) => type));
	if (types.has(HTTP_API) || types.has(HTTP_STAGE)) return !/^[45]XXError$/.test(named);
	return !/^[45]xx$/.test(named) || !(types.has(REST_API) || types.has(REST_STAGE));
}

/** Alarms on a signal of one resource. */
export const watchOfResource = (stack: StackGraph, node: ResourceNode, signal: Signal): Watch =>
	watchOf(near(stack, [node]), signal, ({ watches }) => watches.has(node));

/** Where metrics stand that may be of anything once more is known, and those of an API that is not in the stack. */
const ANYWHERE = Symbol("anywhere");
const ELSEWHERE = Symbol("elsewhere");
type Key = ResourceNode | string | typeof ANYWHERE | typeof ELSEWHERE;

/** Metrics by what they are of, so that an endpoint is held against those alone that can be its own. */
const metricsByKey = perStack((stack) => {
	const byKey = new Map<Key, WatchedMetric[]>();
	const note = (key: Key, metric: WatchedMetric) => {
		const metrics = byKey.get(key);
		if (metrics) metrics.push(metric);
		else byKey.set(key, [metric]);
	};
	for (const metric of watchedMetrics(stack)) {
		for (const node of metric.watches) note(node, metric);
		for (const model of modelsIn(metric)) note(model, metric);
		if (metric.unknown !== undefined) note(ANYWHERE, metric);
		if (metric.watches.size === 0 && namesApi(metric)) note(ELSEWHERE, metric);
	}
	return byKey;
});

function near(stack: StackGraph, keys: readonly Key[]): Iterable<WatchedMetric> {
	const byKey = metricsByKey(stack);
	const all: readonly Key[] = [...keys, ANYWHERE];
	const lists = all.flatMap((key) => {
		const metrics = byKey.get(key);
		return metrics ? [metrics] : [];
	});
	const [only] = lists;
	return lists.length > 1 ? new Set(lists.flat()) : (only ?? []);
}

function watchOf(
	metrics: Iterable<WatchedMetric>,
	{ tells, not }: Signal,
	isMeant: (metric: WatchedMetric) => boolean,
): Watch {
	const alarms: ResourceNode[] = [];
	let open: Watch["open"];
	for (const metric of metrics) {
		const { alarm, name, unknown } = metric;
		const isSignal = name.state === "known" && tells.test(name.value) && !not?.test(name.value);
		if (isSignal && isMeant(metric)) alarms.push(alarm);
		else if (name.state === "unknown" && (isMeant(metric) || unknown !== undefined))
			open ??= { alarm, property: name.property };
		else if (isSignal && unknown !== undefined) open ??= { alarm, property: unknown };
	}
	return { alarms, ...(open ? { open } : {}) };
}

function isOnEndpoint({ door, api, backends }: Endpoint, metric: WatchedMetric): boolean {
	const { watches, dimensions } = metric;
	if (backends.some((backend) => watches.has(backend) || isOfModel(backend, metric))) return true;
	if (door.type !== REST_STAGE && door.type !== HTTP_STAGE) return watches.has(door);
	const stages = [...watches].filter(({ type }) => type === REST_STAGE || type === HTTP_STAGE);
	const stageName = ifKnown(dimensions.get("Stage") ?? absent);
	const doorName = ifKnown(door.props.text(door.type === REST_STAGE ? "stageName" : "name"));
	const isOfOtherStage =
		stages.length > 0
			? !stages.includes(door)
			: stageName !== undefined && doorName !== undefined && stageName !== doorName;
	if (isOfOtherStage) return false;
	const apis = [...watches].filter(({ type }) => type === REST_API || type === HTTP_API);
	if (apis.length > 0) return api !== undefined && apis.includes(api);
	if (stages.includes(door)) return true;
	// An API elsewhere is known by name alone, and its stage by its own.
	return api === undefined && namesApi(metric);
}

const namesApi = ({ namespace, dimensions }: WatchedMetric): boolean =>
	holdsApis(ifKnown(namespace)) && API_DIMENSIONS.some((key) => dimensions.has(key));

/** A program's own metric says for which model it counts. */
const modelsIn = ({ dimensions }: WatchedMetric): string[] =>
	knownAmong([...dimensions].filter(([key]) => /^model(_?name)?$/i.test(key)).map(([, value]) => value));

function isOfModel(backend: ResourceNode, metric: WatchedMetric): boolean {
	const model = ifKnown(modelNameOf(backend));
	return model !== undefined && modelsIn(metric).includes(model);
}

/** Every queue that work from some endpoints goes through, however far behind them. Linear, whatever they share. */
export function queuesBehind(stack: StackGraph, endpoints: readonly Endpoint[]): Set<ResourceNode> {
	const seen = new Set(endpoints.flatMap(({ door, api, backends }) => [door, ...(api ? [api] : []), ...backends]));
	for (const node of seen) {
		for (const { to } of callsFrom(stack, node)) seen.add(to);
		const told = node.type === FUNCTION ? [...queuesTold(stack, node), ...rulesFedBy(stack, node)] : [];
		for (const to of node.type === EVENT_BUS ? rulesOn(stack, node) : told) seen.add(to);
	}
	return new Set([...seen].filter(({ type }) => type === QUEUE));
}

/** The queues that a function's environment names: its role may be in another stack. */
function queuesTold(stack: StackGraph, fn: ResourceNode): ResourceNode[] {
	const urls = fn.props.entryTexts("environment.variables").filter((text) => /^(arn:|https:)/.test(text));
	return [...urls.flatMap((text) => stack.named(text, [QUEUE])), ...stack.dependencies(fn, "environment", [QUEUE])];
}
