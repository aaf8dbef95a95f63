/** A function that starts a workflow in place of calling the next function itself. */
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
	new aws.iam.RolePolicy("front", {
		role: role.id,
		policy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [
				{
					Effect: "Allow",
					Action: "states:StartExecution",
					Resource: "arn:aws:states:eu-central-1:123456789012:stateMachine:score",
				},
			],
		}),
	});
	return { front: front.arn };
}
