/**
 * Values that a property has when a program says nothing: the provider fills them in before a policy sees them, or AWS
 * does after. One table for both questions: "was it stated?" and "what is in force?". Sources: the schema of the AWS
 * provider (@pulumi/aws 7.48.0) and AWS's documentation of each service.
 */

export type DefaultValue = string | number | boolean;

/** Default by path, by type. */
export const DEFAULTS: Readonly<Record<string, Readonly<Record<string, DefaultValue>>>> = {
	"aws:lambda/function:Function": {
		timeout: 3,
		memorySize: 128,
		reservedConcurrentExecutions: -1,
		packageType: "Zip",
		publish: false,
		"tracingConfig.mode": "PassThrough",
		"loggingConfig.logFormat": "Text",
		"ephemeralStorage.size": 512,
	},
	"aws:lambda/eventSourceMapping:EventSourceMapping": {
		enabled: true,
		batchSize: 10,
		maximumBatchingWindowInSeconds: 0,
		parallelizationFactor: 1,
	},
	"aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": {
		maximumRetryAttempts: 2,
		maximumEventAgeInSeconds: 21600,
		qualifier: "$LATEST",
	},
	"aws:sqs/queue:Queue": {
		visibilityTimeoutSeconds: 30,
		messageRetentionSeconds: 345600,
		delaySeconds: 0,
		receiveWaitTimeSeconds: 0,
		fifoQueue: false,
	},
	"aws:cloudwatch/logGroup:LogGroup": { retentionInDays: 0, skipDestroy: false, logGroupClass: "STANDARD" },
	"aws:sfn/stateMachine:StateMachine": { type: "STANDARD", "tracingConfiguration.enabled": false },
	"aws:cloudwatch/metricAlarm:MetricAlarm": { actionsEnabled: true, treatMissingData: "missing" },
	"aws:apigateway/integration:Integration": { timeoutMilliseconds: 29000, connectionType: "INTERNET" },
	"aws:apigateway/method:Method": { apiKeyRequired: false },
	"aws:apigateway/methodSettings:MethodSettings": {
		"settings.throttlingRateLimit": -1,
		"settings.throttlingBurstLimit": -1,
	},
	"aws:apigateway/restApi:RestApi": { apiKeySource: "HEADER", disableExecuteApiEndpoint: false },
	"aws:apigateway/stage:Stage": { xrayTracingEnabled: false, cacheClusterEnabled: false },
	"aws:apigateway/apiKey:ApiKey": { enabled: true },
	"aws:apigatewayv2/stage:Stage": { autoDeploy: false },
	"aws:apigatewayv2/integration:Integration": { timeoutMilliseconds: 30000, connectionType: "INTERNET" },
	"aws:apigatewayv2/route:Route": { apiKeyRequired: false, authorizationType: "NONE" },
	"aws:dynamodb/table:Table": { billingMode: "PROVISIONED" },
	"aws:kinesis/stream:Stream": { shardCount: 1, retentionPeriod: 24 },
	"aws:ecs/service:Service": { launchType: "EC2", enableEcsManagedTags: false, schedulingStrategy: "REPLICA" },
	"aws:lb/loadBalancer:LoadBalancer": { internal: false, idleTimeout: 60, loadBalancerType: "application" },
	"aws:autoscaling/group:Group": {
		"mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity": 100,
		"mixedInstancesPolicy.instancesDistribution.onDemandBaseCapacity": 0,
		"mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy": "lowest-price",
	},
	"aws:rds/instance:Instance": { storageEncrypted: false, publiclyAccessible: false },
	"aws:rds/cluster:Cluster": { storageEncrypted: false, engineMode: "provisioned" },
};
