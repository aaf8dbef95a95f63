/**
 * A Pulumi program of many like services, each an API before a function that hands work to a queue and its consumer, all
 * within the charter as far as an ordinary team gets. For measuring: the shape of a real stack at any size.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** Resources of one service; those that all share come on top. */
export const RESOURCES_PER_SERVICE = 25;

const trusting = (service: string): string =>
	JSON.stringify({
		Version: "2012-10-17",
		Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
	});
const allowing = (Action: string[], ...Resource: pulumi.Input<string>[]): pulumi.Output<string> =>
	pulumi.jsonStringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });

/** @param services how many; named "s0", "s1", … */
export function registerServices(services: number): void {
	const alarms = new aws.sns.Topic("alarms");
	const uploads = new aws.s3.Bucket("uploads");
	for (let i = 0; i < services; i++) registerService(`s${i}`, { alarms, uploads });
}

function registerService(name: string, shared: { alarms: aws.sns.Topic; uploads: aws.s3.Bucket }): void {
	const tags = { team: name, model: name, feature: "orders", environment: "bench", "cost-center": "cc-1" };
	const code = new pulumi.asset.AssetArchive({
		"index.mjs": new pulumi.asset.StringAsset("export const handler = 0;"),
	});
	const table = new aws.dynamodb.Table(`${name}-table`, {
		billingMode: "PAY_PER_REQUEST",
		hashKey: "pk",
		attributes: [{ name: "pk", type: "S" }],
		tags,
	});
	const dead = new aws.sqs.Queue(`${name}-dead`, { messageRetentionSeconds: 1_209_600, tags });
	const queue = new aws.sqs.Queue(`${name}-queue`, {
		visibilityTimeoutSeconds: 60,
		redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
		tags,
	});
	const functionOf = (part: string, variables: Record<string, pulumi.Input<string>>, policy: pulumi.Input<string>) => {
		const role = new aws.iam.Role(`${name}-${part}-role`, { assumeRolePolicy: trusting("lambda.amazonaws.com"), tags });
		new aws.iam.RolePolicy(`${name}-${part}-policy`, { role: role.id, policy });
		const logs = new aws.cloudwatch.LogGroup(`${name}-${part}-logs`, { retentionInDays: 30, tags });
		return new aws.lambda.Function(`${name}-${part}`, {
			role: role.arn,
			runtime: aws.lambda.Runtime.NodeJS24dX,
			handler: "index.handler",
			code,
			timeout: 5,
			reservedConcurrentExecutions: 1,
			tracingConfig: { mode: "Active" },
			loggingConfig: { logFormat: "JSON", logGroup: logs.name },
			environment: { variables },
			tags,
		});
	};
	const submit = functionOf("submit", { QUEUE_URL: queue.url }, allowing(["sqs:SendMessage"], queue.arn));
	const consume = functionOf(
		"consume",
		{ TABLE: table.name, BUCKET: shared.uploads.bucket },
		allowing(["dynamodb:PutItem", "s3:GetObject", "sqs:ReceiveMessage", "sqs:DeleteMessage"], table.arn, queue.arn),
	);
	new aws.lambda.EventSourceMapping(`${name}-mapping`, {
		eventSourceArn: queue.arn,
		functionName: consume.arn,
		batchSize: 10,
		functionResponseTypes: ["ReportBatchItemFailures"],
		scalingConfig: { maximumConcurrency: 2 },
		tags,
	});
	registerApi(name, submit, tags);
	for (const [metricName, at] of Object.entries({
		ApproximateAgeOfOldestMessage: queue,
		ApproximateNumberOfMessagesVisible: dead,
	}))
		new aws.cloudwatch.MetricAlarm(`${name}-${metricName}`, {
			comparisonOperator: "GreaterThanThreshold",
			evaluationPeriods: 1,
			namespace: "AWS/SQS",
			metricName,
			dimensions: { QueueName: at.name },
			period: 60,
			statistic: "Maximum",
			threshold: 1,
			alarmActions: [shared.alarms.arn],
			tags,
		});
}

function registerApi(name: string, backend: aws.lambda.Function, tags: Record<string, string>): void {
	const api = new aws.apigateway.RestApi(`${name}-api`, { tags });
	const at = { restApi: api.id };
	const resource = new aws.apigateway.Resource(`${name}-path`, {
		...at,
		parentId: api.rootResourceId,
		pathPart: "orders",
	});
	const method = new aws.apigateway.Method(`${name}-post`, {
		...at,
		resourceId: resource.id,
		httpMethod: "POST",
		authorization: "NONE",
		apiKeyRequired: true,
	});
	const integration = new aws.apigateway.Integration(`${name}-post`, {
		...at,
		resourceId: resource.id,
		httpMethod: method.httpMethod,
		integrationHttpMethod: "POST",
		type: "AWS_PROXY",
		uri: backend.invokeArn,
		timeoutMilliseconds: 6000,
	});
	new aws.lambda.Permission(`${name}-invoke`, {
		action: "lambda:InvokeFunction",
		function: backend.name,
		principal: "apigateway.amazonaws.com",
		sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
	});
	const deployment = new aws.apigateway.Deployment(`${name}-api`, { ...at }, { dependsOn: integration });
	const stage = new aws.apigateway.Stage(`${name}-stage`, {
		...at,
		deployment: deployment.id,
		stageName: "live",
		xrayTracingEnabled: true,
		tags,
	});
	new aws.apigateway.MethodSettings(`${name}-limits`, {
		...at,
		stageName: stage.stageName,
		methodPath: "*/*",
		settings: { throttlingRateLimit: 50, throttlingBurstLimit: 100 },
	});
	const plan = new aws.apigateway.UsagePlan(`${name}-plan`, {
		apiStages: [{ apiId: api.id, stage: stage.stageName }],
		throttleSettings: { rateLimit: 10, burstLimit: 20 },
		quotaSettings: { limit: 10_000, period: "DAY" },
		tags,
	});
	const key = new aws.apigateway.ApiKey(`${name}-key`, { tags });
	new aws.apigateway.UsagePlanKey(`${name}-key`, { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id });
}
