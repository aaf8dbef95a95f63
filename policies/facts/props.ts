/**
 * A resource's properties, or a part of them, read one path at a time: never throws, whatever the program wrote.
 * Takes raw inputs, checked inputs, outputs and previews alike. Knows no resource type.
 */
import { type Entries, EntriesAsWritten } from "./entries.ts";
import { absent, type Fact, type Known, known, mapFact, unknown } from "./fact.ts";
import { asText, textFact } from "./text.ts";
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
		if (isUnknown(at)) return unknown(this.#path);
		let depth = 0;
		for (const key of keysOf(path)) {
			// Providers give a block that can occur once as an object or as a list of one.
			if (Array.isArray(at)) at = rawProperty(at, "0");
			if (typeof at !== "object" || at === null) return absent;
			at = rawProperty(at, key);
			depth += 1;
			if (at === undefined ? depth === 1 && this.#owner?.isWithheld(key) : isUnknown(at))
				return unknown(this.#pathTo(keysOf(path).slice(0, depth).join(".")));
		}
		return at === undefined || at === null || at === "" ? absent : known(at);
	}

	/** Text; a number or boolean is written out. */
	text(path: string): Fact<string> {
		const fact = this.read(path);
		return isText(fact) ? fact : mapFact(fact, asText);
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
			const at = this.#pathTo(path);
			const parts = itemsIn(value).map((item, i) =>
				isRecord(item) || isUnknown(item) ? new Props(item, `${at}[${i}]`) : undefined,
			);
			return parts.every(isDefined) ? parts : parts.filter(isDefined);
		});
	}

	/** A list of texts, each known or not; a single text is a list of one. */
	texts(path: string): Fact<Fact<string>[]> {
		return mapFact(this.read(path), (value) =>
			itemsIn(value).map((item, i) => (isUnknown(item) ? unknown(`${this.#pathTo(path)}[${i}]`) : textFact(item))),
		);
	}

	/** The entries of a map from text to text, each value known or not. */
	entries(path: string): Fact<Entries> {
		return mapFact(this.read(path), (value) =>
			isRecord(value) ? new EntriesAsWritten(value, this.#pathTo(path)) : undefined,
		);
	}

	/** The known values of a map from text to text. */
	entryTexts(path: string): string[] {
		const texts: string[] = [];
		const entries = this.entries(path);
		if (entries.state === "known")
			for (const [, fact] of entries.value) if (fact.state === "known") texts.push(fact.value);
		return texts;
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

/** Whether a fact is text as it stands: then it need not be made anew. */
const isText = (fact: Fact<unknown>): fact is Known<string> => fact.state === "known" && typeof fact.value === "string";

const isDefined = (part: Props | undefined): part is Props => part !== undefined;

/** What stands in a list; a single value is a list of one. */
const itemsIn = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** The value of a JSON text; undefined for one that is none. */
export function parseJson(text: string | undefined): unknown {
	try {
		return JSON.parse(text ?? "");
	} catch {
		return undefined;
	}
}
