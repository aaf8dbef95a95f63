/** Questions about functions: which one a reference means, through aliases, and what runs as which role. */
import { ifKnown } from "../facts/fact.ts";
import { qualifierIn } from "./identity.ts";
import type { ResourceNode } from "./node.ts";
import { perNode, type StackGraph } from "./stack-graph.ts";
import { FUNCTION, FUNCTION_ALIAS, ROLE, TASK_DEFINITION } from "./types.ts";

export interface FunctionReference {
	fn: ResourceNode;
	/** Alias or version, where the reference names one. */
	qualifier?: string;
}

/** The functions that a property refers to: by name, ARN, invoke ARN, or an alias of its own. */
export function functionsBehind(stack: StackGraph, node: ResourceNode, path: string): FunctionReference[] {
	// Aliases of several functions may share a name: which one is meant, the engine knows better than the text.
	const aliases = stack.dependencies(node, path, [FUNCTION_ALIAS]);
	const nodes = aliases.length > 0 ? aliases : stack.targets(node, path, [FUNCTION, FUNCTION_ALIAS]).nodes;
	const text = ifKnown(node.props.text(path));
	const stated = qualifierStatedBy(stack, node) ?? (text === undefined ? undefined : qualifierIn(text));
	return throughAliases(stack, nodes, stated);
}

/** The functions that any part of a property depends on, as the engine records it: through aliases, and by themselves. */
export function functionsDependedOn(stack: StackGraph, node: ResourceNode, path: string): FunctionReference[] {
	const aliased = throughAliases(stack, stack.dependencies(node, path, [FUNCTION_ALIAS]), undefined);
	const plain = stack.dependencies(node, path, [FUNCTION]).filter((fn) => !aliased.some((each) => each.fn === fn));
	return [...aliased, ...plain.map((fn) => ({ fn }))];
}

/** The functions that a known text names, as in {@link functionsBehind}. */
export const functionsNamed = (stack: StackGraph, text: string): FunctionReference[] =>
	throughAliases(stack, stack.named(text, [FUNCTION, FUNCTION_ALIAS]), qualifierIn(text));

function throughAliases(
	stack: StackGraph,
	nodes: readonly ResourceNode[],
	stated: string | undefined,
): FunctionReference[] {
	const aliases = nodes.filter(({ type }) => type === FUNCTION_ALIAS);
	// A reference to an alias depends on its function too: the alias is what is meant.
	if (aliases.length > 0)
		return aliases.flatMap((alias) => {
			const fn = stack.target(alias, "functionName", FUNCTION);
			return fn ? [{ fn, qualifier: aliasName(alias) }] : [];
		});
	return nodes.map((fn) => (stated === undefined ? { fn } : { fn, qualifier: stated }));
}

/** An alias stands for its function, where that is in the stack. */
export const behindAlias = (stack: StackGraph, node: ResourceNode): ResourceNode =>
	node.type === FUNCTION_ALIAS ? (stack.target(node, "functionName", FUNCTION) ?? node) : node;

const aliasName = (alias: ResourceNode): string => ifKnown(alias.props.text("name")) ?? alias.name;

/** What a resource's `qualifier` says; while it is not known, the alias that it depends on. */
function qualifierStatedBy(stack: StackGraph, node: ResourceNode): string | undefined {
	const known = ifKnown(node.props.text("qualifier"));
	if (known !== undefined) return known;
	const [alias] = stack.dependencies(node, "qualifier", [FUNCTION_ALIAS]);
	return alias && aliasName(alias);
}

/** The role that a function or workflow runs as, or that a task definition or instance profile gives, where it is in the stack. */
export const roleOf = perNode((stack, node) =>
	stack.target(node, node.type === TASK_DEFINITION ? "taskRoleArn" : "role", ROLE),
);
