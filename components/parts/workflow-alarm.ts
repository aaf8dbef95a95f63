/** An alarm on a workflow of which an execution ended other than well. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

const PERIOD_SECONDS = 300;
/** How an execution may end without success. */
const FAILURES = ["ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted"];

export interface WorkflowAlarmArgs {
	workflow: aws.sfn.StateMachine;
	alarmDescription: string;
	/** As in "Windows that failed". */
	label: string;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export function workflowAlarm(
	name: string,
	{ workflow, alarmDescription, label, topic, tags }: WorkflowAlarmArgs,
	child: pulumi.CustomResourceOptions,
): aws.cloudwatch.MetricAlarm {
	const ids = FAILURES.map((_, i) => `m${i}`);
	return new aws.cloudwatch.MetricAlarm(
		name,
		{
			alarmDescription,
			evaluationPeriods: 1,
			comparisonOperator: "GreaterThanThreshold",
			threshold: 0,
			treatMissingData: "notBreaching",
			alarmActions: [topic.arn],
			okActions: [topic.arn],
			metricQueries: [
				...FAILURES.map((metricName, i) => ({
					id: ids[i] ?? "",
					returnData: false,
					metric: {
						namespace: "AWS/States",
						metricName,
						dimensions: { StateMachineArn: workflow.arn },
						stat: "Sum",
						period: PERIOD_SECONDS,
					},
				})),
				{
					id: "failed",
					label,
					// A metric without a point in the period would take the sum with it.
					expression: ids.map((id) => `FILL(${id}, 0)`).join(" + "),
					returnData: true,
				},
			],
			tags,
		},
		child,
	);
}
