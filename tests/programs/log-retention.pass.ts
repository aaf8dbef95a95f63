/** A function with a log group of its own, whose lines expire. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const logs = new aws.cloudwatch.LogGroup("score-logs", { retentionInDays: 30 });
	new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
		timeout: 1,
		reservedConcurrentExecutions: 5,
		loggingConfig: { logFormat: "JSON", logGroup: logs.name },
	});
}
