/** Sends what is to be answered in the shadow too: a realtime model's whole request, as a message to the shadow's queue. */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { SHADOW_MESSAGE_MAX_BYTES, type ShadowMessage } from "../../../charter/rollout.ts";
import type { Log } from "../telemetry/log.ts";
import type { Aside } from "./aside.ts";

export interface Mirror {
	/** Begins to send it; nobody waits for it, and it never throws. */
	reflect(message: Extract<ShadowMessage, { kind: "request" }>, log: Log): void;
}

export const createMirror = (queue: ShadowQueue, aside: Aside): Mirror => ({
	reflect: (message, log) => {
		// What it is sent with takes a little more; SQS takes five times as much.
		const isPossible = Buffer.byteLength(message.request) <= SHADOW_MESSAGE_MAX_BYTES;
		aside.begin({ model: message.model, log, isPossible }, () => queue.send(message));
	},
});

export interface ShadowQueue {
	/** @throws what SQS threw */
	send(message: ShadowMessage, delaySeconds?: number): Promise<void>;
}

export const shadowQueue = (client: SQSClient, url: string): ShadowQueue => ({
	send: async (message, delaySeconds = 0) => {
		const MessageBody = JSON.stringify(message);
		await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody, DelaySeconds: delaySeconds }));
	},
});
