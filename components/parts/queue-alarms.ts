/**
 * Alarms on a queue: its oldest message waits too long, or something lies in its dead-letter queue.
 * Not on who reads it: that is a function's alarms, or the model's SLO.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ModelSettings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import type { WorkQueue } from "./work-queue.ts";

const PERIOD_SECONDS = 60;
const AGE_EVALUATION_PERIODS = 5;
const AGE_DATAPOINTS_TO_ALARM = 3;

export interface QueueAlarmsArgs {
	/** Watched for its age, where there is one that somebody should keep up with. */
	waiting?: { queue: aws.sqs.Queue; maxSeconds: number };
	/** Where what failed for good is kept: one message is one too many. */
	deadLetters: aws.sqs.Queue;
	/** What to do about a dead letter. */
	remedy: string;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class QueueAlarms extends pulumi.ComponentResource {
	/** @param name of the queue among ours */
	constructor(name: string, args: QueueAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:QueueAlarms", name, {}, opts);
		const { waiting, deadLetters, remedy, topic, tags } = args;
		const common = {
			namespace: "AWS/SQS",
			statistic: "Maximum",
			period: PERIOD_SECONDS,
			comparisonOperator: "GreaterThanThreshold",
			treatMissingData: "notBreaching",
			alarmActions: [topic.arn],
			okActions: [topic.arn],
			tags,
		};
		if (waiting)
			new aws.cloudwatch.MetricAlarm(
				`${name}-queue-age`,
				{
					...common,
					alarmDescription: `The oldest message in the queue ${name} is older than ${waiting.maxSeconds} s. Look whether its consumers run, and whether there is capacity for more.`,
					metricName: "ApproximateAgeOfOldestMessage",
					dimensions: { QueueName: waiting.queue.name },
					evaluationPeriods: AGE_EVALUATION_PERIODS,
					datapointsToAlarm: AGE_DATAPOINTS_TO_ALARM,
					threshold: waiting.maxSeconds,
				},
				{ parent: this },
			);
		new aws.cloudwatch.MetricAlarm(
			`${name}-dead-letters`,
			{
				...common,
				alarmDescription: `Something of ${name} failed for good and was set aside. ${remedy}`,
				metricName: "ApproximateNumberOfMessagesVisible",
				dimensions: { QueueName: deadLetters.name },
				evaluationPeriods: 1,
				threshold: 0,
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}

/** What is watched of a queue of a model's jobs: by its promise, and its dead letters until they are sent again. */
export const queueWatch = (
	{ name, slo }: Pick<ModelSettings, "name" | "slo">,
	{ queue, deadLetters }: WorkQueue,
): Pick<QueueAlarmsArgs, "waiting" | "deadLetters" | "remedy"> => ({
	// The settings' schema has checked that a model with jobs promises it.
	waiting: { queue, maxSeconds: slo.jobP95Seconds ?? 0 },
	deadLetters,
	remedy: `Read the messages' reason, and when it is mended run: npm run triplane -- jobs redrive ${name}`,
});
