/** A function that passes its callers' traces through, and a workflow that records none. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
		tracingConfig: { mode: "PassThrough" },
	});
	new aws.sfn.StateMachine("train", {
		roleArn: "arn:aws:iam::123456789012:role/train",
		definition: JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } }),
	});
}
