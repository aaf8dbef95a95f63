/** A function with X-Ray, one with OpenTelemetry, and a workflow that is traced. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const common = {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
	};
	new aws.lambda.Function("score", { ...common, tracingConfig: { mode: "Active" } });
	new aws.lambda.Function("rank", {
		...common,
		layers: ["arn:aws:lambda:us-east-1:901920570463:layer:aws-otel-nodejs-arm64-ver-1-30-2:1"],
		environment: { variables: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler" } },
	});
	new aws.sfn.StateMachine("train", {
		roleArn: "arn:aws:iam::123456789012:role/train",
		definition: JSON.stringify({ StartAt: "Done", States: { Done: { Type: "Succeed" } } }),
		tracingConfiguration: { enabled: true },
	});
}
