/** A queue with a dead-letter queue that keeps messages for 14 days. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const failures = new aws.sqs.Queue("failures", { messageRetentionSeconds: 14 * 24 * 60 * 60 });
	new aws.sqs.Queue("jobs", {
		redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: failures.arn, maxReceiveCount: 5 }),
	});
}
