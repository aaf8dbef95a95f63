/**
 * A deployed stage of the API: throttled, traced, measured, and with an access log that expires.
 * The account's role for API Gateway's logs is not made here: docs/decisions/0011-api-gateway-account-role.md.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Throttle } from "../../charter/derive.ts";
import type { CostTags } from "../../charter/tags.ts";
import { accessLogFormat } from "./access-log.ts";
import { logGroupName } from "./names.ts";

export interface ApiStageArgs {
	restApi: aws.apigateway.RestApi;
	deployment: aws.apigateway.Deployment;
	stageName: string;
	/** Of each method, all tenants together. */
	throttle: Throttle;
	tags: CostTags;
	logRetentionDays: number;
}

export class ApiStage extends pulumi.ComponentResource {
	readonly stage: aws.apigateway.Stage;
	readonly accessLog: aws.cloudwatch.LogGroup;

	constructor(name: string, args: ApiStageArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:ApiStage", name, {}, opts);
		const child = { parent: this };
		const { restApi, tags } = args;

		this.accessLog = new aws.cloudwatch.LogGroup(
			`${name}-access-log`,
			{ name: logGroupName(`${name}-access`), retentionInDays: args.logRetentionDays, tags },
			child,
		);
		this.stage = new aws.apigateway.Stage(
			`${name}-stage`,
			{
				restApi: restApi.id,
				deployment: args.deployment.id,
				stageName: args.stageName,
				xrayTracingEnabled: true,
				accessLogSettings: { destinationArn: this.accessLog.arn, format: accessLogFormat() },
				tags,
			},
			child,
		);
		new aws.apigateway.MethodSettings(
			`${name}-limits`,
			{
				restApi: restApi.id,
				stageName: this.stage.stageName,
				methodPath: "*/*",
				settings: {
					throttlingRateLimit: args.throttle.rateLimit,
					throttlingBurstLimit: args.throttle.burstLimit,
					// Latency and errors per path and method: the alarms of the endpoints are on them.
					metricsEnabled: true,
					// API Gateway's own execution log goes to a group that nobody can make beforehand, so it would never expire.
					loggingLevel: "OFF",
					dataTraceEnabled: false,
				},
			},
			child,
		);
		this.registerOutputs({ stage: this.stage.stageName });
	}
}
