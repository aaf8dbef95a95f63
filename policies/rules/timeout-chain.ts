/**
 * Whoever waits, waits at least as long as what it waits for. One finding a kind of hop, each with its sum. Timeouts in
 * the program's own code (a client's, a driver's) are not seen.
 */
import { EXPRESS_WORKFLOW_MAX_SECONDS, VISIBILITY_TIMEOUT_FACTOR } from "../../charter/limits.ts";
import { type Fact, ifKnown, known, mapFact, type Unknown } from "../facts/fact.ts";
import { HTTP_INTEGRATION, integrationTimeoutMs, REST_INTEGRATION } from "../graph/apis.ts";
import type { Call } from "../graph/call.ts";
import { callsFrom, callsOf } from "../graph/calls.ts";
import { functionsBehind } from "../graph/functions.ts";
import type { ResourceNode } from "../graph/node.ts";
import { type FrontedOrigin, originsOf } from "../graph/origins.ts";
import type { StackGraph } from "../graph/stack-graph.ts";
import { EVENT_SOURCE_MAPPING, FUNCTION, FUNCTION_URL, LOAD_BALANCER, QUEUE, STATE_MACHINE } from "../graph/types.ts";
import { definitionOf, longestPath, type PathStep } from "../graph/workflows.ts";
import { cannotTell, fail, pass, type Rule, type Verdict } from "../rule.ts";

const API = "api";
const LOAD_BALANCED = "load-balancer";
const CDN = "cdn";
const VISIBILITY = "visibility";
const DOWNSTREAM = "downstream";
const WORKFLOW = "workflow";
const MS_PER_SECOND = 1000;

export const timeoutChain: Rule = {
	name: "timeout-chain",
	findings: [API, LOAD_BALANCED, CDN, VISIBILITY, DOWNSTREAM, WORKFLOW],
	*check({ stack }) {
		for (const hop of waitingHops(stack)) yield inOrder(hop);
		for (const mapping of stack.ofType(EVENT_SOURCE_MAPPING)) yield* visibility(stack, mapping);
		for (const machine of stack.ofType(STATE_MACHINE)) yield* workflow(machine);
	},
};

/** One who waits, and what it waits for. */
interface Hop {
	finding: string;
	waiter: ResourceNode;
	/** Property of the waiter that says how long, and what it says in seconds. */
	property: string;
	waits: Fact<number>;
	callee: ResourceNode;
	takes: Fact<number>;
	/** What keeps us from telling whether it waits at all. */
	open?: Unknown | undefined;
}

const functionSeconds = (fn: ResourceNode): Fact<number> => fn.effectiveNumber("timeout");
const integrationSeconds = (stack: StackGraph, integration: ResourceNode): Fact<number> =>
	mapFact(integrationTimeoutMs(stack, integration), (ms) => ms / MS_PER_SECOND);

function* waitingHops(stack: StackGraph): Iterable<Hop> {
	const hops = new Map<string, Hop>();
	for (const call of callsOf(stack)) {
		if (call.mode !== "synchronous") continue;
		for (const hop of hopsOf(stack, call)) {
			// A function may hold several grants on what it calls: one hop all the same. Sure ones come before the others.
			const key = `${hop.waiter.urn} ${hop.callee.urn}`;
			if (!hops.has(key)) hops.set(key, hop);
		}
	}
	yield* hops.values();
	for (const origin of originsOf(stack)) yield* cdnHops(stack, origin);
}

function hopsOf(stack: StackGraph, call: Call): Hop[] {
	const behind = call.to.type === FUNCTION_URL ? functionsBehind(stack, call.to, "functionName") : [{ fn: call.to }];
	return behind.flatMap(({ fn }) => (fn === call.from ? [] : (hopTo(stack, fn, call) ?? [])));
}

function hopTo(stack: StackGraph, fn: ResourceNode, { from, via, open }: Call): Hop | undefined {
	if (fn.type !== FUNCTION) return undefined;
	const hop = { callee: fn, takes: functionSeconds(fn), open };
	if (via.type === REST_INTEGRATION || via.type === HTTP_INTEGRATION)
		return {
			...hop,
			finding: API,
			waiter: via,
			property: "timeoutMilliseconds",
			waits: integrationSeconds(stack, via),
		};
	if (from?.type === LOAD_BALANCER)
		return {
			...hop,
			finding: LOAD_BALANCED,
			waiter: from,
			property: "idleTimeout",
			waits: from.effectiveNumber("idleTimeout"),
		};
	if (from?.type === FUNCTION)
		return { ...hop, finding: DOWNSTREAM, waiter: from, property: "timeout", waits: functionSeconds(from) };
	return undefined;
}

function* cdnHops(stack: StackGraph, { distribution, target, readTimeoutSeconds }: FrontedOrigin): Iterable<Hop> {
	const hop = { finding: CDN, waiter: distribution, property: "originReadTimeout", waits: readTimeoutSeconds };
	if (target.type === FUNCTION_URL)
		for (const fn of stack.targets(target, "functionName", [FUNCTION]).nodes)
			yield { ...hop, callee: fn, takes: functionSeconds(fn) };
	if (target.type === LOAD_BALANCER) yield { ...hop, callee: target, takes: target.effectiveNumber("idleTimeout") };
	for (const { via } of callsFrom(stack, target))
		if (via.type === REST_INTEGRATION || via.type === HTTP_INTEGRATION)
			yield { ...hop, callee: via, takes: integrationSeconds(stack, via) };
}

