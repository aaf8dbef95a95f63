/** Writes down what a comparison has found, as the judge reads it: rows by slice, and requests that the shadow failed. */
import { type PairedCounts, SHADOW_SLICES } from "../../charter/rollout.ts";
import { writeSliceCounts } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";

export interface Compared {
	model: string;
	/** The shadow's. */
	version: number;
	/** Rows by slice; undefined where the shadow failed what its champion answered. */
	slices: ReadonlyMap<string, PairedCounts> | undefined;
}

/** A failure counts as one whatever rows it had, among all that were compared: rows of one request do not fail by themselves. */
export function recordCompared({ write, now }: Pick<Telemetry, "write" | "now">, compared: Compared): void {
	const { model, version, slices } = compared;
	const failed = { slice: SHADOW_SLICES.failed, compared: 1, disagreed: slices ? 0 : 1 };
	writeSliceCounts(write, now(), { model, version, ...failed });
	for (const [slice, counts] of slices ?? []) writeSliceCounts(write, now(), { model, version, slice, ...counts });
}
