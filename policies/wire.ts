/**
 * Values as the engine's protocol carries them: secrets in an envelope, unknowns as marks, assets with their hashes.
 * For what is handed back to the engine, which must lose none of it; rules read {@link bare} ones.
 */

/** The key that marks an envelope. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export type WireProps = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is WireProps =>
	typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether a value is a secret in its envelope. */
export const isSecret = (value: unknown): value is WireProps => isObject(value) && value[SIGNATURE] === SECRET;

/** A value with its secrets laid bare, at any depth. */
export function bare(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(bare);
	if (!isObject(value)) return value;
	if (isSecret(value)) return bare(value.value);
	return bareProps(value);
}

/** A resource's properties with their secrets laid bare, marks for unknowns left in. */
export const bareProps = (props: object): Record<string, unknown> =>
	Object.fromEntries(Object.entries(props).map(([key, item]) => [key, bare(item)]));

/**
 * A map with more entries, the given ones over its own; a secret one stays secret. What is no map (an unknown) stays as
 * it is: nothing can be put into it without a loss.
 */
export function withEntries(value: unknown, entries: WireProps): unknown {
	if (value === undefined || value === null) return entries;
	if (isSecret(value)) return { ...value, value: withEntries(value.value, entries) };
	return isObject(value) && !(SIGNATURE in value) ? { ...value, ...entries } : value;
}
