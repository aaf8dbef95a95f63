/** How long a rollout of each served model takes where the new version is as good as the old one, by what its settings declare. */
import { type RolloutPlan, SLOW_BUDGET } from "../../charter/rollout.ts";
import { expectedRolloutSeconds } from "../../charter/rollout-time.ts";
import type { Settings } from "../../charter/settings.ts";

const MINUTE = 60;

/** A line a model that has a judge; windows have none. */
export const expectedTimes = ({ models }: Pick<Settings, "models">): string[] =>
	models
		.filter(({ serve }) => serve !== "batch")
		.map((model) => {
			const { rps } = model.traffic;
			return `a healthy version of ${model.name} is promoted in about ${inWords(expectedRolloutSeconds(trafficOf(model)))} at its declared ${rps} rps`;
		});

function trafficOf({
	rollout,
	slo,
	traffic,
}: Settings["models"][number]): Parameters<typeof expectedRolloutSeconds>[0] {
	const { weights, intervalSeconds, alpha, mirrorPct, bounds } = rollout;
	const { disagreementRate, costFactor } = bounds;
	const plan: RolloutPlan["bounds"] = { errorRate: slo.errorRate, slowRate: SLOW_BUDGET, disagreementRate, costFactor };
	return { weights, intervalSeconds, alpha, mirrorPct, rps: traffic.rps, bounds: plan };
}

/** As in "40 s", "7 min" or "3.5 h": what is expected is no matter of seconds. */
export function inWords(seconds: number): string {
	if (seconds < 2 * MINUTE) return `${Math.round(seconds)} s`;
	if (seconds < 2 * MINUTE * MINUTE) return `${Math.round(seconds / MINUTE)} min`;
	return `${(seconds / MINUTE / MINUTE).toFixed(1)} h`;
}
