/**
 * Sends copies of messages that were sent, sooner or later after the first: a standard queue delivers at least once.
 * Copies what the fault proxy saw being sent, word for word; receives nothing.
 */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { ServiceCall } from "./faults.ts";
import type { Random } from "./random.ts";

const SHARE = 0.15;
const LATER_MS_MAX = 20_000;

const Sent = z.object({ QueueUrl: z.string(), MessageBody: z.string(), MessageGroupId: z.string().optional() });

export interface Duplicator {
	/** Told of a call that took place. */
	onCall(call: ServiceCall, body: Buffer): void;
	/** Copies sent so far. */
	sent(): number;
	/** Sends at once what was to be sent later, and no more after that. */
	finish(): Promise<void>;
}

/** @param queueUrl the queue whose messages are copied, as `sqs` calls it */
export function createDuplicator(sqs: SQSClient, queueUrl: string, random: Random): Duplicator {
	const { pathname } = new URL(queueUrl);
	const waiting = new Map<NodeJS.Timeout, () => void>();
	const sending = new Set<Promise<unknown>>();
	let sent = 0;
	let isFinished = false;
	const send = ({ MessageBody, MessageGroupId }: z.output<typeof Sent>) => {
		sent += 1;
		const copy = { QueueUrl: queueUrl, MessageBody, ...(MessageGroupId !== undefined && { MessageGroupId }) };
		const done = sqs.send(new SendMessageCommand(copy)).finally(() => sending.delete(done));
		sending.add(done);
	};
	return {
		onCall: ({ service, operation }, body) => {
			if (service !== "sqs" || operation !== "SendMessage" || isFinished) return;
			const message = Sent.parse(JSON.parse(body.toString()));
			if (new URL(message.QueueUrl).pathname !== pathname || !random.isHit(SHARE)) return;
			const timer = setTimeout(
				() => {
					waiting.delete(timer);
					send(message);
				},
				random.between(0, LATER_MS_MAX),
			);
			waiting.set(timer, () => send(message));
		},
		sent: () => sent,
		finish: async () => {
			isFinished = true;
			for (const [timer, sendNow] of waiting) {
				clearTimeout(timer);
				sendNow();
			}
			waiting.clear();
			await Promise.all(sending);
		},
	};
}
