/** A consumer that sends a whole batch back where one message fails. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const jobs = new aws.sqs.Queue("jobs", { visibilityTimeoutSeconds: 185 });
	const settle = new aws.lambda.Function("settle", {
		role: "arn:aws:iam::123456789012:role/settle",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "settle.zip",
		timeout: 30,
		reservedConcurrentExecutions: 5,
	});
	new aws.lambda.EventSourceMapping("settle-jobs", {
		eventSourceArn: jobs.arn,
		functionName: settle.arn,
		batchSize: 10,
	});
}
