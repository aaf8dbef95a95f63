/** A nightly run over partitions, a few at a time, each task bounded, retried and caught. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.sfn.StateMachine("nightly", {
		roleArn: "arn:aws:iam::123456789012:role/nightly",
		definition: JSON.stringify({
			StartAt: "Partitions",
			States: {
				Partitions: {
					Type: "Map",
					MaxConcurrency: 10,
					ItemProcessor: {
						StartAt: "Score",
						States: {
							Score: {
								Type: "Task",
								Resource: "arn:aws:states:::ecs:runTask.sync",
								TimeoutSeconds: 3600,
								Retry: [{ ErrorEquals: ["States.TaskFailed"], MaxAttempts: 3, BackoffRate: 2 }],
								Catch: [{ ErrorEquals: ["States.ALL"], Next: "Skipped" }],
								End: true,
							},
							Skipped: { Type: "Pass", End: true },
						},
					},
					End: true,
				},
			},
		}),
	});
}
