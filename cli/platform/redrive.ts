/**
 * Brings a model's failed jobs back from its dead-letter queues: each queued again in the table, then sent, then out of there.
 * In that order: wherever it stops, the next run goes on, and no job is lost or doubled.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
	type DynamoDBClient,
	GetItemCommand,
	TransactionCanceledException,
	type TransactWriteItem,
	TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import {
	ChangeMessageVisibilityCommand,
	DeleteMessageCommand,
	type Message,
	ReceiveMessageCommand,
	SendMessageCommand,
	type SQSClient,
} from "@aws-sdk/client-sqs";
import { inFlightKey, JOB_LIMITS, JobMessage, type JobState, jobKey, openKey } from "../../charter/jobs.ts";

export interface RedrivePorts {
	dynamodb: DynamoDBClient;
	sqs: SQSClient;
	/** The jobs' table. */
	table: string;
	/** Milliseconds since the epoch. */
	now: () => number;
}

/** A slot's queue, and the one beside it where its failed jobs' messages are. */
export interface SlotQueues {
	queueUrl: string;
	deadLetterQueueUrl: string;
}

/** Messages by what became of them. */
export interface RedriveCounts {
	/** Failed jobs that wait for a worker again. */
	redriven: number;
	/** Jobs that waited or ran already: sent once more, for a message that was set aside or a run that broke off. */
	resent: number;
	/** Jobs that have ended otherwise meanwhile: nothing is left to do. */
	settled: number;
	/** Left there: no message of a job of this model, a job that is forgotten, or one that has failed again meanwhile. */
	left: number;
}

type Outcome = keyof RedriveCounts;

const MS_PER_SECOND = 1000;
const BATCH = 10;
const TRIES_MAX = 8;
const CONFLICT_PAUSE_MS = 100;
/** Long polling asks all of SQS's servers. */
const WAIT_SECONDS = 1;
/** Longer than a run over a long queue keeps what it leaves there hidden from itself. */
const HIDDEN_SECONDS = 15 * 60;

/**
 * @param options `limit`: most messages to look at (default: all); `signal`: stops between two messages
 * @throws what AWS threw; whatever happens, a message that is not dealt with is visible again
 */
export async function redriveJobs(
	ports: RedrivePorts,
	model: string,
	slots: readonly SlotQueues[],
	{ limit = Number.POSITIVE_INFINITY, signal }: { limit?: number | undefined; signal?: AbortSignal } = {},
): Promise<RedriveCounts> {
	const counts: RedriveCounts = { redriven: 0, resent: 0, settled: 0, left: 0 };
	let budget = limit;
	/** A job that fails again at once would go round for ever. */
	const seen = new Set<string>();
	for (const slot of slots) {
		const held = new Set<Message>();
		try {
			while (budget > 0 && !signal?.aborted) {
				const messages = await receive(ports.sqs, slot.deadLetterQueueUrl, Math.min(BATCH, budget));
				if (messages.length === 0) break;
				budget -= messages.length;
				for (const message of messages) held.add(message);
				for (const message of messages) {
					if (signal?.aborted) break;
					const outcome = await redriveMessage(ports, model, slot, message, seen);
					counts[outcome] += 1;
					if (outcome !== "left") held.delete(message);
				}
			}
		} finally {
			for (const { ReceiptHandle } of held)
				await ports.sqs.send(
					new ChangeMessageVisibilityCommand({
						QueueUrl: slot.deadLetterQueueUrl,
						ReceiptHandle,
						VisibilityTimeout: 0,
					}),
				);
		}
	}
	return counts;
}

async function receive(sqs: SQSClient, url: string, count: number): Promise<Message[]> {
	const { Messages = [] } = await sqs.send(
		new ReceiveMessageCommand({
			QueueUrl: url,
			MaxNumberOfMessages: count,
			WaitTimeSeconds: WAIT_SECONDS,
			VisibilityTimeout: HIDDEN_SECONDS,
		}),
	);
	return Messages;
}

