/**
 * A map from text to text as a program wrote it, each value read when it is asked for: a stack has thousands of such
 * maps, and of most of them a rule wants a key or two. Not the maps that rules make themselves: those are plain ones.
 */
import { type Fact, unknown } from "./fact.ts";
import { textFact } from "./text.ts";
import { isUnknown, rawProperty } from "./unknown.ts";

/** Facts by key; a plain map of facts is one, too. */
export interface Entries extends Iterable<[string, Fact<string>]> {
	readonly size: number;
	has(key: string): boolean;
	/** Undefined where the key is not there; a key with no text has an absent fact. */
	get(key: string): Fact<string> | undefined;
	keys(): Iterable<string>;
}

/** The engine's note of what a provider filled in, no entry of the program's. */
const NOTE_OF_DEFAULTS = "__defaults";

/** All entries of a map; none where it is absent or not known yet. */
export const entriesOf = (fact: Fact<Entries>): [string, Fact<string>][] =>
	fact.state === "known" ? [...fact.value] : [];

export class EntriesAsWritten implements Entries {
	readonly #raw: object;
	readonly #path: string;

	/** @param path of the map, for the facts of what is not known yet */
	constructor(raw: object, path: string) {
		this.#raw = raw;
		this.#path = path;
	}

	get size(): number {
		return this.keys().length;
	}

	has(key: string): boolean {
		return Object.hasOwn(this.#raw, key) && key !== NOTE_OF_DEFAULTS;
	}

	get(key: string): Fact<string> | undefined {
		return this.has(key) ? this.#factOf(key) : undefined;
	}

	keys(): string[] {
		const keys = Object.keys(this.#raw);
		return keys.includes(NOTE_OF_DEFAULTS) ? keys.filter((key) => key !== NOTE_OF_DEFAULTS) : keys;
	}

	*[Symbol.iterator](): Iterator<[string, Fact<string>]> {
		for (const key of this.keys()) yield [key, this.#factOf(key)];
	}

	#factOf(key: string): Fact<string> {
		const item = rawProperty(this.#raw, key);
		return isUnknown(item) ? unknown(`${this.#path}.${key}`) : textFact(item);
	}
}
