/**
 * Names that the provider makes up: the resource's own with something random behind it. For resources whose name is not
 * among their properties yet, and that a text must mean because it depends on them.
 */
import type { ResourceNode } from "./node.ts";

const FUNCTION_NAME = /:function:([\w-]+)/;

/** Whether a text, on which a resource's name or ARN has left its mark, can mean that resource. */
export function madeFor(node: ResourceNode, text: string): boolean {
	// A service's own action, as in arn:aws:states:::lambda:invoke, names no resource.
	if (/^arn:[\w-]+:states:::/.test(text)) return false;
	const names = [FUNCTION_NAME.exec(text)?.[1], ...text.split(/[:/]/)];
	return names.some((name) => name !== undefined && (name === node.name || name.startsWith(`${node.name}-`)));
}

/** The resource that a text means among those that it may depend on: the one whose name tells the most. */
export const meantBy = (text: string, depended: readonly ResourceNode[]): ResourceNode | undefined =>
	depended.filter((node) => madeFor(node, text)).sort((a, b) => b.name.length - a.name.length)[0];
