/**
 * The writes that changes of traffic are made of, each on condition of what was read. Pure: together they become one
 * transaction of rollout-store.ts.
 */
import {
	type Alias,
	type AliasRecord,
	aliasKey,
	modelKey,
	ROUTE_KEY,
	type RouteRecord,
	type RouteVariant,
} from "../../../charter/registry.ts";
import type { RolloutRecord } from "../../../charter/rollout.ts";
import type { Write } from "./table.ts";

/** What a new route says beside its revision. */
export type RouteChange = Pick<RouteRecord, "sticky" | "rollout" | "experiment"> & { variants: RouteVariant[] };

/** The route that follows the one that was read. */
export function routeWrite({ pk, sk, revision }: RouteRecord, change: RouteChange): Write {
	const item: RouteRecord = { pk, sk, revision: revision + 1, ...change };
	return { kind: "put", item, condition: { revision } };
}

/** That the route is still the one that was read. */
export const sameRoute = ({ pk, revision }: RouteRecord): Write => ({
	kind: "check",
	pk,
	sk: ROUTE_KEY,
	condition: { revision },
});

/** The rollout that was read, but for the changes; a field that is undefined in them is removed. */
export const rolloutWrite = (read: RolloutRecord, changes: RolloutChange): Write => ({
	kind: "put",
	item: changedRollout(read, changes),
	condition: { revision: read.revision },
});
export type RolloutChange = { [Field in keyof RolloutRecord]?: RolloutRecord[Field] | undefined };

/** As {@link rolloutWrite} leaves it. */
export function changedRollout(read: RolloutRecord, changes: RolloutChange): RolloutRecord {
	const changed = { ...read, ...changes, revision: read.revision + 1 } as RolloutRecord;
	for (const [name, value] of Object.entries(changes)) if (value === undefined) Reflect.deleteProperty(changed, name);
	return changed;
}

/** @param was the version that the alias must have now; left out, whatever it has */
export function aliasWrite(model: string, alias: Alias, version: number, was?: number): Write {
	const item: AliasRecord = { pk: modelKey(model), sk: aliasKey(alias), version };
	return { kind: "put", item, ...(was !== undefined && { condition: { version: was } }) };
}

export const aliasRemoval = (model: string, alias: Alias, was?: number): Write => ({
	kind: "delete",
	pk: modelKey(model),
	sk: aliasKey(alias),
	...(was !== undefined && { condition: { version: was } }),
});
