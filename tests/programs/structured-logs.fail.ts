/** A function that logs text, and a stage whose access log is a line for people. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
	});
	const accessLog = new aws.cloudwatch.LogGroup("access-log", { retentionInDays: 30 });
	const api = new aws.apigatewayv2.Api("inference", { protocolType: "HTTP" });
	new aws.apigatewayv2.Stage("live", {
		apiId: api.id,
		autoDeploy: true,
		accessLogSettings: {
			destinationArn: accessLog.arn,
			format: "$context.identity.sourceIp [$context.requestTime] $context.routeKey $context.status $context.requestId",
		},
	});
}
