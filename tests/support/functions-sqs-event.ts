/** What Lambda hands to a function for one message of a queue. */
import type { SQSRecord } from "aws-lambda";

export function sqsRecord(body: string, receives = 1, messageId = "m-1"): SQSRecord {
	return {
		messageId,
		receiptHandle: "r",
		body,
		attributes: {
			ApproximateReceiveCount: String(receives),
			SentTimestamp: "0",
			SenderId: "s",
			ApproximateFirstReceiveTimestamp: "0",
		},
		messageAttributes: {},
		md5OfBody: "",
		eventSource: "aws:sqs",
		eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:queue",
		awsRegion: "eu-central-1",
	};
}
