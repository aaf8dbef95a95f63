/** The same job, waited for by the task that starts it. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.sfn.StateMachine("train", {
		roleArn: "arn:aws:iam::123456789012:role/train",
		definition: JSON.stringify({
			StartAt: "Train",
			States: {
				Train: {
					Type: "Task",
					Resource: "arn:aws:states:::batch:submitJob.sync",
					Parameters: { JobName: "train", JobDefinition: "train:3", JobQueue: "gpu" },
					TimeoutSeconds: 7200,
					End: true,
				},
			},
		}),
	});
}
