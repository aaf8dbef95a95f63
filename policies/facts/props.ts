/**
 * A resource's properties, or a part of them, read one path at a time: never throws, whatever the program wrote.
 * Takes raw inputs, checked inputs, outputs and previews alike. Knows no resource type.
 */
import { absent, type Fact, itemsOf, known, knownAmong, mapFact, unknown } from "./fact.ts";
import { bare, isUnknown, rawProperty } from "./unknown.ts";

const isRecord = (value: unknown): value is object =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Paths come from rules, not from programs: they are few, and read on every resource. */
const keysByPath = new Map<string, readonly string[]>();

function keysOf(path: string): readonly string[] {
	let keys = keysByPath.get(path);
	if (!keys) {
		keys = path.split(".");
		keysByPath.set(path, keys);
	}
	return keys;
}

interface Owner {
	/**
	 * Whether a missing property stands for a value not known yet: one unknown inside an object can make the engine leave
	 * the whole object out (pulumi/pulumi issue 7854).
	 */
	isWithheld(property: string): boolean;
}

export class Props {
	readonly #raw: unknown;
	readonly #path: string;
	readonly #owner: Owner | undefined;

	/**
	 * @param raw the value, as the SDK or a program gave it
	 * @param path what to call it in messages; "" for a resource as a whole
	 * @param owner the resource, where these are all of its properties
	 */
	constructor(raw: unknown, path = "", owner?: Owner) {
		this.#raw = bare(raw);
		this.#path = path;
		this.#owner = owner;
	}

	/** The value at a path of keys, as in "vpcConfig.subnetIds". Null and "" are absent; one-item lists are entered. */
	read(path: string): Fact<unknown> {
		let at = this.#raw;
		let walked = this.#path;
		let depth = 0;
		if (isUnknown(at)) return unknown(walked);
		for (const key of keysOf(path)) {
			// Providers give a block that can occur once as an object or as a list of one.
			if (Array.isArray(at)) at = rawProperty(at, "0");
			if (typeof at !== "object" || at === null) return absent;
			walked = walked ? `${walked}.${key}` : key;
			const next = rawProperty(at, key);
			if (next === undefined && depth === 0 && this.#owner?.isWithheld(key)) return unknown(walked);
			at = next;
			if (isUnknown(at)) return unknown(walked);
			depth += 1;
		}
		return at === undefined || at === null || at === "" ? absent : known(at);
	}

	/** Text; a number or boolean is written out. */
	text(path: string): Fact<string> {
		return mapFact(this.read(path), asText);
	}

	/** A finite number, also one written as text. */
	number(path: string): Fact<number> {
		return mapFact(this.read(path), (value) => {
			const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
			return typeof number === "number" && Number.isFinite(number) ? number : undefined;
		});
	}

	flag(path: string): Fact<boolean> {
		return mapFact(this.read(path), (value) => (value === "true" ? true : value === "false" ? false : value === true));
	}

	/** The part at a path; an object is expected there. */
	part(path: string): Fact<Props> {
		return mapFact(this.read(path), (value) => {
			const item = Array.isArray(value) ? rawProperty(value, "0") : value;
			return isRecord(item) || isUnknown(item) ? new Props(item, this.#pathTo(path)) : undefined;
		});
	}

	/** The parts of a list of objects; a single object is a list of one. An unknown item's facts are all unknown. */
	parts(path: string): Fact<Props[]> {
		return mapFact(this.read(path), (value) => {
			const items = Array.isArray(value) ? value.map((_, i) => rawProperty(value, String(i))) : [value];
			return items
				.map((item, i) => [item, `${this.#pathTo(path)}[${i}]`] as const)
				.filter(([item]) => isRecord(item) || isUnknown(item))
				.map(([item, at]) => new Props(item, at));
		});
	}

	/** A list of texts, each known or not; a single text is a list of one. */
	texts(path: string): Fact<Fact<string>[]> {
		return mapFact(this.read(path), (value) => {
			const items = Array.isArray(value) ? value.map((_, i) => rawProperty(value, String(i))) : [value];
			return items.map((item, i) =>
				isUnknown(item) ? unknown(`${this.#pathTo(path)}[${i}]`) : mapFact(known(item), asText),
			);
		});
	}

	/** The entries of a map from text to text, each value known or not. */
	entries(path: string): Fact<Map<string, Fact<string>>> {
		return mapFact(this.read(path), (value) => {
			if (!isRecord(value)) return undefined;
			// `__defaults` is the engine's note of what a provider filled in, no entry of the program's.
			const keys = Object.keys(value).filter((key) => key !== "__defaults");
			return new Map(
				keys.map((key) => {
					const item = rawProperty(value, key);
					return [key, isUnknown(item) ? unknown(`${this.#pathTo(path)}.${key}`) : mapFact(known(item), asText)];
				}),
			);
		});
	}

	/** The known values of a map from text to text. */
	entryTexts(path: string): string[] {
		return knownAmong(itemsOf(this.entries(path)).map(([, value]) => value));
	}

	/** A JSON document, given as text or as an object already. Text that is no JSON is absent: see {@link malformed}. */
	document(path: string): Fact<Props> {
		return mapFact(this.read(path), (value) => {
			if (isRecord(value)) return new Props(value, this.#pathTo(path));
			const parsed = typeof value === "string" ? parseJson(value) : undefined;
			return isRecord(parsed) ? new Props(parsed, this.#pathTo(path)) : undefined;
		});
	}

	/** Whether text stands at a path where a JSON document should, and it is none. */
	malformed(path: string): boolean {
		return this.read(path).state === "known" && this.document(path).state === "absent";
	}

	/** Names of the properties that are there, known or not. */
	keys(): string[] {
		return isRecord(this.#raw) ? Object.keys(this.#raw) : [];
	}

	/** The value itself, marks for unknowns included: for walking documents whose shape is free. */
	get raw(): unknown {
		return this.#raw;
	}

	#pathTo(path: string): string {
		return this.#path ? `${this.#path}.${path}` : path;
	}
}

function asText(value: unknown): string | undefined {
	if (typeof value === "string") return value === "" ? undefined : value;
	return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** The value of a JSON text; undefined for one that is none. */
export function parseJson(text: string | undefined): unknown {
	try {
		return JSON.parse(text ?? "");
	} catch {
		return undefined;
	}
}
