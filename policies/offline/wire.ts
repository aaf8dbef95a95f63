/**
 * Values as Pulumi writes them into its own JSON files, made into what policies read: secrets laid bare, or unknown where
 * they are encrypted or masked. Not the wire of a running engine: see recording.ts.
 */
import { UNKNOWN_TEXT } from "../facts/unknown.ts";
import { isSecret } from "../wire.ts";

/** What `pulumi preview --json` writes in place of a secret. */
const MASKED = "[secret]";
/** The provider's note of what it filled in; the engine takes it out before a policy sees the resource. */
const INTERNAL = "__defaults";

/** A resource's properties. Never throws; anything but an object has none. */
export function plainProperties(properties: unknown): Record<string, unknown> {
	if (typeof properties !== "object" || properties === null || Array.isArray(properties)) return {};
	return Object.fromEntries(
		Object.entries(properties)
			.filter(([key]) => key !== INTERNAL)
			.map(([key, value]) => [key, plainValue(value)]),
	);
}

function plainValue(value: unknown): unknown {
	if (value === MASKED) return UNKNOWN_TEXT;
	if (typeof value !== "object" || value === null) return value;
	if (Array.isArray(value)) return value.map(plainValue);
	return isSecret(value) ? secretOf(value) : plainProperties(value);
}

function secretOf(secret: object): unknown {
	const text: unknown = Reflect.get(secret, "plaintext");
	if (typeof text !== "string") return UNKNOWN_TEXT;
	try {
		return plainValue(JSON.parse(text));
	} catch {
		return UNKNOWN_TEXT;
	}
}
