/**
 * Messages in a slot's queue that point to no job, sent among the others: what a worker must set aside and not choke on.
 * Each is told from all others by its number.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Random } from "./random.ts";

const FORMS = [
	(number: number) => `no JSON ${number}`,
	(number: number) => JSON.stringify({ number }),
	(number: number) => JSON.stringify({ job: "", tenant: 7, number }),
	(number: number) => JSON.stringify([number]),
] as const;

/** The bodies of so many messages. */
export const unreadableBodies = (count: number, random: Random): string[] =>
	Array.from({ length: count }, (_, number) => random.pick(FORMS)(number));

/** Sends them one by one with a rest before each, until `signal` aborts. @returns those that were sent */
export async function sendUnreadable(
	sqs: SQSClient,
	QueueUrl: string,
	bodies: readonly string[],
	{ restMs, signal }: { restMs: number; signal: AbortSignal },
): Promise<string[]> {
	const sent: string[] = [];
	for (const MessageBody of bodies) {
		await sleep(restMs, undefined, { signal }).catch(() => {});
		if (signal.aborted) break;
		await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
		sent.push(MessageBody);
	}
	return sent;
}
