/** A log group that never expires, and a function whose group Lambda would make by itself. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.cloudwatch.LogGroup("access-log", {});
	new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
		timeout: 1,
		reservedConcurrentExecutions: 5,
	});
}
