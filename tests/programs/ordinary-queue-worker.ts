/** An HTTP API whose function queues orders for a worker, as tutorials have it. Not written with the charter in mind. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const failed = new aws.sqs.Queue("orders-failed");
	const orders = new aws.sqs.Queue("orders", {
		visibilityTimeoutSeconds: 60,
		redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: failed.arn, maxReceiveCount: 3 }),
	});
	const table = new aws.dynamodb.Table("orders-table", {
		attributes: [{ name: "orderId", type: "S" }],
		hashKey: "orderId",
		billingMode: "PAY_PER_REQUEST",
	});

	const code = new pulumi.asset.AssetArchive({
		"index.mjs": new pulumi.asset.StringAsset("export const handler = async () => ({ statusCode: 202 });"),
	});
	const fn = (
		name: string,
		statement: { Action: string[]; Resource: pulumi.Input<string> }[],
		variables: Record<string, pulumi.Input<string>>,
	) => {
		const role = new aws.iam.Role(`${name}-role`, {
			assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
		});
		new aws.iam.RolePolicyAttachment(`${name}-logs`, {
			role: role.name,
			policyArn: aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole,
		});
		new aws.iam.RolePolicy(`${name}-policy`, {
			role: role.id,
			policy: pulumi.jsonStringify({
				Version: "2012-10-17",
				Statement: statement.map((each) => ({ Effect: "Allow", ...each })),
			}),
		});
		return new aws.lambda.Function(name, {
			role: role.arn,
			runtime: aws.lambda.Runtime.NodeJS24dX,
			handler: "index.handler",
			code,
			timeout: 10,
			environment: { variables },
		});
	};
	const receive = fn("receive", [{ Action: ["sqs:SendMessage"], Resource: orders.arn }], { QUEUE_URL: orders.url });
	const worker = fn(
		"worker",
		[
			{ Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], Resource: orders.arn },
			{ Action: ["dynamodb:PutItem"], Resource: table.arn },
		],
		{ TABLE_NAME: table.name },
	);
	new aws.lambda.EventSourceMapping("worker-orders", {
		eventSourceArn: orders.arn,
		functionName: worker.arn,
		batchSize: 10,
	});

	const api = new aws.apigatewayv2.Api("http-api", { protocolType: "HTTP" });
	const integration = new aws.apigatewayv2.Integration("receive", {
		apiId: api.id,
		integrationType: "AWS_PROXY",
		integrationUri: receive.arn,
		payloadFormatVersion: "2.0",
	});
	new aws.apigatewayv2.Route("post-orders", {
		apiId: api.id,
		routeKey: "POST /orders",
		target: pulumi.interpolate`integrations/${integration.id}`,
	});
	new aws.apigatewayv2.Stage("default", { apiId: api.id, name: "$default", autoDeploy: true });
	new aws.lambda.Permission("api-invokes", {
		action: "lambda:InvokeFunction",
		function: receive.name,
		principal: "apigateway.amazonaws.com",
		sourceArn: pulumi.interpolate`${api.executionArn}/*/*`,
	});
}
