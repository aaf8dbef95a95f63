/** SQS and the jobs' table as {@link SlotJobs}. */
import {
	DeleteMessageCommand,
	GetQueueAttributesCommand,
	ReceiveMessageCommand,
	SendMessageCommand,
	type SQSClient,
} from "@aws-sdk/client-sqs";
import { DEAD_LETTER_ATTRIBUTES, openKey } from "../../charter/jobs.ts";
import { jobQueue } from "../shared/jobs/job-queue.ts";
import { type JobTable, jobTable } from "../shared/jobs/job-table.ts";
import { moveJob } from "../shared/jobs/move-job.ts";
import type { SlotJobs } from "./ports.ts";

const RECEIVED_MAX = 10;
/** A message that is kept back because its job is in work is looked at again after this. */
const HIDDEN_SECONDS = 20;
const WAITING = [
	"ApproximateNumberOfMessages",
	"ApproximateNumberOfMessagesNotVisible",
	"ApproximateNumberOfMessagesDelayed",
] as const;

export const slotJobs = (client: SQSClient, table: JobTable, store = jobTable(table)): SlotJobs => ({
	depth: async (QueueUrl) => {
		const { Attributes = {} } = await client.send(
			new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...WAITING] }),
		);
		return WAITING.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
	},
	receive: async (QueueUrl) => {
		const { Messages = [] } = await client.send(
			new ReceiveMessageCommand({
				QueueUrl,
				MaxNumberOfMessages: RECEIVED_MAX,
				VisibilityTimeout: HIDDEN_SECONDS,
				// The queue itself says 20, for workers: longer than this client waits for any answer.
				WaitTimeSeconds: 0,
			}),
		);
		return Messages.map(({ Body = "", ReceiptHandle = "" }) => ({ body: Body, receipt: ReceiptHandle }));
	},
	remove: async (QueueUrl, { receipt }) => {
		await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: receipt }));
	},
	send: async (queueUrl, job) => {
		await jobQueue(client, new Map([[job.model, { queues: { [job.slot]: queueUrl } }]])).send(job);
	},
	setAside: async (QueueUrl, { body }) => {
		const text = (StringValue: string) => ({ DataType: "String", StringValue });
		const MessageAttributes = {
			[DEAD_LETTER_ATTRIBUTES.reason]: text("It is no job's message; it was found when its slot was emptied."),
			[DEAD_LETTER_ATTRIBUTES.code]: text("INVALID_MESSAGE"),
		};
		await client.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
	},
	read: (job) => store.read(job),
	open: (model) => store.due(openKey(model), Number.MAX_SAFE_INTEGER),
	move: (job, place) => moveJob(table, job, place),
	cancel: async (job) => {
		await store.end(job, { state: "CANCELLED" });
	},
});
