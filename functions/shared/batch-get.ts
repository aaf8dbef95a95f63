/**
 * Reads many items of one table at once: in batches as DynamoDB allows, what it left over asked for again until the signal aborts.
 * Leftovers are ordinary under load; they back off with jitter.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type AttributeValue, BatchGetItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

export interface BatchGetOptions {
	consistentRead: boolean;
	/** Ends the reading; the promise then rejects. */
	signal: AbortSignal;
}

/** Most keys that one BatchGetItem takes. */
const BATCH_MAX = 100;
const BACKOFF_FIRST_MS = 5;
const BACKOFF_MAX_MS = 80;

/**
 * The items that exist, in no order.
 * @param keys each once: DynamoDB refuses a batch that repeats one
 */
export async function batchGet(
	client: DynamoDBClient,
	table: string,
	keys: readonly Item[],
	options: BatchGetOptions,
): Promise<Item[]> {
	const batches: Item[][] = [];
	for (let start = 0; start < keys.length; start += BATCH_MAX) batches.push(keys.slice(start, start + BATCH_MAX));
	const found = await Promise.all(batches.map((batch) => readBatch(client, table, batch, options)));
	return found.flat();
}

async function readBatch(
	client: DynamoDBClient,
	table: string,
	keys: Item[],
	{ consistentRead, signal }: BatchGetOptions,
): Promise<Item[]> {
	const found: Item[] = [];
	let wanted = keys;
	for (let backoffMs = BACKOFF_FIRST_MS; ; backoffMs = Math.min(2 * backoffMs, BACKOFF_MAX_MS)) {
		const command = new BatchGetItemCommand({
			RequestItems: { [table]: { Keys: wanted, ConsistentRead: consistentRead } },
		});
		const { Responses, UnprocessedKeys } = await client.send(command, { abortSignal: signal });
		found.push(...(Responses?.[table] ?? []));
		wanted = UnprocessedKeys?.[table]?.Keys ?? [];
		if (wanted.length === 0) return found;
		await sleep(Math.random() * backoffMs, undefined, { signal });
	}
}
