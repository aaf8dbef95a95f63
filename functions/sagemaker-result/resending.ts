/**
 * A slot's queue for whoever has no message of it in hand: it went when SageMaker had accepted. To keep a job's message
 * back is to send it anew with a delay, and to remove it is nothing.
 */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { Queue } from "../worker/ports.ts";

const DELAY_MAX_SECONDS = 900;

/** @returns the queue as the messages of one tenant's jobs see it */
export const resending =
	(client: SQSClient, queueUrl: string) =>
	(tenant: string): Pick<Queue, "remove" | "hide"> => ({
		remove: async () => undefined,
		hide: async ({ body }, seconds) => {
			const DelaySeconds = Math.min(DELAY_MAX_SECONDS, seconds);
			await client.send(
				new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body, MessageGroupId: tenant, DelaySeconds }),
			);
		},
	});
