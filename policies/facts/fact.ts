/**
 * What can be said of one property: known, not known yet, or absent. Every rule reads through these, so that an
 * unknown never switches it off in silence. Not a verdict: that is what a rule makes of its facts.
 */

export interface Known<T> {
	state: "known";
	value: T;
}
export interface Unknown {
	state: "unknown";
	/** Path of the property that is not known yet, as in "environment.variables". */
	property: string;
}
export interface Absent {
	state: "absent";
}
export type Fact<T> = Known<T> | Unknown | Absent;

export const known = <T>(value: T): Known<T> => ({ state: "known", value });
export const unknown = (property: string): Unknown => ({ state: "unknown", property });
export const absent: Absent = { state: "absent" };

/** The known value, or undefined where it is absent or not known yet. For where both mean the same. */
export const ifKnown = <T>(fact: Fact<T>): T | undefined => (fact.state === "known" ? fact.value : undefined);

const NOTHING: readonly never[] = [];

/** The items of a list; none where it is absent or not known yet. */
export const itemsOf = <T>(fact: Fact<readonly T[]>): readonly T[] => (fact.state === "known" ? fact.value : NOTHING);

/** The values of those facts that are known. */
export function knownAmong<T>(facts: Iterable<Fact<T>>): T[] {
	const values: T[] = [];
	for (const fact of facts) if (fact.state === "known") values.push(fact.value);
	return values;
}

/** The fact with a value in place of absence. */
export const orElse = <T>(fact: Fact<T>, value: T): Known<T> | Unknown =>
	fact.state === "absent" ? known(value) : fact;

/** A fact of another type, by what a known value says; undefined says "absent". */
export function mapFact<T, U>(fact: Fact<T>, change: (value: T) => U | undefined): Fact<U> {
	if (fact.state !== "known") return fact;
	const value = change(fact.value);
	return value === undefined ? absent : known(value);
}
