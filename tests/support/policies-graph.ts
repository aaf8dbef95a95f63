/** The graph of a test's stack, for asking its questions without a rule. Not how a stack is judged: that is policies.ts. */
import type { ResourceNode } from "../../policies/graph/node.ts";
import { StackGraph } from "../../policies/graph/stack-graph.ts";
import { type ResourceSpec, type Run, stackOf } from "./policies-stack.ts";

export const graphOf = (specs: readonly ResourceSpec[], run: Run = "raw"): StackGraph =>
	new StackGraph(stackOf(specs, run));

/** The resource of a name; throws where the test's stack has none. */
export function nodeOf(stack: StackGraph, name: string): ResourceNode {
	const node = stack.nodes.find((each) => each.name === name);
	if (!node) throw new Error(`The test's stack has no resource "${name}".`);
	return node;
}
