/**
 * Values as Pulumi writes them into its own JSON files, made into what policies read: secrets laid bare, or unknown where
 * they are encrypted or masked. Not the wire of a running engine: see recording.ts.
 */
import { UNKNOWN_TEXT } from "../facts/unknown.ts";

/** Marks a special value: what kind it is stands beside it. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Whether a value is a secret in its wrapper. */
export const isSecret = (value: object): boolean => Reflect.get(value, SIGNATURE) === SECRET;

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
