/**
 * The body of a queued model's dashboard: how long jobs take and wait, what works on them, what failed, what it costs.
 * Pure: a widget is data, and the plane makes the one resource of it.
 */
import type { Slot } from "../../charter/jobs.ts";
import { ec2HourUsd } from "../../charter/prices/instance-hours.ts";
import type { QueuedModel } from "../../charter/queued.ts";
import { METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";
import { inferDimensions } from "./endpoint-alarms.ts";
import {
	badShareGraph,
	bodyOf,
	byVersionGraph,
	type Graph,
	hidden,
	modelDimensions,
	type Series,
	trafficGraph,
} from "./graphs.ts";

const INSIGHTS = "ECS/ContainerInsights";

interface SlotFacts {
	slot: Slot;
	queueName: string;
	deadLetterQueueName: string;
	/** Of its workers, where they run on ECS. */
	serviceName?: string;
	/** Of its endpoint, where they run on SageMaker. */
	endpointName?: string;
}

export interface QueuedDashboardFacts {
	region: string;
	apiName: string;
	stageName: string;
	/** Of `submit`. */
	functionName: string;
	model: QueuedModel;
	/** Of its workers, where they run on ECS. */
	clusterName?: string;
	slots: readonly SlotFacts[];
}

export const queuedDashboardBody = (facts: QueuedDashboardFacts): string => bodyOf(facts.region, graphs(facts));

function graphs(facts: QueuedDashboardFacts): Graph[] {
	const { model, slots, functionName } = facts;
	const api = Object.entries(inferDimensions(model.name, facts)).flat();
	const own = modelDimensions(model.name);
	const promisedSeconds = model.slo.jobP95Seconds ?? 0;
	const ofQueues = (metricName: string, name: (facts: SlotFacts) => string, label: string): Series[] =>
		slots.map((slot) => [
			"AWS/SQS",
			metricName,
			"QueueName",
			name(slot),
			{ stat: "Maximum", label: `${label} ${slot.slot}` },
		]);
	return [
		{
			title: `Jobs on ${model.name} from submission to end (ms)`,
			unit: "ms",
			metrics: ["p50", "p95", "p99"].map((stat) => [
				METRIC_NAMESPACE,
				METRICS.latencyMs,
				...own,
				{ stat, label: stat },
			]),
			lines: [{ label: "slo.jobP95Seconds", value: promisedSeconds * 1000 }],
		},
		{
			title: "Age of the oldest job that waits (seconds)",
			unit: "seconds",
			metrics: ofQueues("ApproximateAgeOfOldestMessage", ({ queueName }) => queueName, "slot"),
			lines: [{ label: "slo.jobP95Seconds", value: promisedSeconds }],
		},
		{
			title: "Backlog, and jobs in work",
			unit: "jobs",
			metrics: [
				...ofQueues("ApproximateNumberOfMessagesVisible", ({ queueName }) => queueName, "waiting in"),
				...ofQueues("ApproximateNumberOfMessagesNotVisible", ({ queueName }) => queueName, "in work in"),
			],
		},
		...tasksGraph(facts),
		...inferenceGraphs(facts),
		badShareGraph(model.name, `slower than ${promisedSeconds} s`, model.slo.errorRate),
		{
			title: "Jobs that were set aside",
			unit: "jobs",
			metrics: ofQueues("ApproximateNumberOfMessagesVisible", ({ deadLetterQueueName }) => deadLetterQueueName, "slot"),
		},
		{
			title: "Submissions as callers see them (p95, ms)",
			unit: "ms",
			metrics: [
				["AWS/ApiGateway", "Latency", ...api, { stat: "p95", label: "API" }],
				["AWS/Lambda", "Duration", "FunctionName", functionName, { stat: "p95", label: "function" }],
			],
		},
		{
			title: "Submissions that were refused or failed",
			unit: "requests",
			metrics: [
				["AWS/ApiGateway", "5XXError", ...api, { stat: "Sum", label: "5xx" }],
				["AWS/ApiGateway", "4XXError", ...api, { stat: "Sum", label: "4xx" }],
				["AWS/Lambda", "Throttles", "FunctionName", functionName, { stat: "Sum", label: "no concurrency left" }],
				[METRIC_NAMESPACE, METRICS.throttled, ...own, { stat: "Sum", label: "tenant throttled" }],
			],
		},
		byVersionGraph(model.name),
		...hostsCostGraph(facts),
		trafficGraph(model.name, model.traffic),
	];
}

/** Tasks and the hosts below them; nothing of workers that run elsewhere. */
function tasksGraph({ clusterName, slots, model }: QueuedDashboardFacts): Graph[] {
	if (clusterName === undefined) return [];
	const ofSlots = (metricName: string, label: string): Series[] =>
		slots.flatMap(({ slot, serviceName }) =>
			serviceName === undefined
				? []
				: [
						[
							INSIGHTS,
							metricName,
							"ClusterName",
							clusterName,
							"ServiceName",
							serviceName,
							{ stat: "Average", label: `${label} ${slot}` },
						],
					],
		);
	return [
		{
			title: "Tasks, and the hosts that they run on",
			unit: "tasks",
			metrics: [
				...ofSlots("DesiredTaskCount", "wanted in"),
				...ofSlots("RunningTaskCount", "running in"),
				[INSIGHTS, "ContainerInstanceCount", "ClusterName", clusterName, { stat: "Average", label: "hosts" }],
			],
			...(model.runtime.kind === "ecs"
				? { lines: [{ label: "runtime.maxTasks", value: model.runtime.maxTasks }] }
				: {}),
		},
	];
}

/** What waits inside SageMaker, where the queue's own figures end; nothing of workers that run elsewhere. */
function inferenceGraphs({ slots, model }: QueuedDashboardFacts): Graph[] {
	const ofEndpoints = (metricName: string, label: string): Series[] =>
		slots.flatMap(({ slot, endpointName }) =>
			endpointName === undefined
				? []
				: [["AWS/SageMaker", metricName, "EndpointName", endpointName, { stat: "Maximum", label: `${label} ${slot}` }]],
		);
	const promise = { label: "slo.jobP95Seconds", value: model.slo.jobP95Seconds ?? 0 };
	return [
		{
			title: "Requests that wait in SageMaker, all and for each instance",
			unit: "requests",
			metrics: [
				...ofEndpoints("ApproximateBacklogSize", "all of"),
				...ofEndpoints("ApproximateBacklogSizePerInstance", "an instance of"),
			],
		},
		{
			title: "Age of the oldest request in SageMaker (seconds)",
			unit: "seconds",
			metrics: ofEndpoints("ApproximateAgeOfOldestRequest", "slot"),
			lines: [promise],
		},
	].filter(({ metrics }) => metrics.length > 0);
}

/** Idle hours included. All hosts at the price of the first type on demand: spot is cheaper, and has no list price. */
function hostsCostGraph({ clusterName, model }: QueuedDashboardFacts): Graph[] {
	const [type = ""] = model.runtime.kind === "ecs" ? model.runtime.instanceTypes : [];
	const hourUsd = ec2HourUsd(type);
	if (clusterName === undefined || hourUsd === undefined) return [];
	return [
		{
			title: `Cost per 1,000 jobs (USD, at most: all hosts as ${type} on demand)`,
			unit: "USD",
			metrics: [
				[
					{
						id: "costPerThousand",
						expression: `1000 * hosts * ${hourUsd} * PERIOD(hosts) / 3600 / requests`,
						label: "USD per 1,000",
					},
				],
				[
					INSIGHTS,
					"ContainerInstanceCount",
					"ClusterName",
					clusterName,
					{ id: "hosts", stat: "Average", visible: false },
				],
				hidden("requests", METRICS.requests, model.name),
			],
		},
	];
}
