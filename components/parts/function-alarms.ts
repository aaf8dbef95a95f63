/**
 * Two alarms that every function of the platform has: it failed, or it was refused for want of concurrency.
 * Not the endpoint's alarms, which are on what callers see of it.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

const PERIOD_SECONDS = 60;
const EVALUATION_PERIODS = 5;

export interface FunctionAlarmsArgs {
	function: aws.lambda.Function;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class FunctionAlarms extends pulumi.ComponentResource {
	/** @param name name of the function among ours */
	constructor(name: string, args: FunctionAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:FunctionAlarms", name, {}, opts);
		for (const { suffix, metricName, alarmDescription } of [
			{
				suffix: "errors",
				metricName: "Errors",
				alarmDescription: `The function ${name} failed: it threw or ran out of time. Read its log group.`,
			},
			{
				suffix: "throttles",
				metricName: "Throttles",
				alarmDescription: `The function ${name} was refused at its reserved concurrency. Compare traffic.peakRps with the real peak.`,
			},
		])
			new aws.cloudwatch.MetricAlarm(
				`${name}-${suffix}`,
				{
					alarmDescription,
					namespace: "AWS/Lambda",
					metricName,
					dimensions: { FunctionName: args.function.name },
					statistic: "Sum",
					period: PERIOD_SECONDS,
					evaluationPeriods: EVALUATION_PERIODS,
					datapointsToAlarm: 1,
					comparisonOperator: "GreaterThanThreshold",
					threshold: 0,
					treatMissingData: "notBreaching",
					alarmActions: [args.topic.arn],
					okActions: [args.topic.arn],
					tags: args.tags,
				},
				{ parent: this },
			);
		this.registerOutputs({});
	}
}
