/**
 * Who calls whom, and how: the edges of the stack's call graph, and the questions that rules ask of them.
 * An edge says what the program wires up; what code does with it is not seen.
 */
import type { Call } from "./call.ts";
import { callsOfAuthorizers, callsOfAwaitedWorkflows } from "./calls-apis.ts";
import { callsFromEvents } from "./calls-events.ts";
import { callsFromFrontDoors } from "./calls-front.ts";
import { callsFromGrants } from "./calls-grants.ts";
import { callsFromWorkflows } from "./calls-workflows.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";

interface CallIndex {
	all: readonly Call[];
	into: ReadonlyMap<ResourceNode, readonly Call[]>;
	outOf: ReadonlyMap<ResourceNode, readonly Call[]>;
}

const indexOf = perStack((stack): CallIndex => {
	const all = [
		...callsFromFrontDoors(stack),
		...callsOfAuthorizers(stack),
		...callsOfAwaitedWorkflows(stack),
		...callsFromEvents(stack),
		...callsFromWorkflows(stack),
		...callsFromGrants(stack),
	];
	const outOf = Map.groupBy(
		all.filter((call) => call.from !== undefined),
		({ from, to }) => from ?? to,
	);
	return { all, into: Map.groupBy(all, ({ to }) => to), outOf };
});

/** Every call of the stack. */
export const callsOf = (stack: StackGraph): readonly Call[] => indexOf(stack).all;

/** The calls into a resource. */
export const callersOf = (stack: StackGraph, node: ResourceNode): readonly Call[] =>
	indexOf(stack).into.get(node) ?? [];

/** The calls that a resource makes. */
export const callsFrom = (stack: StackGraph, node: ResourceNode): readonly Call[] =>
	indexOf(stack).outOf.get(node) ?? [];

/** One way from outside, hop by hop. */
export type Path = readonly Call[];

/**
 * Every resource that outside callers reach by synchronous calls alone, with the shortest way there; a way that is sure
 * before any that is not. Breadth first over each resource at most once of either kind, so cycles end and the cost is
 * linear.
 */
export const reachableSynchronously = perStack((stack): ReadonlyMap<ResourceNode, Path> => {
	const paths = new Map<ResourceNode, Path>();
	const unsure: Call[] = [];
	const follow = (calls: Iterable<Call>, isSure: boolean) => {
		const pending = [...calls];
		for (const call of pending) {
			if (call.mode !== "synchronous" || paths.has(call.to)) continue;
			if (isSure && call.open) {
				unsure.push(call);
				continue;
			}
			const before = call.from ? (paths.get(call.from) ?? []) : [];
			paths.set(call.to, [...before, call]);
			pending.push(...callsFrom(stack, call.to));
		}
	};
	follow(
		indexOf(stack).all.filter(({ isFromOutside }) => isFromOutside),
		true,
	);
	follow(unsure, false);
	return paths;
});
