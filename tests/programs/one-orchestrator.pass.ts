/** The same night's work as a workflow that a schedule starts. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const cluster = new aws.ecs.Cluster("batch");
	const workflow = new aws.sfn.StateMachine("nightly", {
		roleArn: "arn:aws:iam::123456789012:role/nightly",
		definition: pulumi.jsonStringify({
			StartAt: "Score",
			States: {
				Score: {
					Type: "Task",
					Resource: "arn:aws:states:::ecs:runTask.sync",
					Parameters: { Cluster: cluster.arn, TaskDefinition: "score" },
					TimeoutSeconds: 3600,
					End: true,
				},
			},
		}),
	});
	new aws.scheduler.Schedule("nightly", {
		scheduleExpression: "cron(0 3 * * ? *)",
		flexibleTimeWindow: { mode: "OFF" },
		target: { arn: workflow.arn, roleArn: "arn:aws:iam::123456789012:role/nightly" },
	});
}
