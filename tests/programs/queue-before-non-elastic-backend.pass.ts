/** The same database behind a queue: its consumer is bounded, and nobody waits. */
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
	const jobs = new aws.sqs.Queue("jobs", { visibilityTimeoutSeconds: 30 });
	const submit = fn("submit", { QUEUE_URL: jobs.url });
	new aws.lambda.FunctionUrl("submit", { functionName: submit.name, authorizationType: "AWS_IAM" });
	const score = fn("score", { DATABASE_HOST: features.address });
	new aws.lambda.EventSourceMapping("score-jobs", {
		eventSourceArn: jobs.arn,
		functionName: score.arn,
		scalingConfig: { maximumConcurrency: 5 },
	});
}
