/** A function that logs JSON, and a stage whose access log tells request, tenant and latency. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
		loggingConfig: { logFormat: "JSON" },
	});
	const accessLog = new aws.cloudwatch.LogGroup("access-log", { retentionInDays: 30 });
	const api = new aws.apigatewayv2.Api("inference", { protocolType: "HTTP" });
	new aws.apigatewayv2.Stage("live", {
		apiId: api.id,
		autoDeploy: true,
		accessLogSettings: {
			destinationArn: accessLog.arn,
			format: JSON.stringify({
				requestId: "$context.requestId",
				tenant: "$context.authorizer.claims.sub",
				latencyMs: "$context.responseLatency",
			}),
		},
	});
}
