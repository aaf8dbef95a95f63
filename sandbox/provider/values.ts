/**
 * Property values as the engine sends them: JSON, in which unknowns, secrets, assets and archives are marked by well-known strings.
 * Not the SDK's Outputs: a provider sees values only.
 */

export type Value = null | boolean | number | string | Value[] | { [key: string]: Value };
export type Props = { [key: string]: Value };

/** What stands for a value that is not known yet, in a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";

export const isProps = (value: unknown): value is Props =>
	typeof value === "object" && value !== null && !Array.isArray(value);
export const isAsset = (value: unknown): value is Props => isProps(value) && value[SIGNATURE] === ASSET;
export const isArchive = (value: unknown): value is Props => isProps(value) && value[SIGNATURE] === ARCHIVE;

/** A value without its wrappers: secrets and known outputs as what they hold, unknown outputs as {@link UNKNOWN}. */
export function plain(value: unknown): Value {
	if (Array.isArray(value)) return value.map(plain);
	if (isProps(value)) {
		if (value[SIGNATURE] === SECRET || value[SIGNATURE] === OUTPUT)
			return value.value === undefined ? UNKNOWN : plain(value.value);
		return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
	}
	if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
	return null;
}

/** The properties of a message, without wrappers. */
export function plainProps(value: unknown): Props {
	const props = plain(value ?? {});
	return isProps(props) ? props : {};
}

/** Whether a value is or holds an unknown. */
export function hasUnknown(value: Value | undefined): boolean {
	if (value === UNKNOWN) return true;
	if (Array.isArray(value)) return value.some(hasUnknown);
	return isProps(value) && Object.values(value).some(hasUnknown);
}

/** Whether two values are the same, whatever the order of their keys; absent and null are. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
	if (a === b) return true;
	if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
	if (isProps(a) && isProps(b))
		return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => same(a[key], b[key]));
	return (a ?? null) === null && (b ?? null) === null;
}

/** The entries that are there. */
export const present = <T>(record: Record<string, T | undefined>): Record<string, T> =>
	Object.fromEntries(Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
