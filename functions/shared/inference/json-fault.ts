/**
 * Finds where a text stops being JSON. JSON.parse says that it is none, but often not where.
 * Runs only after JSON.parse has failed, so it may be slow but must be linear.
 */

export interface JsonFault {
	/** UTF-16 units from the start, from 0. */
	offset: number;
	/** From 1. */
	line: number;
	column: number;
	/** What stands there, for a message. */
	what: string;
}

const TOKEN =
	/[ \t\n\r]*(?:([{}[\],:])|("[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[ !#-[\]-\uffff]*)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;
const BLANK = /[ \t\n\r]*/y;
const EXCERPT_CHARACTERS = 20;

/** What may come next: a value, or a value or the end of its list, and so on. */
type Expected = "value" | "value or ]" | "key or }" | "key" | ":" | ", or end" | "end";

/** The first place at which `text` cannot be the start of a JSON document; undefined where it is one. */
export function findJsonFault(text: string): JsonFault | undefined {
	const open: ("{" | "[")[] = [];
	let expected: Expected = "value";
	let at = 0;
	for (;;) {
		TOKEN.lastIndex = at;
		const match = TOKEN.exec(text);
		BLANK.lastIndex = at;
		const start = at + (BLANK.exec(text)?.[0].length ?? 0);
		if (expected === "end" && start === text.length) return undefined;
		if (!match) return describe(text, start);
		const [, mark, string] = match;
		const next = advance(expected, mark ?? (string === undefined ? "scalar" : "string"), open);
		if (next === undefined) return describe(text, start);
		expected = next;
		at = TOKEN.lastIndex;
	}
}

/** The state after a token, or undefined where the token may not stand there. */
function advance(expected: Expected, token: string, open: ("{" | "[")[]): Expected | undefined {
	const afterValue = (): Expected => (open.length === 0 ? "end" : ", or end");
	const inside = open.at(-1);
	if (expected === "value" || expected === "value or ]") {
		if (token === "{" || token === "[") {
			open.push(token);
			return token === "{" ? "key or }" : "value or ]";
		}
		if (token === "scalar" || token === "string") return afterValue();
	}
	if ((expected === "key" || expected === "key or }") && token === "string") return ":";
	if (expected === ":" && token === ":") return "value";
	if (expected === ", or end" && token === ",") return inside === "{" ? "key" : "value";
	const closesList = token === "]" && inside === "[" && (expected === ", or end" || expected === "value or ]");
	const closesObject = token === "}" && inside === "{" && (expected === ", or end" || expected === "key or }");
	if (!closesList && !closesObject) return undefined;
	open.pop();
	return afterValue();
}

function describe(text: string, offset: number): JsonFault {
	const before = text.slice(0, offset);
	const line = before.split("\n").length;
	const excerpt = text.slice(offset, offset + EXCERPT_CHARACTERS);
	return {
		offset,
		line,
		column: offset - (before.lastIndexOf("\n") + 1) + 1,
		what: excerpt === "" ? "the text ends too early" : `unexpected ${JSON.stringify(excerpt)}`,
	};
}
