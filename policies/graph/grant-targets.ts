/**
 * Which resources of the stack the Resource of an IAM statement means: by ARN, by pattern, or by what the document
 * depends on. What may be done to them is for the caller to say.
 */
import { behindAlias } from "./functions.ts";
import { identitiesOf } from "./identity.ts";
import { madeFor } from "./made-names.ts";
import type { ResourceNode } from "./node.ts";
import { covers, type Statement } from "./permissions.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { FUNCTION, FUNCTION_ALIAS } from "./types.ts";

/** The resources of a type that a statement names: by ARN, by pattern, or all of them by a wildcard. */
export function resourcesOf(stack: StackGraph, statement: Statement, type: string): readonly ResourceNode[] {
	const { resources } = statement;
	if (resources.includes("*")) return stack.ofType(type);
	const types = type === FUNCTION ? [FUNCTION, FUNCTION_ALIAS] : [type];
	const named = resources.flatMap((text) => namedBy(stack, text, types, statement));
	const isElsewhere = type === FUNCTION && resources.every((text) => /:function:[^*?]/.test(text));
	const found =
		named.length > 0 || isElsewhere ? named : stack.dependencies(statement.source, statement.property, types);
	return [...new Set(found.map((node) => behindAlias(stack, node)))];
}

function namedBy(
	stack: StackGraph,
	text: string,
	types: readonly string[],
	{ source, property }: Statement,
): readonly ResourceNode[] {
	const named = stack.named(text, types);
	if (named.length === 1) return named;
	const depended = stack.dependencies(source, property, types);
	if (named.length > 0)
		return named.some((node) => depended.includes(node)) ? named.filter((node) => depended.includes(node)) : named;
	const made = depended.filter((node) => madeFor(node, text));
	if (made.length > 0 || !/[*?]/.test(text)) return made;
	return types
		.flatMap((type) => stack.ofType(type))
		.filter((node) =>
			namesOf(stack)
				.get(node)
				?.some((name) => covers(tailOf(text), name)),
		);
}

/** Names by which a pattern can cover a resource; one that the provider makes up begins with the resource's own. */
const namesOf = perStack((stack) => {
	const byNode = new Map<ResourceNode, readonly string[]>();
	for (const node of stack.nodes) {
		const known = [...identitiesOf(node)].map(tailOf);
		byNode.set(node, known.length > 0 ? known : [`${node.name}-`]);
	}
	return byNode;
});

/** What follows the type in an ARN: `risk-*` of `arn:aws:lambda:eu-west-1:1:function:risk-*`. */
const tailOf = (text: string): string =>
	text.startsWith("arn:") ? text.split(":").slice(6).join(":") || text.split(":").slice(5).join(":") : text;
