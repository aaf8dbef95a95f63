/** A dead-letter queue that forgets a message no later than its source would have. */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

export default async function program() {
	const failures = new aws.sqs.Queue("failures");
	new aws.sqs.Queue("jobs", {
		redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: failures.arn, maxReceiveCount: 5 }),
	});
}
