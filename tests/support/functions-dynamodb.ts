/**
 * DynamoDB in memory, for as much as the functions use: the operations' own rules on keys, conditions and batches hold.
 * Speaks parsed JSON; functions-aws.ts puts it behind the SDK's clients.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { holds, type Item, update } from "./functions-expressions.ts";

/** An error as DynamoDB sends it. */
export class DynamodbFault extends Error {
	readonly type: string;
	readonly fields: object;

	constructor(type: string, message: string, fields: object = {}) {
		super(message);
		this.type = type;
		this.fields = fields;
	}
}

interface KeyRequest {
	TableName: string;
	Key: Item;
}
interface BatchGetRequest {
	RequestItems: Record<string, { Keys: Item[]; ConsistentRead?: boolean }>;
}
interface TransactRequest {
	TransactItems: { Put: { TableName: string; Item: Item; ConditionExpression: string } }[];
}
interface QueryRequest {
	TableName: string;
	ExpressionAttributeValues: Item;
	ScanIndexForward: boolean;
	Limit: number;
}
interface UpdateRequest extends KeyRequest {
	UpdateExpression: string;
	ConditionExpression: string;
	ExpressionAttributeValues: Item;
}

const BATCH_MAX = 100;
const PARTITION_KEY_MAX_BYTES = 2048;

export class MemoryDynamodb {
	readonly #tables = new Map<string, Map<string, Item>>();
	/** Keys that one BatchGetItem answers; the rest is left over. */
	batchAnswers = BATCH_MAX;

	put(table: string, item: Item): void {
		this.#table(table).set(keyOf(item), item);
	}

	items(table: string): Item[] {
		return [...this.#table(table).values()];
	}

	item(table: string, pk: string, sk?: string): Item | undefined {
		return this.#table(table).get(sk === undefined ? pk : `${pk}|${sk}`);
	}

	GetItem({ TableName, Key }: KeyRequest): object {
		const item = this.#table(TableName).get(keyOf(Key));
		return item ? { Item: item } : {};
	}

	BatchGetItem({ RequestItems }: BatchGetRequest): object {
		const [[table, { Keys }] = ["", { Keys: [] }]] = Object.entries(RequestItems);
		if (Keys.length > BATCH_MAX || new Set(Keys.map(keyOf)).size < Keys.length)
			throw new DynamodbFault("ValidationException", "Too many items or duplicate keys requested");
		for (const key of Keys.map(({ pk }) => text(pk))) {
			if (!key.isWellFormed()) throw new DynamodbFault("SerializationException", "The body is no UTF-8");
			if (Buffer.byteLength(key) > PARTITION_KEY_MAX_BYTES)
				throw new DynamodbFault(
					"ValidationException",
					"Size of hashkey has exceeded the maximum size limit of2048 bytes",
				);
		}
		const answered = Keys.slice(0, this.batchAnswers).map((key) => this.#table(table).get(keyOf(key)));
		const left = Keys.slice(this.batchAnswers);
		return {
			Responses: { [table]: answered.filter((item) => item !== undefined) },
			UnprocessedKeys: left.length > 0 ? { [table]: { Keys: left } } : {},
		};
	}

	UpdateItem({ TableName, Key, ...request }: UpdateRequest): object {
		const item = this.#table(TableName).get(keyOf(Key));
		const values = request.ExpressionAttributeValues;
		if (!holds(request.ConditionExpression, item, values))
			throw new DynamodbFault(
				"ConditionalCheckFailedException",
				"The conditional request failed",
				item && { Item: item },
			);
		const updated = update(request.UpdateExpression, item ?? Key, values);
		this.put(TableName, updated);
		return { Attributes: updated };
	}

	Query({ TableName, ExpressionAttributeValues, ScanIndexForward, Limit }: QueryRequest): object {
		const [model, prefix] = [text(ExpressionAttributeValues[":model"]), text(ExpressionAttributeValues[":version"])];
		const matching = this.items(TableName).filter(({ pk, sk }) => text(pk) === model && text(sk).startsWith(prefix));
		matching.sort((a, b) => (text(a.sk) < text(b.sk) ? -1 : 1) * (ScanIndexForward ? 1 : -1));
		return { Items: matching.slice(0, Limit) };
	}

	TransactWriteItems({ TransactItems }: TransactRequest): object {
		const isFree = ({ Put }: TransactRequest["TransactItems"][number]) =>
			holds(Put.ConditionExpression, this.#table(Put.TableName).get(keyOf(Put.Item)), {});
		if (!TransactItems.every(isFree))
			throw new DynamodbFault("TransactionCanceledException", "Transaction cancelled", {
				CancellationReasons: TransactItems.map((item) => ({ Code: isFree(item) ? "None" : "ConditionalCheckFailed" })),
			});
		for (const { Put } of TransactItems) this.put(Put.TableName, Put.Item);
		return {};
	}

	#table(name: string): Map<string, Item> {
		const table = this.#tables.get(name) ?? new Map<string, Item>();
		this.#tables.set(name, table);
		return table;
	}
}

const text = (value: AttributeValue | undefined): string => value?.S ?? "";
const keyOf = ({ pk, sk }: Item): string => (sk ? `${text(pk)}|${text(sk)}` : text(pk));
