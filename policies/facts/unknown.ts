/**
 * The engine's marks for "not known before the update": what stands in a property's place at preview.
 * Part of Pulumi's wire protocol; the SDK's proxy throws when it meets one, we ask instead.
 */
import { types } from "node:util";

/** The mark of a text that is not known yet. */
export const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const UNKNOWN_MARKS = new Set([
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", // boolean
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421", // number
	UNKNOWN_TEXT,
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", // array
	"030794c1-ac77-496b-92df-f27374a8bd58", // asset
	"e48ece36-62e2-4504-bad9-02848725956a", // archive
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff", // object
]);
const MARK_LENGTH = 36;

/** Whether a raw value is a mark for one that is not known yet. */
export const isUnknown = (value: unknown): boolean =>
	typeof value === "string" && value.length === MARK_LENGTH && UNKNOWN_MARKS.has(value);

/** Whether a mark stands anywhere in a raw value. Walks without recursion, so depth cannot overflow the stack. */
export function containsUnknown(value: unknown): boolean {
	if (!isObject(value)) return isUnknown(value);
	// A set grows while it is walked, and takes nothing twice: cycles end.
	const objects = new Set([value]);
	for (const object of objects)
		for (const key of Object.keys(object)) {
			const item = rawProperty(object, key);
			if (isObject(item)) objects.add(item);
			else if (isUnknown(item)) return true;
		}
	return false;
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

/**
 * An object as it is, where the SDK gave its proxy, which throws at an unknown: the proxy traps `get` only, and descriptors
 * hold the bare values, themselves no proxies. So this is needed once, at the root of what the engine gave.
 */
export function bare(of: unknown): unknown {
	if (!isObject(of) || !types.isProxy(of)) return of;
	const keys = Object.keys(of);
	return Object.fromEntries(keys.map((key) => [key, Object.getOwnPropertyDescriptor(of, key)?.value]));
}

/** One own property of a {@link bare} object or of a part of one; never one that every object has. */
export const rawProperty = (of: object, key: string): unknown =>
	Object.hasOwn(of, key) ? Reflect.get(of, key) : undefined;
