/**
 * `check`: a program's inputs with what the AWS provider adds to them before the engine and the policies see them:
 * made-up names, defaults, and all tags in `tagsAll`. What it added is listed in `__defaults`, as the provider does.
 */
import { defaultsOf } from "./defaults.ts";
import { installedType } from "./installed.ts";
import { makeName, nameRule } from "./names.ts";
import { hasUnknown, isProps, type Props, UNKNOWN, type Value } from "./values.ts";

const ADDED = "__defaults";

export interface CheckRequest {
	type: string;
	/** The resource's name in the program. */
	resource: string;
	/** Checked inputs of the last deployment, where there was one. */
	olds: Props;
	news: Props;
	seed: Uint8Array;
	/** The provider's `defaultTags.tags`. */
	defaultTags: Props;
	/** Name that the engine's autonaming settings ask for. */
	proposedName?: string;
}

export interface CheckFailure {
	property: string;
	reason: string;
}

/** The checked inputs, and what is wrong with them. */
export function check(request: CheckRequest): { inputs: Props; failures: CheckFailure[] } {
	const { type, resource, olds, news, seed, proposedName } = request;
	const inputs = withoutNulls(news);
	const failures: CheckFailure[] = [];
	const added: string[] = [];
	for (const [property, value] of Object.entries(defaultsOf(type)))
		if (inputs[property] === undefined && inputs[`${property}Prefix`] === undefined) {
			inputs[property] = value;
			added.push(property);
		}
	const rule = nameRule(type);
	if (rule !== undefined && inputs[rule.property] === undefined) {
		const kept = wasAdded(olds, rule.property) ? olds[rule.property] : undefined;
		const prefix = inputs[`${rule.property}Prefix`];
		const made =
			typeof kept === "string"
				? { name: kept }
				: proposedName
					? { name: proposedName }
					: makeName(rule, { resource: typeof prefix === "string" ? prefix : resource, inputs, seed });
		if ("name" in made) {
			inputs[rule.property] = made.name;
			added.push(rule.property);
		} else failures.push({ property: rule.property, reason: made.reason });
	}
	if (installedType(type)?.outputs.has("tagsAll")) {
		const tagsAll = mergeTags(request.defaultTags, inputs.tags);
		if (tagsAll !== undefined) inputs.tagsAll = tagsAll;
	}
	inputs[ADDED] = added.sort();
	return { inputs, failures };
}

/** Names of the properties that `check` added. */
export const isBookkeeping = (property: string): boolean => property === ADDED;

function wasAdded(olds: Props, property: string): boolean {
	const added = olds[ADDED];
	return Array.isArray(added) && added.includes(property);
}

/** The resource's own tags over the provider's; unknown as a whole where one of them is, as the provider has it. */
function mergeTags(defaults: Props, tags: Value | undefined): Value | undefined {
	if (hasUnknown(tags) || hasUnknown(defaults)) return UNKNOWN;
	const own = isProps(tags) ? tags : {};
	const merged = { ...defaults, ...own };
	return Object.keys(merged).length > 0 || tags !== undefined ? merged : undefined;
}

function withoutNulls(props: Props): Props {
	return Object.fromEntries(Object.entries(props).filter(([key, value]) => value !== null && !isBookkeeping(key)));
}
