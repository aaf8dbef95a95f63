/**
 * Which methods of a REST API a method path means, as in "v1/{id}/GET": settings name methods so, in several spellings.
 * What the settings say is stage-limits.ts.
 */
import { ifKnown } from "../facts/fact.ts";
import { REST_API } from "./apis.ts";
import type { ResourceNode } from "./node.ts";
import type { StackGraph } from "./stack-graph.ts";

const REST_RESOURCE = "aws:apigateway/resource:Resource";

/** A method as far as it is known: its path without the first slash, "" at the root, and its verb in capitals. */
export interface MethodPlace {
	path: string | undefined;
	verb: string | undefined;
	/** The resource of the stack that it stands on. */
	on: ResourceNode | undefined;
}

export function placeOfMethod(stack: StackGraph, method: ResourceNode): MethodPlace {
	const on = stack.target(method, "resourceId", REST_RESOURCE, REST_API);
	return {
		path: on && pathOf(stack, on),
		verb: ifKnown(method.props.text("httpMethod"))?.toUpperCase(),
		on: on?.type === REST_RESOURCE ? on : undefined,
	};
}

function pathOf(stack: StackGraph, resource: ResourceNode): string | undefined {
	const parts: string[] = [];
	const seen = new Set<ResourceNode>();
	for (let at = resource; at.type === REST_RESOURCE && !seen.has(at); ) {
		seen.add(at);
		const part = ifKnown(at.props.text("pathPart"));
		const parent = stack.target(at, "parentId", REST_RESOURCE, REST_API);
		if (part === undefined || !parent) return undefined;
		parts.unshift(part);
		at = parent;
	}
	return parts.join("/");
}

/** The places that settings with a known method path may mean: by its text, or by the resources that it is made from. */
export function placesNamedBy(stack: StackGraph, settings: ResourceNode): MethodPlace[] {
	const text = ifKnown(settings.props.text("methodPath"));
	if (text === undefined) return [];
	// A slash in a path may be written as ~1, and the first one is left out, or not.
	const plain = text.replaceAll("~1", "/").replace(/^\/+/, "");
	const cut = plain.lastIndexOf("/");
	const verb = plain.slice(cut + 1).toUpperCase();
	const made = stack.dependencies(settings, "methodPath", [REST_RESOURCE]);
	return [
		{ path: plain.slice(0, Math.max(cut, 0)), verb, on: undefined },
		...made.map((on) => ({ path: pathOf(stack, on), verb, on })),
	];
}

/** Whether a name means a method for sure. */
export const isSamePlace = (a: MethodPlace, b: MethodPlace): boolean =>
	a.verb !== undefined &&
	a.verb === b.verb &&
	((a.path !== undefined && a.path === b.path) || (a.on !== undefined && a.on === b.on));

/** A method's place in words: `POST /score`. */
export const placeInWords = ({ verb, path }: MethodPlace, method: ResourceNode): string =>
	verb === undefined || path === undefined ? method.label : `${verb} /${path}`;
