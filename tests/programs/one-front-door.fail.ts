/** An API, and beside it a function that anyone may call by its own address. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.apigateway.RestApi("inference");
	const score = new aws.lambda.Function("score", {
		role: "arn:aws:iam::123456789012:role/score",
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "score.zip",
	});
	new aws.lambda.FunctionUrl("score", { functionName: score.name, authorizationType: "NONE" });
}
