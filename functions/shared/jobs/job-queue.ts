/**
 * Sends pointers to jobs: to the queue of their model's slot, and to the callbacks' queue once they have ended.
 * The ports and their adapters. A message that is lost is no loss: the sweeper sends it again.
 */
import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import type { CallbackMessage, JobMessage, JobRecord } from "../../../charter/jobs.ts";
import type { QueuedModelSettings } from "../../../charter/queued.ts";

export interface JobQueue {
	/**
	 * @returns false where the slot has no queue (any more)
	 * @throws what SQS threw
	 */
	send(job: JobRecord): Promise<boolean>;
}

export interface CallbackQueue {
	/**
	 * Asks that the job's end be told.
	 * @throws what SQS threw
	 */
	send(job: JobRecord): Promise<void>;
}

export const messageOf = ({ job, tenant, model, version, requestId, traceparent }: JobRecord): JobMessage => ({
	job,
	tenant,
	model,
	version,
	requestId,
	traceparent,
});

/** @param models by name: where each one's slots take their jobs */
export function jobQueue(
	client: SQSClient,
	models: ReadonlyMap<string, Pick<QueuedModelSettings, "queues">>,
): JobQueue {
	return {
		send: async (job) => {
			const url = models.get(job.model)?.queues[job.slot];
			if (!url) return false;
			await sendTo(client, url, job.tenant, messageOf(job));
			return true;
		},
	};
}

export const callbackQueue = (client: SQSClient, url: string): CallbackQueue => ({
	send: ({ job, tenant }) => sendTo(client, url, tenant, { job } satisfies CallbackMessage),
});

/** On a standard queue the group makes it fair: a tenant with a backlog does not hold up the others. */
async function sendTo(client: SQSClient, url: string, tenant: string, message: object): Promise<void> {
	const MessageBody = JSON.stringify(message);
	await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody, MessageGroupId: tenant }));
}
