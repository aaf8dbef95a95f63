/** A workflow that starts a job and then asks every ten seconds whether it is done. */
import * as aws from "@pulumi/aws";

export default async function program() {
	new aws.sfn.StateMachine("train", {
		roleArn: "arn:aws:iam::123456789012:role/train",
		definition: JSON.stringify({
			StartAt: "Submit",
			States: {
				Submit: {
					Type: "Task",
					Resource: "arn:aws:states:::batch:submitJob",
					Parameters: { JobName: "train", JobDefinition: "train:3", JobQueue: "gpu" },
					ResultPath: "$.job",
					Next: "Wait",
				},
				Wait: { Type: "Wait", Seconds: 10, Next: "Ask" },
				Ask: {
					Type: "Task",
					Resource: "arn:aws:states:::aws-sdk:batch:describeJobs",
					Parameters: { "Jobs.$": "States.Array($.job.JobId)" },
					ResultPath: "$.status",
					Next: "Done?",
				},
				"Done?": {
					Type: "Choice",
					Choices: [{ Variable: "$.status.Jobs[0].Status", StringEquals: "SUCCEEDED", Next: "Done" }],
					Default: "Wait",
				},
				Done: { Type: "Succeed" },
			},
		}),
	});
}
