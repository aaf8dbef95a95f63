/** A function whose role may invoke any other. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const role = new aws.iam.Role("front", {
		assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
	});
	const front = new aws.lambda.Function("front", {
		role: role.arn,
		runtime: aws.lambda.Runtime.NodeJS24dX,
		handler: "index.handler",
		s3Bucket: "artifacts",
		s3Key: "front.zip",
		timeout: 30,
		reservedConcurrentExecutions: 5,
	});
	new aws.iam.RolePolicyAttachment("front", {
		role: role.name,
		policyArn: aws.iam.ManagedPolicy.AWSLambdaRole,
	});
	return { front: front.arn };
}
