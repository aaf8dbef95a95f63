/** A function's role that may do everything with every table, and a pipeline that runs as administrator. */
import * as aws from "@pulumi/aws";

export default async function program() {
	const trusts = (service: string) => aws.iam.assumeRolePolicyForPrincipal({ Service: service });
	const score = new aws.iam.Role("score", { assumeRolePolicy: trusts("lambda.amazonaws.com") });
	new aws.iam.RolePolicy("score", {
		role: score.name,
		policy: JSON.stringify({
			Version: "2012-10-17",
			Statement: [{ Effect: "Allow", Action: ["dynamodb:*", "logs:PutLogEvents"], Resource: "*" }],
		}),
	});
	const pipeline = new aws.iam.Role("pipeline", { assumeRolePolicy: trusts("codebuild.amazonaws.com") });
	new aws.iam.RolePolicyAttachment("pipeline", {
		role: pipeline.name,
		policyArn: aws.iam.ManagedPolicy.AdministratorAccess,
	});
}
