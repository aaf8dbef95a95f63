/** Which route belongs to a rollout in each of its states. Pure. */
import type { RouteVariant } from "../../charter/registry.ts";
import { CANARY_SLOT, CHAMPION_SLOT, type RolloutRecord, saltOf, VARIANTS } from "../../charter/rollout.ts";
import type { RouteChange } from "../shared/registry/writes.ts";

export const WHOLE_TRAFFIC = 100;

/** Percent of the traffic that a rollout's version has. */
export function weightOf({ state, step, plan }: Pick<RolloutRecord, "state" | "step" | "plan">): number {
	if (state === "PROMOTED") return WHOLE_TRAFFIC;
	return state === "SHIFTING" || state === "FINALIZING" ? (plan.weights[step] ?? 0) : 0;
}

/** All traffic to one version. */
export const wholeRoute = (version: number, isQueued: boolean, rollout?: number): RouteChange => ({
	variants: [{ name: VARIANTS.champion, version, weight: WHOLE_TRAFFIC, ...(isQueued ? { slot: CHAMPION_SLOT } : {}) }],
	...(rollout !== undefined && { rollout }),
});

/** The route of a rollout as it will be after the write. */
export function rolloutRoute(rollout: RolloutRecord): RouteChange {
	const { from, to, plan, state } = rollout;
	const isQueued = plan.serve === "queued";
	if (state === "PROMOTED") return wholeRoute(to, isQueued, rollout.rollout);
	const weight = weightOf(rollout);
	const [champion] = wholeRoute(from, isQueued).variants as [RouteVariant];
	const slot = isQueued ? { slot: CANARY_SLOT } : {};
	const beside: RouteVariant[] =
		state === "SHADOWING"
			? [{ name: VARIANTS.shadow, version: to, weight: 0, ...slot, mirrorPct: plan.mirrorPct }]
			: weight > 0
				? [{ name: VARIANTS.canary, version: to, weight, ...slot }]
				: [];
	const salt = saltOf(rollout.model, rollout.rollout);
	return {
		variants: [{ ...champion, weight: WHOLE_TRAFFIC - weight }, ...beside],
		...(beside.length > 0 && plan.sticky !== "none" && { sticky: { by: plan.sticky, salt } }),
		rollout: rollout.rollout,
	};
}
