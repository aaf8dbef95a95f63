/**
 * Who calls functions without waiting, and by which qualifier: what failure handling must stand on. A permission counts
 * where nothing else in the stack shows the call that it allows. Polled and awaited calls are not among these.
 */
import { type Fact, ifKnown, itemsOf, type Unknown } from "../facts/fact.ts";
import type { Call } from "./call.ts";
import { callsOf } from "./calls.ts";
import { EVENT_TARGET, INVOKE_CONFIG, SCHEDULE, SUBSCRIPTION } from "./dead-letters.ts";
import { functionsBehind } from "./functions.ts";
import { qualifierIn } from "./identity.ts";
import type { ResourceNode } from "./node.ts";
import { perStack } from "./stack-graph.ts";
import { BUCKET_NOTIFICATION, FUNCTION, PERMISSION, PIPE } from "./types.ts";

const LOG_SUBSCRIPTION = "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter";

/** The wiring that makes the call which a service's permission allows. */
const WIRING_OF: ReadonlyMap<string | undefined, string> = new Map([
	["events.amazonaws.com", EVENT_TARGET],
	["sns.amazonaws.com", SUBSCRIPTION],
	["s3.amazonaws.com", BUCKET_NOTIFICATION],
	["scheduler.amazonaws.com", SCHEDULE],
]);

/** What stands for the unpublished version: a call without a qualifier meets its configuration. */
export const LATEST = "$LATEST";

/** The asynchronous calls into each function of the stack. */
export const asyncCallsOf = perStack((stack): ReadonlyMap<ResourceNode, readonly Call[]> => {
	const calls = callsOf(stack).filter(({ mode, to }) => mode === "asynchronous" && to.type === FUNCTION);
	const byFunction = Map.groupBy(calls, ({ to }) => to);
	for (const [fn, into] of byFunction) {
		const wired = new Set<string | undefined>(into.map(({ via }) => via.type));
		byFunction.set(
			fn,
			into.filter(({ via }) => via.type !== PERMISSION || !wired.has(WIRING_OF.get(principalOf(via)))),
		);
	}
	return byFunction;
});

const principalOf = (permission: ResourceNode): string | undefined => ifKnown(permission.props.text("principal"));

/** Where each kind of wiring names the function that it calls. */
const CALLEE_OF: Readonly<Record<string, string>> = {
	[EVENT_TARGET]: "arn",
	[SUBSCRIPTION]: "endpoint",
	[SCHEDULE]: "target.arn",
	[PERMISSION]: "function",
	[LOG_SUBSCRIPTION]: "destinationArn",
	[PIPE]: "target",
};

/**
 * What keeps us from telling which qualifier a call names; undefined where the call says it, or needs none. A reference
 * that is not known yet may name a version or an alias that the engine does not record.
 */
export function openQualifierOf({ qualifier, via }: Call): Unknown | undefined {
	if (qualifier !== undefined) return undefined;
	const stated = via.props.text("qualifier");
	if (stated.state === "unknown") return stated;
	return calleesOf(via).find((callee) => callee.state === "unknown");
}

function calleesOf(via: ResourceNode): Fact<string>[] {
	if (via.type === BUCKET_NOTIFICATION)
		return itemsOf(via.props.parts("lambdaFunctions")).map((part) => part.text("lambdaFunctionArn"));
	const path = CALLEE_OF[via.type];
	return path === undefined ? [] : [via.props.text(path)];
}

/** How asynchronous calls of a function are handled, by the qualifier that the configuration is on. */
export interface InvokeConfig {
	config: ResourceNode;
	/** Undefined while it is not known. */
	qualifier: string | undefined;
}

export const invokeConfigsOf = perStack((stack): ReadonlyMap<ResourceNode, readonly InvokeConfig[]> => {
	const byFunction = new Map<ResourceNode, InvokeConfig[]>();
	for (const config of stack.ofType(INVOKE_CONFIG))
		for (const { fn, qualifier } of functionsBehind(stack, config, "functionName")) {
			const isOpen = qualifier === undefined && config.props.text("qualifier").state === "unknown";
			const list = byFunction.get(fn) ?? [];
			list.push({ config, qualifier: isOpen ? undefined : (qualifier ?? LATEST) });
			byFunction.set(fn, list);
		}
	return byFunction;
});

/** A function as a reference by text names it: `{ name: "score", qualifier: "live" }`. */
export interface NamedFunction {
	name: string;
	qualifier: string;
}

/** The function that a property names by known text, without its being in the stack. */
export function functionNamedBy(node: ResourceNode, path: string): NamedFunction | undefined {
	const text = ifKnown(node.props.text(path));
	if (text === undefined) return undefined;
	const name = /:function:([^:]+)/.exec(text)?.[1] ?? text.replace(/^([\w-]+):[\w$-]+$/, "$1");
	return { name, qualifier: ifKnown(node.props.text("qualifier")) ?? qualifierIn(text) ?? LATEST };
}
