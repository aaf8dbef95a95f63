/**
 * The body of a realtime endpoint's dashboard: latency against its budget, errors, concurrency, versions, cost.
 * Pure: a widget is data, and the plane makes the one resource of it.
 */

import type { RealtimeModel } from "../../charter/derive.ts";
import { METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";
import { inferDimensions } from "./endpoint-alarms.ts";
import {
	badShareGraph,
	bodyOf,
	byVersionGraph,
	costGraph,
	type Graph,
	type Line,
	modelDimensions,
	trafficGraph,
} from "./graphs.ts";

export interface DashboardFacts {
	region: string;
	apiName: string;
	stageName: string;
	functionName: string;
	model: RealtimeModel;
	reservedConcurrency: number;
}

/**
 * @returns the body as JSON
 * @example new aws.cloudwatch.Dashboard(name, { dashboardName, dashboardBody: pulumi.all(facts).apply(dashboardBody) })
 */
export const dashboardBody = (facts: DashboardFacts): string => bodyOf(facts.region, graphs(facts));

function graphs(facts: DashboardFacts): Graph[] {
	const { model, functionName, reservedConcurrency } = facts;
	const api = Object.entries(inferDimensions(model.name, facts)).flat();
	const own = modelDimensions(model.name);
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
		badShareGraph(model.name, `slower than ${model.slo.p95Ms} ms`, model.slo.errorRate),
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
		byVersionGraph(model.name),
		costGraph(model.name),
		trafficGraph(model.name, model.traffic),
	];
}

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
