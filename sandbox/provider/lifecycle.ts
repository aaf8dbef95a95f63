/**
 * What the provider does when the engine asks it to check, compare, make, read, change or delete a resource.
 * Functional types go to the embedded AWS, every other known one is recorded, an unknown one is refused by name.
 */
import { TriplaneError } from "../../charter/errors.ts";
import { type CheckFailure, type CheckRequest, check, isBookkeeping } from "./check.ts";
import { type Difference, diff } from "./diff.ts";
import { type InstalledType, installedType } from "./installed.ts";
import { nameRule } from "./names.ts";
import { changedByUpdate, record, recordChange } from "./recorded.ts";
import type { Context, Outputs, ResourceType } from "./resource-type.ts";
import { FUNCTIONAL_TYPES } from "./types.ts";
import { hasUnknown, type Props, present, same, UNKNOWN } from "./values.ts";

export interface Resource {
	urn: string;
	/** As in "aws:lambda/function:Function". */
	type: string;
	/** Its name in the program. */
	name: string;
}

export interface State {
	id: string;
	properties: Props;
}

/** @throws {TriplaneError} where @pulumi/aws has no such type */
function installed({ type, name }: Resource): InstalledType {
	const found = installedType(type);
	if (found === undefined)
		throw new TriplaneError(
			`"${name}" has the type ${type}, which the installed @pulumi/aws does not have: correct the type or upgrade the package.`,
		);
	return found;
}

export function checkResource(
	resource: Resource,
	request: Omit<CheckRequest, "type" | "resource">,
): { inputs: Props; failures: CheckFailure[] } {
	installed(resource);
	return check({ ...request, type: resource.type, resource: resource.name });
}

export function diffResource(
	resource: Resource,
	olds: Props,
	news: Props,
	ignoreChanges: readonly string[],
): Difference {
	installed(resource);
	const type = FUNCTIONAL_TYPES[resource.type];
	const named = nameRule(resource.type)?.property;
	const names = named === undefined ? [] : [named];
	return diff({ olds, news, ignoreChanges, replaceOn: type?.replaceOn ?? names, identity: type?.identity ?? names });
}

export async function createResource(
	resource: Resource,
	inputs: Props,
	preview: boolean,
	context: Context,
): Promise<State> {
	const known = installed(resource);
	if (preview || hasUnknown(inputs)) {
		const unknown = Object.fromEntries([...known.outputs].map((property) => [property, UNKNOWN]));
		return { id: "", properties: state({ ...unknown, ...inputs }, context) };
	}
	const type = FUNCTIONAL_TYPES[resource.type];
	const { id, outputs } = await asking("create", resource, async () =>
		type === undefined ? record(resource.type, resource.urn, inputs, known, context) : type.create(inputs, context),
	);
	return { id, properties: state({ ...inputs, ...present(outputs) }, context) };
}

/** @returns undefined where the resource is gone */
export async function readResource(
	resource: Resource,
	id: string,
	properties: Props,
	context: Context,
): Promise<Props | undefined> {
	installed(resource);
	const type = FUNCTIONAL_TYPES[resource.type];
	if (type === undefined) return properties;
	const outputs = await asking("read", resource, () => type.read(id, properties, context));
	return outputs && state({ ...properties, ...present(outputs) }, context);
}

export async function updateResource(
	resource: Resource,
	id: string,
	olds: Props,
	news: Props,
	preview: boolean,
	context: Context,
): Promise<Props> {
	const known = installed(resource);
	const type = FUNCTIONAL_TYPES[resource.type];
	const kept = Object.fromEntries(Object.entries(olds).filter(([key]) => known.outputs.has(key) && !(key in news)));
	if (preview || hasUnknown(news)) {
		const unknown = Object.fromEntries(
			(type?.changedByUpdate ?? changedByUpdate(resource.type)).map((property) => [property, UNKNOWN]),
		);
		return state({ ...kept, ...unknown, ...news }, context);
	}
	const outputs =
		type === undefined
			? recordChange(resource.type, olds)
			: await asking("update", resource, () => change(type, id, olds, news, context));
	return state({ ...kept, ...news, ...present(outputs) }, context);
}

export async function deleteResource(resource: Resource, id: string, properties: Props, context: Context) {
	installed(resource);
	const type = FUNCTIONAL_TYPES[resource.type];
	if (type) await asking("delete", resource, () => type.delete(id, properties, context));
}

async function change(type: ResourceType, id: string, olds: Props, news: Props, context: Context): Promise<Outputs> {
	const isTags = (key: string) => key === "tags" || key === "tagsAll";
	const changed = [...new Set([...Object.keys(news), ...Object.keys(olds)])].filter(
		(key) => !isBookkeeping(key) && !same(news[key], olds[key]),
	);
	if (changed.includes("tagsAll") && type.tagging) {
		const then = olds.tagsAll ?? {};
		const now = news.tagsAll ?? {};
		const tagging = type.tagging(id, { ...olds, ...news }, context);
		const gone = Object.keys(then).filter((key) => !(key in Object(now)));
		if (gone.length > 0) await tagging.unset(gone);
		const set = Object.entries(now).map(([key, value]) => [key, String(value)] as const);
		if (set.length > 0) await tagging.set(Object.fromEntries(set));
	}
	if (type.update === undefined || changed.every(isTags)) return {};
	return type.update(id, news, olds, context);
}

const state = (properties: Props, { region }: Context): Props => ({
	region,
	...Object.fromEntries(Object.entries(properties).filter(([key]) => !isBookkeeping(key))),
});

/** Says of an error which resource it is about, and by what name AWS calls it. */
async function asking<T>(verb: string, { type, name }: Resource, answer: () => Promise<T>): Promise<T> {
	try {
		return await answer();
	} catch (cause) {
		const error = cause instanceof Error ? cause : new Error(String(cause));
		const code = cause instanceof TriplaneError ? "" : `${error.name}: `;
		throw new TriplaneError(`The embedded AWS did not ${verb} "${name}" (${type}). ${code}${error.message}`, { cause });
	}
}