function inOrder({ finding, waiter, property, waits, callee, takes, open }: Hop): Verdict {
	if (waits.state === "unknown") return cannotTell(waiter, waits, `whether it waits for ${callee.label}`, finding);
	if (takes.state === "unknown") return cannotTell(callee, takes, `whether ${waiter.label} waits for it`, finding);
	const [waitsSeconds, takesSeconds] = [ifKnown(waits), ifKnown(takes)];
	if (waitsSeconds === undefined || takesSeconds === undefined || waitsSeconds >= takesSeconds)
		return pass(waiter, finding);
	if (open) return cannotTell(waiter, open, `whether it calls ${callee.label}, which may outlast it`, finding);
	return fail(
		waiter,
		{
			what: `waits ${waitsSeconds} s for ${callee.label}, which may take ${takesSeconds} s`,
			fix: `Raise ${property} to at least ${takesSeconds} s, or lower the timeout of ${callee.label} to ${Math.floor(waitsSeconds)} s.`,
		},
		finding,
	);
}

/** A message must stay hidden for all of a batch's tries: SQS's own advice is six times the function's timeout. */
function* visibility(stack: StackGraph, mapping: ResourceNode): Iterable<Verdict> {
	const queue = stack.target(mapping, "eventSourceArn", QUEUE);
	const fn = stack.target(mapping, "functionName", FUNCTION, "aws:lambda/alias:Alias");
	const consumer = fn?.type === FUNCTION ? fn : fn && stack.target(fn, "functionName", FUNCTION);
	if (!queue || !consumer) return;
	const facts = {
		hidden: queue.effectiveNumber("visibilityTimeoutSeconds"),
		timeout: functionSeconds(consumer),
		window: mapping.effectiveNumber("maximumBatchingWindowInSeconds"),
	};
	for (const [fact, holder] of [
		[facts.hidden, queue],
		[facts.timeout, consumer],
		[facts.window, mapping],
	] as const)
		if (fact.state === "unknown") {
			yield cannotTell(holder, fact, `whether messages of ${queue.label} stay hidden long enough`, VISIBILITY);
			return;
		}
	const [hidden, timeout, window] = [facts.hidden, facts.timeout, facts.window].map((fact) => ifKnown(fact) ?? 0);
	const needed = VISIBILITY_TIMEOUT_FACTOR * (timeout ?? 0) + (window ?? 0);
	if ((hidden ?? 0) >= needed) yield pass(queue, VISIBILITY);
	else
		yield fail(
			queue,
			{
				what: `hides messages for ${hidden} s, under the ${needed} s that ${consumer.label} needs (${VISIBILITY_TIMEOUT_FACTOR} × ${timeout} s timeout + ${window} s batching window)`,
				fix: `Set visibilityTimeoutSeconds to ${needed} or more.`,
			},
			VISIBILITY,
		);
}

/** A workflow that ends before its tasks may loses their work; what states no time bounds nothing. */
function* workflow(machine: ResourceNode): Iterable<Verdict> {
	const definition = definitionOf(machine);
	if (definition.state === "unknown") yield cannotTell(machine, definition, "whether it waits for its tasks", WORKFLOW);
	if (definition.state !== "known") return;
	const stated = definition.value.number("TimeoutSeconds");
	const isExpress = ifKnown(machine.effectiveText("type")) === "EXPRESS";
	const limit = isExpress
		? known(Math.min(ifKnown(stated) ?? EXPRESS_WORKFLOW_MAX_SECONDS, EXPRESS_WORKFLOW_MAX_SECONDS))
		: stated;
	const longest = longestPath(definition.value);
	if (limit.state !== "known" || longest === undefined) return;
	if (longest.totalSeconds <= limit.value) yield pass(machine, WORKFLOW);
	else
		yield fail(
			machine,
			{
				what: `ends after ${limit.value} s, under the ${longest.totalSeconds} s that its tasks may take on the longest path (${sumOf(longest)}; retries apart)`,
				fix: isExpress
					? "Shorten the tasks' TimeoutSeconds, or make it a Standard workflow."
					: `Set the definition's TimeoutSeconds to ${longest.totalSeconds} or more.`,
			},
			WORKFLOW,
		);
}

const TERMS_MAX = 6;

/** Task by task: `score 60 + settle 120 s`. */
function sumOf(path: PathStep): string {
	const terms: string[] = [];
	for (let step: PathStep | undefined = path; step; step = step.next)
		if (step.ownSeconds > 0) terms.push(`${step.name} ${step.ownSeconds}`);
	const more = terms.length > TERMS_MAX ? ` + ${terms.length - TERMS_MAX} more` : "";
	return `${terms.slice(0, TERMS_MAX).join(" + ")}${more} s`;
}
