/**
 * Values that the AWS provider fills in where a program leaves a property out, so that policies see what they will see on AWS.
 * From the documentation in @pulumi/aws 7.48's declarations and the provider's schema; top-level properties only.
 */
import type { Props } from "./values.ts";

const DEFAULTS: Record<string, Props> = {
	"aws:apigateway/apiKey:ApiKey": { enabled: true, description: "Managed by Pulumi" },
	"aws:apigateway/authorizer:Authorizer": {
		type: "TOKEN",
		authorizerResultTtlInSeconds: 300,
		identitySource: "method.request.header.Authorization",
	},
	"aws:apigateway/integration:Integration": { connectionType: "INTERNET", timeoutMilliseconds: 29_000 },
	"aws:apigateway/method:Method": { apiKeyRequired: false },
	"aws:apigatewayv2/stage:Stage": { autoDeploy: false },
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": { actionsEnabled: true },
	"aws:cloudwatch/logGroup:LogGroup": { retentionInDays: 0, skipDestroy: false },
	"aws:cloudwatch/metricAlarm:MetricAlarm": { actionsEnabled: true, treatMissingData: "missing" },
	"aws:dynamodb/table:Table": { billingMode: "PROVISIONED" },
	"aws:iam/policy:Policy": { path: "/" },
	"aws:iam/role:Role": { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
	"aws:lambda/eventSourceMapping:EventSourceMapping": { enabled: true },
	"aws:lambda/function:Function": {
		timeout: 3,
		memorySize: 128,
		reservedConcurrentExecutions: -1,
		publish: false,
		packageType: "Zip",
		skipDestroy: false,
	},
	"aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": { maximumRetryAttempts: 2 },
	"aws:lambda/layerVersion:LayerVersion": { skipDestroy: false },
	"aws:s3/bucket:Bucket": { forceDestroy: false },
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
		blockPublicAcls: false,
		blockPublicPolicy: false,
		ignorePublicAcls: false,
		restrictPublicBuckets: false,
	},
	"aws:sfn/stateMachine:StateMachine": { type: "STANDARD" },
	"aws:sns/topic:Topic": { fifoTopic: false, contentBasedDeduplication: false },
	"aws:sns/topicSubscription:TopicSubscription": {
		confirmationTimeoutInMinutes: 1,
		endpointAutoConfirms: false,
		rawMessageDelivery: false,
	},
	"aws:sqs/queue:Queue": {
		visibilityTimeoutSeconds: 30,
		messageRetentionSeconds: 345_600,
		delaySeconds: 0,
		receiveWaitTimeSeconds: 0,
		fifoQueue: false,
	},
};

/** The defaults of a type by property; none for a type without any. */
export const defaultsOf = (type: string): Readonly<Props> => DEFAULTS[type] ?? {};
