/** The same function with the two actions that it uses, on the table that it reads. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const features = new aws.dynamodb.Table("features", {
		attributes: [{ name: "pk", type: "S" }],
		hashKey: "pk",
		billingMode: "PAY_PER_REQUEST",
	});
	const score = new aws.iam.Role("score", {
		assumeRolePolicy: aws.iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
	});
	new aws.iam.RolePolicy("score", {
		role: score.name,
		policy: pulumi.jsonStringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:Query"], Resource: features.arn }],
		}),
	});
	new aws.iam.RolePolicyAttachment("score-logs", {
		role: score.name,
		policyArn: aws.iam.ManagedPolicy.AWSLambdaBasicExecutionRole,
	});
}
