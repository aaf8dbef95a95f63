/**
 * `diff`: which inputs changed since the last deployment, and whether AWS can change them in place.
 */
import { isBookkeeping } from "./check.ts";
import { type Props, same } from "./values.ts";

export interface DiffRequest {
	/** Checked inputs, then and now. */
	olds: Props;
	news: Props;
	ignoreChanges: readonly string[];
	/** Inputs that AWS cannot change in place. */
	replaceOn: readonly string[];
	/** Inputs that name the resource for AWS: two with the same values cannot be at the same time. */
	identity: readonly string[];
}

export interface Difference {
	changed: string[];
	replaces: string[];
	/** The old one must go first, because the new one has its name. */
	deleteBeforeReplace: boolean;
}

/** Compares; an unknown is a change, because it may become one. */
export function diff({ olds, news, ignoreChanges, replaceOn, identity }: DiffRequest): Difference {
	const ignored = new Set(ignoreChanges.map((path) => path.split(/[.[]/)[0]));
	const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
		.filter((key) => !isBookkeeping(key) && !ignored.has(key) && !same(olds[key], news[key]))
		.sort();
	const replaces = changed.filter((key) => replaceOn.includes(key));
	const renamed = identity.some((key) => changed.includes(key));
	return { changed, replaces, deleteBeforeReplace: replaces.length > 0 && identity.length > 0 && !renamed };
}
