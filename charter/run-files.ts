/**
 * How large the files of a training run may be: what the functions that evaluate and register it hold in memory. Constants only.
 */
import { HELDOUT_FILE, HELDOUT_LIMITS } from "./heldout.ts";
import { RUN_FILES } from "./registry.ts";

const MIB = 1024 * 1024;

/**
 * In bytes, by the file's name. An evaluation has 2,048 MiB for the artifact three times, once of them loaded (the new one, and
 * the champion's beside it), and the held-out rows; a registration has 1,024 MiB for one.
 */
export const RUN_BYTES_MAX = {
	[RUN_FILES.manifest]: MIB,
	[RUN_FILES.artifact]: 384 * MIB,
	[HELDOUT_FILE]: HELDOUT_LIMITS.bytesMax,
} as const;

export type RunFile = keyof typeof RUN_BYTES_MAX;
