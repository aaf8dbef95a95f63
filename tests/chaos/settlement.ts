/**
 * Collects what is judged in the end: every job's record and response, and all that lies in the dead-letter queue.
 * Reads past the fault proxy; changes nothing but the visibility of dead letters.
 */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { DEAD_LETTER_ATTRIBUTES, JobMessage, type JobRecord, jobKey } from "../../charter/jobs.ts";
import type { DeadLetter } from "./accounts.ts";
import { type Clients, STORES } from "./cloud.ts";

const HIDDEN_SECONDS = 3600;
const RECEIVED_MAX = 10;
const READS_AT_ONCE = 16;
/** What a worker logs of each job that it has committed. */
const COMMITTED = '"message":"job succeeded"';

/** Every job's record, by its id. */
export async function recordsOf(client: DynamoDBClient): Promise<Map<string, JobRecord>> {
	const records = new Map<string, JobRecord>();
	const pages = paginateScan(
		{ client },
		{
			TableName: STORES.jobsTable,
			ConsistentRead: true,
			FilterExpression: "begins_with(pk, :job)",
			ExpressionAttributeValues: { ":job": { S: jobKey("") } },
		},
	);
	for await (const { Items = [] } of pages)
		for (const item of Items) {
			// Whoever submits writes whole records.
			const record = unmarshall(item) as JobRecord;
			records.set(record.job, record);
		}
	return records;
}

/** The response of each job that has one, by the job's id, wherever it lies. */
export async function responsesOf(
	{ s3 }: Pick<Clients, "s3">,
	records: ReadonlyMap<string, JobRecord>,
): Promise<Map<string, string>> {
	const responses = new Map<string, string>();
	const left = [...records.values()];
	const read = async () => {
		for (let record = left.pop(); record; record = left.pop()) {
			const text = record.response ?? (await objectText(s3, record.responseKey));
			if (text !== undefined) responses.set(record.job, text);
		}
	};
	await Promise.all(Array.from({ length: READS_AT_ONCE }, read));
	return responses;
}

async function objectText(s3: S3Client, Key: string | undefined): Promise<string | undefined> {
	if (Key === undefined) return undefined;
	const { Body } = await s3.send(new GetObjectCommand({ Bucket: STORES.jobsBucket, Key }));
	return Body?.transformToString();
}

/** Takes all messages that are visible in the dead-letter queue now. */
export async function takeDeadLetters(sqs: SQSClient, queueUrl: string): Promise<DeadLetter[]> {
	const letters: DeadLetter[] = [];
	for (;;) {
		const { Messages = [] } = await sqs.send(
			new ReceiveMessageCommand({
				QueueUrl: queueUrl,
				MaxNumberOfMessages: RECEIVED_MAX,
				VisibilityTimeout: HIDDEN_SECONDS,
				WaitTimeSeconds: 0,
				MessageAttributeNames: ["All"],
			}),
		);
		if (Messages.length === 0) return letters;
		for (const { Body: body = "", MessageAttributes } of Messages) {
			const reason = MessageAttributes?.[DEAD_LETTER_ATTRIBUTES.reason]?.StringValue;
			letters.push({ body, job: jobIn(body), reason });
		}
	}
}

function jobIn(body: string): string | undefined {
	try {
		return JobMessage.safeParse(JSON.parse(body)).data?.job;
	} catch {
		// Unreadable ones are among what is looked for.
		return undefined;
	}
}

/** Messages that somebody could receive now. */
export const visibleIn = async (sqs: SQSClient, queueUrl: string): Promise<number> =>
	(await countsOf(sqs, queueUrl)).visible;

/** All messages that have not been deleted. */
export async function depthOf(sqs: SQSClient, queueUrl: string): Promise<number> {
	const { visible, hidden } = await countsOf(sqs, queueUrl);
	return visible + hidden;
}

async function countsOf(sqs: SQSClient, QueueUrl: string) {
	const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
	const { Attributes } = await sqs.send(
		new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
	);
	const [visible, hidden] = AttributeNames.map((name) => Number(Attributes?.[name]));
	return { visible: visible ?? 0, hidden: hidden ?? 0 };
}

/** The job of each commit that the workers logged, as often as they did. */
export async function commitsLoggedIn(folder: string): Promise<string[]> {
	const jobs: string[] = [];
	for (const name of await readdir(folder)) {
		if (!name.startsWith("worker-")) continue;
		for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
			const job = line.includes(COMMITTED) ? /"job":"([^"]+)"/.exec(line)?.[1] : undefined;
			if (job !== undefined) jobs.push(job);
		}
	}
	return jobs;
}
