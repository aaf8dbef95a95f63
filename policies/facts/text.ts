/** What a known value says as text. Knows no properties: those read through this, and see to what is unknown. */
import { absent, type Fact, known } from "./fact.ts";

/** The text of a value; a number or boolean is written out, and what is no text says nothing. */
export function asText(value: unknown): string | undefined {
	if (typeof value === "string") return value === "" ? undefined : value;
	return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

/** {@link asText} as a fact. */
export function textFact(value: unknown): Fact<string> {
	const text = asText(value);
	return text === undefined ? absent : known(text);
}
