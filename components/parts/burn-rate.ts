/**
 * Multi-window burn rates of a model's SLOs: how fast its error budget is spent, as CloudWatch metric math.
 * Follows chapter 5 of Google's SRE workbook, https://sre.google/workbook/alerting-on-slos/.
 */

import { SLOW_BUDGET } from "../../charter/rollout.ts";
import type { ModelSettings } from "../../charter/settings.ts";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";
import { stackName } from "./names.ts";

/** An SLO as a share of requests that may be bad. */
export interface Objective {
	/** Part of the alarms' names. */
	name: "errors" | "slow";
	/** Metric that counts the bad requests. */
	badMetric: string;
	/** Share of requests that may be bad, above 0 and below 1. */
	budget: number;
}

/** A speed of burning at which somebody must act, seen in a long window and still in a short one. */
export interface BurnRate {
	name: "fast" | "steady";
	/** Times as fast as would spend the month's budget in exactly a month. */
	factor: number;
	longSeconds: number;
	shortSeconds: number;
}

/** Fewer bad requests than this in a window say nothing: at low traffic one of them would be a high rate. */
const BAD_REQUESTS_MINIMUM = 3;

export const BURN_RATES: readonly BurnRate[] = [
	{ name: "fast", factor: 14.4, longSeconds: 60 * 60, shortSeconds: 5 * 60 },
	{ name: "steady", factor: 6, longSeconds: 6 * 60 * 60, shortSeconds: 30 * 60 },
];

export const objectives = ({ slo }: Pick<ModelSettings, "slo">): Objective[] => [
	{ name: "errors", badMetric: METRICS.errors, budget: slo.errorRate },
	{ name: "slow", badMetric: METRICS.slow, budget: SLOW_BUDGET },
];

/** Name of a burn-rate alarm among ours, as in "tumour-risk-errors-fast-burn"; in the account it is the stack's. */
export const burnName = (model: string, objective: Objective, burn: BurnRate): string =>
	`${model}-${objective.name}-${burn.name}-burn`;

/** In the account: the alarms of a model that people are called for. */
export const burnAlarmNames = (model: Pick<ModelSettings, "name" | "slo">): string[] =>
	objectives(model).flatMap((objective) => BURN_RATES.map((burn) => stackName(burnName(model.name, objective, burn))));

/** Share of bad requests at which the budget burns this fast; never all of them, which could not be exceeded. */
export const burnThreshold = ({ budget }: Objective, { factor }: BurnRate): number => Math.min(factor * budget, 0.99);

/** Queries of an alarm: the share of bad requests in a window, 0 where too few were bad to tell. */
export function badShareQueries(model: string, { badMetric }: Objective, windowSeconds: number) {
	const count = (id: string, metricName: string) => ({
		id,
		returnData: false,
		metric: {
			namespace: METRIC_NAMESPACE,
			metricName,
			dimensions: { [METRIC_DIMENSIONS.model]: model },
			period: windowSeconds,
			stat: "Sum",
		},
	});
	return [
		{
			id: "share",
			label: `${badMetric} / ${METRICS.requests}`,
			expression: `IF(bad >= ${BAD_REQUESTS_MINIMUM}, bad / requests, 0)`,
			returnData: true,
		},
		count("bad", badMetric),
		count("requests", METRICS.requests),
	];
}
