/** SQS as the worker's {@link Queue} and {@link Outbox}. */
import {
	ChangeMessageVisibilityCommand,
	DeleteMessageCommand,
	ReceiveMessageCommand,
	SendMessageCommand,
	type SQSClient,
} from "@aws-sdk/client-sqs";
import { type CallbackMessage, DEAD_LETTER_ATTRIBUTES } from "../../charter/jobs.ts";
import { VISIBILITY_SECONDS } from "./held-jobs.ts";
import type { DeadLetter, Outbox, Queue } from "./ports.ts";

/** @param polls client that waits for a long poll's answer; what only removes or hides needs none */
export function sqsQueue(client: SQSClient, queueUrl: string, polls = client): Queue {
	return {
		receive: async ({ most, waitSeconds, signal }) => {
			const { Messages = [] } = await polls.send(
				new ReceiveMessageCommand({
					QueueUrl: queueUrl,
					MaxNumberOfMessages: most,
					WaitTimeSeconds: waitSeconds,
					VisibilityTimeout: VISIBILITY_SECONDS,
				}),
				{ abortSignal: signal },
			);
			return Messages.map(({ Body = "", ReceiptHandle = "" }) => ({ body: Body, receipt: ReceiptHandle }));
		},
		remove: async ({ receipt }) => {
			await client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receipt }));
		},
		hide: async ({ receipt }, seconds) => {
			await client.send(
				new ChangeMessageVisibilityCommand({
					QueueUrl: queueUrl,
					ReceiptHandle: receipt,
					VisibilityTimeout: seconds,
				}),
			);
		},
	};
}

export interface OutboxQueues {
	deadLetterQueueUrl: string;
	callbackQueueUrl: string;
}

export function sqsOutbox(client: SQSClient, { deadLetterQueueUrl, callbackQueueUrl }: OutboxQueues): Outbox {
	return {
		deadLetter: async ({ body }, why) => {
			await client.send(
				new SendMessageCommand({
					QueueUrl: deadLetterQueueUrl,
					MessageBody: body,
					MessageAttributes: attributesOf(why),
					// So that a redrive by SQS itself stays as fair as the first sending.
					...(why.tenant && { MessageGroupId: why.tenant }),
				}),
			);
		},
		callback: async (job, tenant) => {
			const MessageBody = JSON.stringify({ job } satisfies CallbackMessage);
			// A tenant whose receiver is slow does not hold up the others' callbacks.
			await client.send(new SendMessageCommand({ QueueUrl: callbackQueueUrl, MessageBody, MessageGroupId: tenant }));
		},
	};
}

const REASON_MAX_CHARACTERS = 1000;
/** What SQS does not take in a message. */
const UNSENDABLE = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

function attributesOf({ reason, code, attempts }: DeadLetter) {
	const text = (value: string) => ({ DataType: "String", StringValue: value });
	const sendable = reason.replace(UNSENDABLE, "\u{FFFD}").slice(0, REASON_MAX_CHARACTERS);
	return {
		[DEAD_LETTER_ATTRIBUTES.reason]: text(sendable || "none was given"),
		[DEAD_LETTER_ATTRIBUTES.code]: text(code),
		[DEAD_LETTER_ATTRIBUTES.attempts]: { DataType: "Number", StringValue: String(attempts) },
	};
}
