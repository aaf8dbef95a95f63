/**
 * Alarms on what callers see of a realtime endpoint, measured by the API: too slow, or too many errors.
 * Not the burn of its error budget, which slo-alarms.ts watches over hours.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ModelSettings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import { inferPath } from "./api-tree.ts";

const PERIOD_SECONDS = 60;
const EVALUATION_PERIODS = 5;
const DATAPOINTS_TO_ALARM = 3;

export interface EndpointAlarmsArgs {
	model: Pick<ModelSettings, "name" | "slo">;
	restApi: aws.apigateway.RestApi;
	stage: aws.apigateway.Stage;
	topic: aws.sns.Topic;
	tags: CostTags;
}

/** Dimensions of API Gateway's metrics for inference on a model. A method declared as ANY is measured by the method that was called. */
export const inferDimensions = <T>(model: string, api: { apiName: T; stageName: T }) => ({
	ApiName: api.apiName,
	Stage: api.stageName,
	Resource: inferPath(model),
	Method: "POST",
});

export class EndpointAlarms extends pulumi.ComponentResource {
	/** @param name name of the model */
	constructor(name: string, args: EndpointAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:EndpointAlarms", name, {}, opts);
		const { model, restApi, stage, topic, tags } = args;
		const common = {
			namespace: "AWS/ApiGateway",
			dimensions: inferDimensions(model.name, { apiName: restApi.name, stageName: stage.stageName }),
			period: PERIOD_SECONDS,
			evaluationPeriods: EVALUATION_PERIODS,
			datapointsToAlarm: DATAPOINTS_TO_ALARM,
			comparisonOperator: "GreaterThanThreshold",
			treatMissingData: "notBreaching",
			alarmActions: [topic.arn],
			okActions: [topic.arn],
			tags,
		};
		new aws.cloudwatch.MetricAlarm(
			`${name}-latency`,
			{
				...common,
				alarmDescription: `Inference on ${model.name} is slower than its SLO: p95 over ${model.slo.p95Ms} ms. Its dashboard draws each hop against the budget.`,
				metricName: "Latency",
				extendedStatistic: "p95",
				// One slow request in a quiet minute is no p95.
				evaluateLowSampleCountPercentiles: "ignore",
				threshold: model.slo.p95Ms,
			},
			{ parent: this },
		);
		new aws.cloudwatch.MetricAlarm(
			`${name}-error-rate`,
			{
				...common,
				alarmDescription: `Inference on ${model.name} fails more often than its SLO: over ${model.slo.errorRate} of the requests end in 5xx. Read the function's log group by requestId.`,
				metricName: "5XXError",
				// Of API Gateway's error counts the average is the rate.
				statistic: "Average",
				threshold: model.slo.errorRate,
			},
			{ parent: this },
		);
		this.registerOutputs({});
	}
}
