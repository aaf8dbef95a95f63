/**
 * What watches a slot that SageMaker serves, beside its queue: the functions before and behind the endpoint, what they failed
 * at for good, and how long requests wait inside SageMaker, where the queue's own age says nothing of them.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ModelSettings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { FunctionAlarms } from "./function-alarms.ts";
import { QueueAlarms } from "./queue-alarms.ts";
import type { SageMakerEndpoint } from "./sagemaker-endpoint.ts";

const PERIOD_SECONDS = 60;
const AGE_EVALUATION_PERIODS = 5;
const AGE_DATAPOINTS_TO_ALARM = 3;

export interface InferenceWatchArgs {
	inference: SageMakerEndpoint;
	model: Pick<ModelSettings, "slo">;
	topic: aws.sns.Topic;
	tags: CostTags;
}

export class InferenceWatch extends pulumi.ComponentResource {
	/** @param name name of the model and slot */
	constructor(name: string, args: InferenceWatchArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:InferenceWatch", name, {}, opts);
		const child = { parent: this };
		const { inference, model, topic, tags } = args;
		const { forward, result, endpoint } = inference;
		for (const fn of [forward, result]) new FunctionAlarms(fn.name, { function: fn.function, topic, tags }, child);
		if (result.failures)
			new QueueAlarms(
				result.name,
				{
					deadLetters: result.failures,
					remedy:
						"Read the notifications, and the function's log group. Their jobs are sent again when their leases lapse.",
					topic,
					tags,
				},
				child,
			);
		// The settings' schema has checked that a model with jobs promises it.
		const threshold = model.slo.jobP95Seconds ?? 0;
		new aws.cloudwatch.MetricAlarm(
			`${name}-inference-age`,
			{
				alarmDescription: `The oldest request that waits in SageMaker for ${name} is older than ${threshold} s. Look whether its endpoint has instances, and whether there is capacity for more.`,
				namespace: "AWS/SageMaker",
				metricName: "ApproximateAgeOfOldestRequest",
				dimensions: { EndpointName: endpoint.name },
				statistic: "Maximum",
				period: PERIOD_SECONDS,
				evaluationPeriods: AGE_EVALUATION_PERIODS,
				datapointsToAlarm: AGE_DATAPOINTS_TO_ALARM,
				comparisonOperator: "GreaterThanThreshold",
				threshold,
				treatMissingData: "notBreaching",
				alarmActions: [topic.arn],
				okActions: [topic.arn],
				tags,
			},
			child,
		);
		this.registerOutputs({});
	}
}
