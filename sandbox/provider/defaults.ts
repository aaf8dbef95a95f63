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
	"aws:apigatewayv2/api:Api": {
		apiKeySelectionExpression: "$request.header.x-api-key",
		routeSelectionExpression: "$request.method $request.path",
		disableExecuteApiEndpoint: false,
	},
	"aws:apigatewayv2/integration:Integration": { connectionType: "INTERNET", timeoutMilliseconds: 30_000 },
	"aws:apigatewayv2/route:Route": { apiKeyRequired: false, authorizationType: "NONE" },
	"aws:apigatewayv2/stage:Stage": { autoDeploy: false },
	"aws:autoscaling/group:Group": {
		defaultCooldown: 300,
		forceDelete: false,
		healthCheckGracePeriod: 300,
		metricsGranularity: "1Minute",
		protectFromScaleIn: false,
		waitForCapacityTimeout: "10m",
	},
	"aws:cloudfront/distribution:Distribution": {
		httpVersion: "http2",
		isIpv6Enabled: false,
		priceClass: "PriceClass_All",
	},
	"aws:cloudwatch/compositeAlarm:CompositeAlarm": { actionsEnabled: true },
	"aws:cloudwatch/eventRule:EventRule": { eventBusName: "default" },
	"aws:cloudwatch/eventTarget:EventTarget": { eventBusName: "default" },
	"aws:cloudwatch/logGroup:LogGroup": { retentionInDays: 0, skipDestroy: false },
	"aws:cloudwatch/metricAlarm:MetricAlarm": { actionsEnabled: true, treatMissingData: "missing" },
	"aws:dynamodb/table:Table": { billingMode: "PROVISIONED", deletionProtectionEnabled: false },
	"aws:ec2/securityGroup:SecurityGroup": { description: "Managed by Pulumi", revokeRulesOnDelete: false },
	"aws:ecs/service:Service": {
		schedulingStrategy: "REPLICA",
		enableEcsManagedTags: false,
		deploymentMaximumPercent: 200,
		deploymentMinimumHealthyPercent: 100,
		waitForSteadyState: false,
		forceDelete: false,
	},
	"aws:ecs/taskDefinition:TaskDefinition": { skipDestroy: false, trackLatest: false },
	"aws:elasticache/replicationGroup:ReplicationGroup": { automaticFailoverEnabled: false, multiAzEnabled: false },
	"aws:iam/policy:Policy": { path: "/" },
	"aws:iam/role:Role": { forceDetachPolicies: false, maxSessionDuration: 3600, path: "/" },
	"aws:kinesis/stream:Stream": { retentionPeriod: 24, encryptionType: "NONE", enforceConsumerDeletion: false },
	"aws:kms/key:Key": {
		customerMasterKeySpec: "SYMMETRIC_DEFAULT",
		keyUsage: "ENCRYPT_DECRYPT",
		isEnabled: true,
		enableKeyRotation: false,
	},
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
	"aws:lambda/functionUrl:FunctionUrl": { invokeMode: "BUFFERED" },
	"aws:lambda/layerVersion:LayerVersion": { skipDestroy: false },
	"aws:lb/loadBalancer:LoadBalancer": {
		idleTimeout: 60,
		loadBalancerType: "application",
		enableDeletionProtection: false,
		enableHttp2: true,
	},
	"aws:rds/cluster:Cluster": { engineMode: "provisioned", backupRetentionPeriod: 1, skipFinalSnapshot: false },
	"aws:rds/instance:Instance": { autoMinorVersionUpgrade: true, publiclyAccessible: false, skipFinalSnapshot: false },
	"aws:s3/bucket:Bucket": { forceDestroy: false },
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
		blockPublicAcls: false,
		blockPublicPolicy: false,
		ignorePublicAcls: false,
		restrictPublicBuckets: false,
	},
	"aws:scheduler/schedule:Schedule": { groupName: "default", scheduleExpressionTimezone: "UTC", state: "ENABLED" },
	"aws:sfn/stateMachine:StateMachine": { type: "STANDARD", publish: false },
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

/** The types that have any. */
export const TYPES_WITH_DEFAULTS: readonly string[] = Object.keys(DEFAULTS);
