/**
 * A stack's settings as its config holds them, key by key, for the charter to parse.
 * Judges nothing: an unknown key goes through, so that the charter refuses a mistyped one instead of losing it.
 */

/** Config namespace of the settings. */
const NAMESPACE = "triplane:";

/**
 * @param config every value of the stack's config by its full key; Pulumi hands structured ones over as JSON
 * @returns the settings by their key without the namespace
 */
export function rawSettings(config: Readonly<Record<string, string>>): Record<string, unknown> {
	return Object.fromEntries(
		Object.entries(config)
			.filter(([key]) => key.startsWith(NAMESPACE))
			.map(([key, value]) => [key.slice(NAMESPACE.length), structured(value)]),
	);
}

/** Only lists and objects are structured: a cost centre of "4200" or "true" stays the text that it was written as. */
function structured(value: string): unknown {
	if (!/^\s*[[{]/.test(value)) return value;
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}
