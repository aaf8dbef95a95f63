/** Writes down what a comparison has found, as the judge reads it: rows by slice, those that the shadow failed in one of their own. */
import { type PairedCounts, SHADOW_SLICES } from "../../charter/rollout.ts";
import { writeSliceCounts } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";

export interface Compared {
	model: string;
	/** The shadow's. */
	version: number;
	/** Rows by slice. */
	slices: ReadonlyMap<string, PairedCounts>;
}

export function recordCompared({ write, now }: Pick<Telemetry, "write" | "now">, compared: Compared): void {
	const { model, version, slices } = compared;
	for (const [slice, counts] of slices) writeSliceCounts(write, now(), { model, version, slice, ...counts });
}

/** What the shadow failed and its champion answered: of all rows that were compared these are its failures. */
export const failedRows = (rows: number): Map<string, PairedCounts> =>
	new Map([[SHADOW_SLICES.failed, { compared: rows, disagreed: rows }]]);
