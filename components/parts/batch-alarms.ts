/**
 * Two alarms of a batch model: a window failed, or could not even be started.
 * Not those of its functions, which every function of the platform has.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import type { BatchPipeline } from "./batch-pipeline.ts";
import { workflowAlarm } from "./workflow-alarm.ts";

const PERIOD_SECONDS = 300;

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
		workflowAlarm(
			`${name}-window-failed`,
			{
				workflow: pipeline.workflow,
				alarmDescription: `A window of ${name} failed and is not committed. Read the execution's cause, correct it, and start the workflow again: what is scored stays scored.`,
				label: "Windows that failed",
				topic,
				tags,
			},
			{ parent: this },
		);
		new aws.cloudwatch.MetricAlarm(
			`${name}-window-not-started`,
			{
				evaluationPeriods: 1,
				comparisonOperator: "GreaterThanThreshold",
				threshold: 0,
				treatMissingData: "notBreaching",
				alarmActions: [topic.arn],
				okActions: [topic.arn],
				tags,
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
