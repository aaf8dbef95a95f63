/**
 * Dashboards as data: graphs laid out two in a row, as the JSON that CloudWatch takes. Pure.
 * Which graphs a dashboard has is in dashboard.ts and queued-dashboard.ts.
 */
import { METRIC_DIMENSION_SETS, METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";

const PERIOD_SECONDS = 60;
const COLUMN_WIDTH = 12;
const ROW_HEIGHT = 7;
const COLUMNS = 2;

/** A metric or expression as a dashboard lists one. */
export type Series = readonly (string | Record<string, string | number | boolean>)[];
export interface Line {
	label: string;
	value: number;
}
export interface Graph {
	title: string;
	metrics: readonly Series[];
	unit: string;
	lines?: readonly Line[];
}

/** @returns a dashboard's body as JSON */
export const bodyOf = (region: string, graphs: readonly Graph[]): string =>
	JSON.stringify({
		start: "-PT3H",
		widgets: graphs.map(({ title, metrics, unit, lines }, i) => ({
			type: "metric",
			x: (i % COLUMNS) * COLUMN_WIDTH,
			y: Math.floor(i / COLUMNS) * ROW_HEIGHT,
			width: COLUMN_WIDTH,
			height: ROW_HEIGHT,
			properties: {
				title,
				view: "timeSeries",
				region,
				period: PERIOD_SECONDS,
				metrics,
				yAxis: { left: { min: 0, label: unit, showUnits: false } },
				...(lines ? { annotations: { horizontal: lines } } : {}),
			},
		})),
	});

/** Dimensions of a model's own metrics, over all its versions. */
export const modelDimensions = (model: string): readonly string[] => [METRIC_DIMENSIONS.model, model];

/** A sum that an expression of the same graph uses under its id. */
export const hidden = (id: string, metricName: string, model: string): Series => [
	METRIC_NAMESPACE,
	metricName,
	...modelDimensions(model),
	{ id, stat: "Sum", visible: false },
];

/** @param slow what counts as slow, in words */
export const badShareGraph = (model: string, slow: string, errorRate: number): Graph => ({
	title: "Share of bad requests against the SLO",
	unit: "share",
	metrics: [
		[{ id: "errorShare", expression: "errors / requests", label: "errors" }],
		[{ id: "slowShare", expression: "slow / requests", label: slow }],
		hidden("errors", METRICS.errors, model),
		hidden("slow", METRICS.slow, model),
		hidden("requests", METRICS.requests, model),
	],
	lines: [{ label: "slo.errorRate", value: errorRate }],
});

const [, BY_VERSION] = METRIC_DIMENSION_SETS;

/** Finds the versions by itself as they come. */
export const byVersionGraph = (model: string): Graph => ({
	title: "Requests by version and variant",
	unit: "requests",
	metrics: [
		[
			{
				id: "byVersion",
				expression: `SEARCH('{${METRIC_NAMESPACE},${BY_VERSION.join(",")}} MetricName="${METRICS.requests}" ${METRIC_DIMENSIONS.model}="${model}"', 'Sum', ${PERIOD_SECONDS})`,
				label: "",
			},
		],
	],
});

export const costGraph = (model: string): Graph => ({
	title: "Cost per 1,000 requests (USD, list price)",
	unit: "USD",
	metrics: [
		[{ id: "costPerThousand", expression: "1000 * cost / requests", label: "USD per 1,000" }],
		hidden("cost", METRICS.costUsd, model),
		hidden("requests", METRICS.requests, model),
	],
});

export const trafficGraph = (model: string, traffic: { rps: number; peakRps: number }): Graph => ({
	title: "Traffic against the declared one (requests per second)",
	unit: "requests per second",
	metrics: [
		[{ id: "rate", expression: "requests / PERIOD(requests)", label: "requests per second" }],
		hidden("requests", METRICS.requests, model),
	],
	lines: [
		{ label: "traffic.rps", value: traffic.rps },
		{ label: "traffic.peakRps", value: traffic.peakRps },
	],
});
