/**
 * Scales an asynchronous endpoint by the requests that wait for each of its instances, and from none to one by a step of its
 * own, because a share of no instances says nothing.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { COLD_START_SECONDS } from "../../charter/queued.ts";
import { type EndpointScaling, SAGEMAKER_VARIANT } from "../../charter/sagemaker.ts";
import type { CostTags } from "../../charter/tags.ts";
import { scalingTarget, stepToFirst } from "./scaling-target.ts";

const DIMENSION = "sagemaker:variant:DesiredInstanceCount";
const PERIOD_SECONDS = 60;
const EVALUATION_PERIODS = 2;
/** Until an instance serves, as many requests wait for each of those that do: more would only be asked for on top. */
const SCALE_OUT_COOLDOWN_SECONDS = COLD_START_SECONDS;
/** What was a lull must be an end before an instance goes that takes minutes to come. */
const SCALE_IN_COOLDOWN_SECONDS = 5 * 60;

export interface SageMakerScalingArgs {
	endpointName: pulumi.Input<string>;
	scaling: EndpointScaling;
	tags: CostTags;
}

export class SageMakerScaling extends pulumi.ComponentResource {
	constructor(name: string, args: SageMakerScalingArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:SageMakerScaling", name, {}, opts);
		const child = { parent: this };
		const { endpointName, scaling, tags } = args;
		const ofEndpoint = { EndpointName: endpointName };
		const scaled = scalingTarget(
			`${name}-target`,
			{
				serviceNamespace: "sagemaker",
				scalableDimension: DIMENSION,
				resourceId: pulumi.interpolate`endpoint/${endpointName}/variant/${SAGEMAKER_VARIANT}`,
				minCapacity: 0,
				maxCapacity: scaling.maxInstances,
				tags,
			},
			child,
		);
		new aws.appautoscaling.Policy(
			`${name}-backlog-per-instance`,
			{
				...scaled,
				policyType: "TargetTrackingScaling",
				targetTrackingScalingPolicyConfiguration: {
					targetValue: scaling.backlogPerInstance,
					scaleOutCooldown: SCALE_OUT_COOLDOWN_SECONDS,
					scaleInCooldown: SCALE_IN_COOLDOWN_SECONDS,
					customizedMetricSpecification: {
						namespace: "AWS/SageMaker",
						metricName: "ApproximateBacklogSizePerInstance",
						dimensions: [{ name: "EndpointName", value: endpointName }],
						statistic: "Average",
					},
				},
			},
			child,
		);
		const first = stepToFirst(`${name}-first-instance`, scaled, child);
		new aws.cloudwatch.MetricAlarm(
			`${name}-waits-without-instance`,
			{
				alarmDescription: `Jobs wait and no instance of ${name} runs: it starts the first one. Nobody has to do anything.`,
				namespace: "AWS/SageMaker",
				metricName: "HasBacklogWithoutCapacity",
				dimensions: ofEndpoint,
				statistic: "Average",
				period: PERIOD_SECONDS,
				evaluationPeriods: EVALUATION_PERIODS,
				comparisonOperator: "GreaterThanOrEqualToThreshold",
				threshold: 1,
				// Without a backlog SageMaker may report none.
				treatMissingData: "missing",
				alarmActions: [first.arn],
				tags,
			},
			child,
		);
		this.registerOutputs({});
	}
}
