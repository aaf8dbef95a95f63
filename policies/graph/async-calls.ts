/**
 * Who calls functions without waiting, and by which qualifier: what failure handling must stand on. A permission counts
 * where nothing else in the stack shows the call that it allows. Polled and awaited calls are not among these.
 */
import { ifKnown } from "../facts/fact.ts";
import type { Call } from "./call.ts";
import { callsOf } from "./calls.ts";
import { EVENT_TARGET, INVOKE_CONFIG, SCHEDULE, SUBSCRIPTION } from "./dead-letters.ts";
import { functionsBehind } from "./functions.ts";
import { qualifierIn } from "./identity.ts";
import type { ResourceNode } from "./node.ts";
import { perStack } from "./stack-graph.ts";
import { FUNCTION, PERMISSION } from "./types.ts";

/** The wiring that makes the call which a service's permission allows. */
const WIRING_OF: Readonly<Record<string, string>> = {
	"events.amazonaws.com": EVENT_TARGET,
	"sns.amazonaws.com": SUBSCRIPTION,
	"s3.amazonaws.com": "aws:s3/bucketNotification:BucketNotification",
	"scheduler.amazonaws.com": SCHEDULE,
};

/** What stands for the unpublished version: a call without a qualifier meets its configuration. */
export const LATEST = "$LATEST";

/** The asynchronous calls into each function of the stack. */
export const asyncCallsOf = perStack((stack): ReadonlyMap<ResourceNode, readonly Call[]> => {
	const calls = callsOf(stack).filter(({ mode, to }) => mode === "asynchronous" && to.type === FUNCTION);
	const byFunction = Map.groupBy(calls, ({ to }) => to);
	for (const [fn, into] of byFunction) {
		const wired = new Set(into.map(({ via }) => via.type));
		byFunction.set(
			fn,
			into.filter(({ via }) => via.type !== PERMISSION || !wired.has(WIRING_OF[principalOf(via) ?? ""] ?? "")),
		);
	}
	return byFunction;
});

const principalOf = (permission: ResourceNode): string | undefined => ifKnown(permission.props.text("principal"));

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
	const [plain = text, inName] = text.startsWith("arn:") ? [text, undefined] : text.split(":");
	const name = /:function:([^:]+)/.exec(text)?.[1] ?? plain;
	return { name, qualifier: ifKnown(node.props.text("qualifier")) ?? qualifierIn(text) ?? inName ?? LATEST };
}
