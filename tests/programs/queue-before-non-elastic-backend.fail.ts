/** A function behind a URL that queries a database of fixed size while its caller waits. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const features = new aws.rds.Instance("features", {
		engine: "postgres",
		instanceClass: "db.t4g.medium",
		allocatedStorage: 20,
		username: "features",
		manageMasterUserPassword: true,
		storageEncrypted: true,
		skipFinalSnapshot: true,
	});
	const fn = (name: string, variables: Record<string, pulumi.Input<string>>) =>
		new aws.lambda.Function(name, {
			role: `arn:aws:iam::123456789012:role/${name}`,
			runtime: aws.lambda.Runtime.NodeJS24dX,
			handler: "index.handler",
			s3Bucket: "artifacts",
			s3Key: `${name}.zip`,
			timeout: 5,
			reservedConcurrentExecutions: 5,
			environment: { variables },
		});
	const score = fn("score", { DATABASE_HOST: features.address });
	new aws.lambda.FunctionUrl("score", { functionName: score.name, authorizationType: "AWS_IAM" });
}
