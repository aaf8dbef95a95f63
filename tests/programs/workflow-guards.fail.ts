/** A nightly run over all partitions at once, whose tasks may hang for ever: a heartbeat ends none that keeps sending it. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.sfn.StateMachine("nightly", {
		roleArn: "arn:aws:iam::123456789012:role/nightly",
		definition: JSON.stringify({
			StartAt: "Partitions",
			States: {
				Partitions: {
					Type: "Map",
					ItemProcessor: {
						StartAt: "Score",
						States: {
							Score: {
								Type: "Task",
								Resource: "arn:aws:states:::ecs:runTask.sync",
								HeartbeatSeconds: 60,
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
