/**
 * JSON of tensors without loss: 64-bit integers that no number of JavaScript holds keep all their digits.
 * Everything else is JSON.parse and JSON.stringify.
 */

declare global {
	interface JSON {
		/** In Node since version 21; TypeScript has no types of it yet. */
		rawJSON(text: string): object;
		parse(
			text: string,
			reviver: (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown,
		): unknown;
	}
}

/** An integer of 16 digits or more, as a value. Rare: what has none is read at full speed. */
const LONG_INTEGER = /(?:^|[\s,:[-])\d{16,}\s*(?:[,\]}]|$)/;
const INTEGER = /^-?\d+$/;

/** @throws {SyntaxError} where the text is no JSON */
export function parseLossless(text: string): unknown {
	if (!LONG_INTEGER.test(text)) return JSON.parse(text);
	return JSON.parse(text, (_, value, { source = "" }) =>
		typeof value === "number" && !Number.isSafeInteger(value) && INTEGER.test(source) ? JSON.rawJSON(source) : value,
	);
}
