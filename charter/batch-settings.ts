/** What a stack file says of a batch model under `batch`. The words only; what follows from them is in batch.ts. */
import { z } from "zod";

const MINUTE_SECONDS = 60;

/** What a batch model reads, and how it is cut. */
export const BatchSettings = z.strictObject({
	/** Rows that one task scores. */
	chunkRows: z.int().min(1).max(100_000).default(1000),
	/** Chunks in work at once. */
	maxConcurrency: z.int().min(1).max(1000).default(4),
	/** Percent of a window's chunks that may fail without failing the window. */
	toleratedFailurePct: z.number().min(0).max(100).default(0),
	/** Writes the predictions to the feature table too, where realtime models read them. */
	writesFeatures: z.boolean().default(false),
	/** Length of a window, in whole minutes. @default what lies between two runs, where the schedule is a rate */
	windowSeconds: z.int().min(MINUTE_SECONDS).multipleOf(MINUTE_SECONDS).optional(),
});
export type BatchSettings = z.output<typeof BatchSettings>;
