/**
 * Two alarms of a batch model: a window failed, or could not even be started.
 * Not those of its functions, which every function of the platform has.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import type { BatchPipeline } from "./batch-pipeline.ts";

const PERIOD_SECONDS = 300;
/** How an execution may end that ends its window without success. */
const FAILURES = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"];

export interface BatchAlarmsArgs {
	pipeline: BatchPipeline;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class BatchAlarms extends pulumi.ComponentResource {
	/** @param name name of the model */
	constructor(name: string, args: BatchAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:BatchAlarms", name, {}, opts);
		const { pipeline, topic, tags } = args;
		const common = {
			evaluationPeriods: 1,
			comparisonOperator: "GreaterThanThreshold",
			threshold: 0,
			treatMissingData: "notBreaching",
			alarmActions: [topic.arn],
			okActions: [topic.arn],
			tags,
		};
		const ids = FAILURES.map((_, i) => `m${i}`);
		new aws.cloudwatch.MetricAlarm(
			`${name}-window-failed`,
			{
				...common,
				alarmDescription: `A window of ${name} failed and is not committed. Read the execution's cause, correct it, and start the workflow again: what is scored stays scored.`,
				metricQueries: [
					...FAILURES.map((metricName, i) => ({
						id: ids[i] ?? "",
						returnData: false,
						metric: {
							namespace: "AWS/States",
							metricName,
							dimensions: { StateMachineArn: pipeline.workflow.arn },
							stat: "Sum",
							period: PERIOD_SECONDS,
						},
					})),
					{
						id: "failed",
						label: "Windows that failed",
						// A metric without a point in the period would take the sum with it.
						expression: ids.map((id) => `FILL(${id}, 0)`).join(" + "),
						returnData: true,
					},
				],
			},
			{ parent: this },
		);
		new aws.cloudwatch.MetricAlarm(
			`${name}-window-not-started`,
			{
				...common,
				alarmDescription: `A window of ${name} could not be started: its message is in the schedule's dead-letter queue. The next start scores what was missed.`,
				namespace: "AWS/SQS",
				metricName: "ApproximateNumberOfMessagesVisible",
				dimensions: { QueueName: pipeline.schedule.deadLetters.name },
				statistic: "Maximum",
				period: PERIOD_SECONDS,
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}
