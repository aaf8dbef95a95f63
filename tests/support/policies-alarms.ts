/** Alarms for policy tests: on a metric of a resource, with somebody who is told. */
import { type ResourceSpec, ref, resource } from "./policies-stack.ts";

export const TOPIC = "arn:aws:sns:us-east-1:123456789012:on-call";

/** An alarm on one metric. */
export const alarm = (
	name: string,
	metricName: unknown,
	dimensions: unknown,
	props: Record<string, unknown> = {},
): ResourceSpec =>
	resource("aws:cloudwatch/metricAlarm:MetricAlarm", name, {
		namespace: "any",
		metricName,
		dimensions,
		comparisonOperator: "GreaterThanThreshold",
		evaluationPeriods: 1,
		threshold: 1,
		alarmActions: [TOPIC],
		...props,
	});

/** Alarms on the errors and the time of a function. */
export const functionAlarms = (fn: ResourceSpec, props: Record<string, unknown> = {}): ResourceSpec[] => [
	alarm("errors", "Errors", { FunctionName: ref(fn, "name") }, props),
	alarm("latency", "Duration", { FunctionName: ref(fn, "name") }, props),
];

export const queueAlarm = (queue: ResourceSpec, metricName: string, name = `${queue.name}-alarm`): ResourceSpec =>
	alarm(name, metricName, { QueueName: ref(queue, "name") });
