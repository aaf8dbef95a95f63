/** Moves an alias step by step, by what it finds: whoever asks again, or late, or beside another one, changes nothing wrongly. */
import { LIVE_ALIAS } from "../../charter/release.ts";
import { ReleaseConflictError } from "./errors.ts";
import type { Aliases, Standing } from "./ports.ts";

const ATTEMPTS_MAX = 5;

/** Whether the first version was published after the second one. */
const isNewer = (version: string, than: string): boolean => Number(version) > Number(than);

/** Whether a version gets traffic, and no newer one is on its way to replace it. */
export const isServing = ({ live, canary }: Standing, version: string): boolean =>
	canary === undefined ? live === version : canary.version === version;

/** Whether a version newer than this one is live, or on its way. */
export const isSuperseded = ({ live, canary }: Standing, version: string): boolean =>
	isNewer(live, version) || (canary !== undefined && isNewer(canary.version, version));

/**
 * Reads the alias, and writes what `next` makes of it on the condition that it still stands so; again where it does not.
 * @returns what it stood at, and whether it was moved
 * @throws {ReleaseConflictError} where others change it all the time
 */
export async function moveAlias(
	aliases: Aliases,
	name: string,
	next: (standing: Standing) => Standing | undefined,
): Promise<{ before: Standing; isMoved: boolean }> {
	for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		const { standing, revision } = await aliases.read(name);
		const to = next(standing);
		if (!to) return { before: standing, isMoved: false };
		if (await aliases.move(name, revision, to)) return { before: standing, isMoved: true };
	}
	throw new ReleaseConflictError(
		`The alias "${LIVE_ALIAS}" of ${name} was changed by others during each of ${ATTEMPTS_MAX} attempts. See who else moves it, then ask again.`,
	);
}
