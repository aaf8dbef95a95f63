/**
 * The body of a realtime endpoint's dashboard: latency against its budget, errors, concurrency, versions, cost.
 * Pure: a widget is data, and the plane makes the one resource of it.
 */

import type { RealtimeModel } from "../../charter/derive.ts";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";
import { inferDimensions } from "./endpoint-alarms.ts";

const PERIOD_SECONDS = 60;
const COLUMN_WIDTH = 12;
const ROW_HEIGHT = 7;
const COLUMNS = 2;

export interface DashboardFacts {
	region: string;
	apiName: string;
	stageName: string;
	functionName: string;
	model: RealtimeModel;
	reservedConcurrency: number;
}

/** A metric or expression as a dashboard lists one. */
type Series = readonly (string | Record<string, string | number | boolean>)[];
interface Line {
	label: string;
	value: number;
}
interface Graph {
	title: string;
	metrics: readonly Series[];
	unit: string;
	lines?: readonly Line[];
}

/**
 * @returns the body as JSON
 * @example new aws.cloudwatch.Dashboard(name, { dashboardName, dashboardBody: pulumi.all(facts).apply(dashboardBody) })
 */
export const dashboardBody = (facts: DashboardFacts): string =>
	JSON.stringify({
		start: "-PT3H",
		widgets: graphs(facts).map(({ title, metrics, unit, lines }, i) => ({
			type: "metric",
			x: (i % COLUMNS) * COLUMN_WIDTH,
			y: Math.floor(i / COLUMNS) * ROW_HEIGHT,
			width: COLUMN_WIDTH,
			height: ROW_HEIGHT,
			properties: {
				title,
				view: "timeSeries",
				region: facts.region,
				period: PERIOD_SECONDS,
				metrics,
				yAxis: { left: { min: 0, label: unit, showUnits: false } },
				...(lines ? { annotations: { horizontal: lines } } : {}),
			},
		})),
	});

function graphs(facts: DashboardFacts): Graph[] {
	const { model, functionName, reservedConcurrency } = facts;
	const api = Object.entries(inferDimensions(model.name, facts)).flat();
	const own = [METRIC_DIMENSIONS.model, model.name];
	const fn = ["FunctionName", functionName];
	return [
		{
			title: `Latency of inference on ${model.name} (API, ms)`,
			unit: "ms",
			metrics: ["p50", "p95", "p99"].map((stat) => ["AWS/ApiGateway", "Latency", ...api, { stat, label: stat }]),
			lines: budgetLines(model),
		},
		{
			title: "Latency by where it arises (p95, ms)",
			unit: "ms",
			metrics: [
				["AWS/ApiGateway", "Latency", ...api, { stat: "p95", label: "API" }],
				["AWS/ApiGateway", "IntegrationLatency", ...api, { stat: "p95", label: "integration" }],
				["AWS/Lambda", "Duration", ...fn, { stat: "p95", label: "function" }],
				[METRIC_NAMESPACE, METRICS.latencyMs, ...own, { stat: "p95", label: "handler" }],
			],
			lines: [{ label: "slo.p95Ms", value: model.slo.p95Ms }],
		},
		{
			title: "Share of bad requests against the SLO",
			unit: "share",
			metrics: [
				[{ id: "errorShare", expression: "errors / requests", label: "errors" }],
				[{ id: "slowShare", expression: "slow / requests", label: `slower than ${model.slo.p95Ms} ms` }],
				hidden("errors", METRICS.errors, own),
				hidden("slow", METRICS.slow, own),
				hidden("requests", METRICS.requests, own),
			],
			lines: [{ label: "slo.errorRate", value: model.slo.errorRate }],
		},
		{
			title: "Errors as callers see them",
			unit: "requests",
			metrics: [
				["AWS/ApiGateway", "5XXError", ...api, { stat: "Sum", label: "5xx" }],
				["AWS/ApiGateway", "4XXError", ...api, { stat: "Sum", label: "4xx" }],
				["AWS/Lambda", "Errors", ...fn, { stat: "Sum", label: "function failed" }],
				[METRIC_NAMESPACE, METRICS.throttled, ...own, { stat: "Sum", label: "tenant throttled" }],
			],
		},
		{
			title: "Concurrency against the reservation",
			unit: "requests in work",
			metrics: [
				["AWS/Lambda", "ConcurrentExecutions", ...fn, { stat: "Maximum", label: "in work" }],
				["AWS/Lambda", "Throttles", ...fn, { stat: "Sum", label: "refused" }],
			],
			lines: [{ label: "reserved", value: reservedConcurrency }],
		},
		{
			title: "Requests by version and variant",
			unit: "requests",
			metrics: [[{ id: "byVersion", expression: byVersion(model.name), label: "" }]],
		},
		{
			title: "Cost per 1,000 requests (USD, list price)",
			unit: "USD",
			metrics: [
				[{ id: "costPerThousand", expression: "1000 * cost / requests", label: "USD per 1,000" }],
				hidden("cost", METRICS.costUsd, own),
				hidden("requests", METRICS.requests, own),
			],
		},
		{
			title: "Traffic against the declared one (requests per second)",
			unit: "requests per second",
			metrics: [
				[{ id: "rate", expression: "requests / PERIOD(requests)", label: "requests per second" }],
				hidden("requests", METRICS.requests, own),
			],
			lines: [
				{ label: "traffic.rps", value: model.traffic.rps },
				{ label: "traffic.peakRps", value: model.traffic.peakRps },
			],
		},
	];
}

const hidden = (id: string, metricName: string, dimensions: readonly string[]): Series => [
	METRIC_NAMESPACE,
	metricName,
	...dimensions,
	{ id, stat: "Sum", visible: false },
];

const byVersion = (model: string): string =>
	`SEARCH('{${METRIC_NAMESPACE},${Object.values(METRIC_DIMENSIONS).join(",")}} MetricName="${METRICS.requests}" ${METRIC_DIMENSIONS.model}="${model}"', 'Sum', ${PERIOD_SECONDS})`;

/** The budget as lines one above the other: where each hop should be done, and the promise. */
function budgetLines({ budget, slo }: RealtimeModel): Line[] {
	const { featuresMs, modelMs, restMs } = budget;
	return [
		{ label: "features", value: featuresMs },
		{ label: "features + model", value: featuresMs + modelMs },
		{ label: "whole budget", value: featuresMs + modelMs + restMs },
		{ label: "slo.p95Ms", value: slo.p95Ms },
	];
}