async function redriveMessage(
	ports: RedrivePorts,
	model: string,
	{ queueUrl, deadLetterQueueUrl }: SlotQueues,
	{ Body, ReceiptHandle }: Message,
	seen: Set<string>,
): Promise<Outcome> {
	const parsed = JobMessage.safeParse(jsonOf(Body));
	if (!parsed.success || parsed.data.model !== model || seen.has(parsed.data.job)) return "left";
	const { job, tenant } = parsed.data;
	seen.add(job);
	const outcome = await requeue(ports, parsed.data);
	if (outcome === "left") return outcome;
	const MessageBody = JSON.stringify(parsed.data);
	if (outcome !== "settled")
		await ports.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody, MessageGroupId: tenant }));
	await ports.sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle }));
	return outcome;
}

function jsonOf(text = ""): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** Not bounded by the tenant's most in flight: an operator knows what the queue can take. */
async function requeue({ dynamodb, table, now }: RedrivePorts, message: JobMessage): Promise<Outcome> {
	const { job, tenant, model } = message;
	const nowMs = now();
	const kept = JOB_LIMITS.lifeSeconds + JOB_LIMITS.keptSeconds;
	const number = (value: number) => ({ N: String(value) });
	const queued = {
		TableName: table,
		Key: { pk: { S: jobKey(job) } },
		UpdateExpression:
			"SET #state = :queued, failures = :zero, #open = :open, dueAtMs = :due, redrivenAtMs = :now, expiresAt = :expires REMOVE #error, endedAtMs, deadLetteredAtMs, callbackGivenUpAtMs",
		ConditionExpression: "#state = :failed AND (attribute_exists(#request) OR attribute_exists(requestKey))",
		ExpressionAttributeNames: { "#state": "state", "#open": "open", "#error": "error", "#request": "request" },
		ExpressionAttributeValues: {
			":queued": { S: "QUEUED" },
			":failed": { S: "FAILED" },
			":open": { S: openKey(model) },
			":zero": number(0),
			":now": number(nowMs),
			":due": number(nowMs + JOB_LIMITS.orphanAfterSeconds * MS_PER_SECOND),
			":expires": number(Math.ceil(nowMs / MS_PER_SECOND) + kept),
		},
	};
	const place = {
		TableName: table,
		Key: { pk: { S: inFlightKey(tenant, model) } },
		UpdateExpression: "ADD jobs :one",
		ExpressionAttributeValues: { ":one": number(1) },
	};
	if (await transact(dynamodb, [{ Update: queued }, { Update: place }])) return "redriven";
	const { Item } = await dynamodb.send(
		new GetItemCommand({ TableName: table, Key: { pk: { S: jobKey(job) } }, ConsistentRead: true }),
	);
	return OUTCOMES[(Item?.state?.S ?? "FAILED") as JobState];
}

/** Whether the conditions held. Transactions that meet others on the tenant's count are tried again. */
async function transact(dynamodb: DynamoDBClient, TransactItems: TransactWriteItem[]): Promise<boolean> {
	for (let tries = 1; ; tries++) {
		try {
			await dynamodb.send(new TransactWriteItemsCommand({ TransactItems }));
			return true;
		} catch (thrown) {
			const reasons = thrown instanceof TransactionCanceledException ? (thrown.CancellationReasons ?? []) : [];
			if (reasons.some(({ Code }) => Code === "ConditionalCheckFailed")) return false;
			if (tries === TRIES_MAX || !reasons.some(({ Code }) => Code === "TransactionConflict")) throw thrown;
			await sleep(Math.random() * CONFLICT_PAUSE_MS * tries);
		}
	}
}

/** Of a job that is not to be queued again, by its state: one that failed has lost its request, or is forgotten altogether. */
const OUTCOMES = {
	QUEUED: "resent",
	RUNNING: "resent",
	SUCCEEDED: "settled",
	CANCELLED: "settled",
	EXPIRED: "settled",
	FAILED: "left",
} as const satisfies Record<JobState, Outcome>;
