/**
 * By which version a canary's job is answered when its turn comes: a realtime model's jobs lie in one queue, so a rollback
 * cannot move them, and what waits when a version is turned back is the champion's from then on.
 */
import type { JobRecord } from "../../charter/jobs.ts";
import type { RouteRecord } from "../../charter/registry.ts";
import { VARIANTS } from "../../charter/rollout.ts";
import type { JobPlace } from "../shared/jobs/move-job.ts";

/** @returns what the job is to be answered by instead; undefined where it stays as it is */
export function servedInstead(
	{ version }: Pick<JobRecord, "version">,
	{ variants }: Pick<RouteRecord, "variants">,
): Pick<JobPlace, "version" | "variant"> | undefined {
	if (variants.some((serving) => serving.version === version)) return undefined;
	// An experiment has no champion; the first of its variants is as good as any.
	const served = variants.find(({ name }) => name === VARIANTS.champion) ?? variants[0];
	return served && { version: served.version, variant: served.name };
}
