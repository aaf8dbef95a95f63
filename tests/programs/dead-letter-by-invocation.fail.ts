/** A topic calls an alias; the failure destination is on the latest version, which nobody calls. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const uploads = new aws.sns.Topic("uploads");
	const settle = new aws.lambda.Function("settle", {
		role: "arn:aws:iam::123456789012:role/settle",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "settle.zip",
		timeout: 30,
		reservedConcurrentExecutions: 5,
	});
	const live = new aws.lambda.Alias("live", { name: "live", functionName: settle.name, functionVersion: "1" });
	const failures = new aws.sqs.Queue("failures", { messageRetentionSeconds: 14 * 24 * 60 * 60 });
	new aws.lambda.FunctionEventInvokeConfig("settle", {
		functionName: settle.name,
		destinationConfig: { onFailure: { destination: failures.arn } },
	});
	new aws.sns.TopicSubscription("settle", {
		topic: uploads.arn,
		protocol: "lambda",
		endpoint: live.arn,
		redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: failures.arn }),
	});
}
