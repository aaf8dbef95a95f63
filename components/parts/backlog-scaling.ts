/**
 * Scales a worker service by the jobs that wait for each of its tasks, and from none to one by a step of its own, because
 * a share of no tasks says nothing. The hosts below follow by themselves.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { COLD_START_SECONDS, type SlotScaling } from "../../charter/queued.ts";
import type { CostTags } from "../../charter/tags.ts";
import { scalingTarget, stepToFirst } from "./scaling-target.ts";

const NAMESPACE = "ecs";
const DIMENSION = "ecs:service:DesiredCount";
const PERIOD_SECONDS = 60;
/**
 * Hosts take minutes to come, and jobs for each *running* task stay as many until then: scaled by them again each minute, the
 * tasks would double up to the most. A backlog that grows meanwhile is heeded all the same.
 */
const SCALE_OUT_COOLDOWN_SECONDS = COLD_START_SECONDS;
/** GPUs take minutes to come: what was a lull must be an end before they go. */
const SCALE_IN_COOLDOWN_SECONDS = 5 * 60;

export interface BacklogScalingArgs {
	clusterName: pulumi.Input<string>;
	serviceName: pulumi.Input<string>;
	queueName: pulumi.Input<string>;
	scaling: SlotScaling;
	tags: CostTags;
}

interface Metric {
	id: string;
	namespace: string;
	metricName: string;
	stat: string;
	dimensions: Record<string, pulumi.Input<string>>;
}

export class BacklogScaling extends pulumi.ComponentResource {
	constructor(name: string, args: BacklogScalingArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:BacklogScaling", name, {}, opts);
		const child = { parent: this };
		const { clusterName, serviceName, queueName, scaling, tags } = args;
		const scaled = scalingTarget(
			`${name}-target`,
			{
				serviceNamespace: NAMESPACE,
				scalableDimension: DIMENSION,
				resourceId: pulumi.interpolate`service/${clusterName}/${serviceName}`,
				minCapacity: scaling.minTasks,
				maxCapacity: scaling.maxTasks,
				tags,
			},
			child,
		);
		const visible: Metric = {
			id: "visible",
			namespace: "AWS/SQS",
			metricName: "ApproximateNumberOfMessagesVisible",
			stat: "Maximum",
			dimensions: { QueueName: queueName },
		};
		const running: Metric = {
			id: "running",
			namespace: "ECS/ContainerInsights",
			metricName: "RunningTaskCount",
			stat: "Average",
			dimensions: { ClusterName: clusterName, ServiceName: serviceName },
		};

		new aws.appautoscaling.Policy(
			`${name}-backlog-per-task`,
			{
				...scaled,
				policyType: "TargetTrackingScaling",
				targetTrackingScalingPolicyConfiguration: {
					targetValue: scaling.backlogPerTask,
					disableScaleIn: !scaling.scalesIn,
					scaleOutCooldown: SCALE_OUT_COOLDOWN_SECONDS,
					scaleInCooldown: SCALE_IN_COOLDOWN_SECONDS,
					customizedMetricSpecification: {
						metrics: [
							...[visible, running].map(trackedMetric),
							{
								id: "backlogPerTask",
								label: "Jobs that wait for each task",
								expression: "visible / IF(FILL(running, 0) > 0, running, 1)",
								returnData: true,
							},
						],
					},
				},
			},
			child,
		);
		const first = stepToFirst(`${name}-first-task`, scaled, child);
		new aws.cloudwatch.MetricAlarm(
			`${name}-waits-without-task`,
			{
				alarmDescription: `Jobs wait and no task of ${name} runs: it starts the first one. Nobody has to do anything.`,
				metricQueries: [
					...[visible, running].map(alarmMetric),
					{
						id: "waiting",
						label: "Jobs that wait while no task runs",
						expression: "IF(FILL(running, 0) < 1, visible, 0)",
						returnData: true,
					},
				],
				evaluationPeriods: 1,
				comparisonOperator: "GreaterThanThreshold",
				threshold: 0,
				treatMissingData: "notBreaching",
				alarmActions: [first.arn],
				tags,
			},
			child,
		);
		this.registerOutputs({});
	}
}

const trackedMetric = ({ id, namespace, metricName, stat, dimensions }: Metric) => ({
	id,
	returnData: false,
	metricStat: {
		metric: {
			namespace,
			metricName,
			dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value })),
		},
		stat,
	},
});

const alarmMetric = ({ id, ...metric }: Metric) => ({
	id,
	returnData: false,
	metric: { ...metric, period: PERIOD_SECONDS },
});
