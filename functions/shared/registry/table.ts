/**
 * The registry's table as whoever changes it sees it: items of a model by their sort keys, and writes that are done all or none.
 * Interfaces only; dynamodb-table.ts is the adapter, and what the items mean is in rollout-store.ts.
 */

/** An item of one model, as the charter's records are. */
export interface RegistryItem {
	pk: string;
	sk: string;
}

/** What must hold for a write: that there is no such item, or that the one there has these values. */
export type WriteCondition = "absent" | Readonly<Record<string, string | number>>;

/** One write; each item at most once among those that are done together. */
export type Write =
	| { kind: "put"; item: RegistryItem; condition?: WriteCondition }
	| { kind: "delete"; pk: string; sk: string; condition?: WriteCondition }
	/** Changes nothing: the others are done only if this holds too. */
	| { kind: "check"; pk: string; sk: string; condition: WriteCondition };

/** @throws what the table threw, where it stays unreachable; a write may then have been done all the same */
export interface RegistryTable {
	/** As it is now: never an older state. */
	get(pk: string, sk: string): Promise<object | undefined>;
	/** The one whose sort key is the highest of those that begin so. */
	last(pk: string, prefix: string): Promise<object | undefined>;
	/** @returns false where a condition did not hold: then nothing was written */
	write(writes: readonly Write[]): Promise<boolean>;
}
