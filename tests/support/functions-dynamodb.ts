/**
 * DynamoDB in memory, for as much as the functions use: the operations' own rules on keys, conditions and batches hold.
 * Speaks parsed JSON; functions-aws.ts puts it behind the SDK's clients.
 */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { OPEN_INDEX } from "../../charter/jobs.ts";
import { unused } from "./functions-expression-tokens.ts";
import { type Bindings, holds, type Item, update } from "./functions-expressions.ts";

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

interface Expressions {
	ConditionExpression?: string;
	UpdateExpression?: string;
	KeyConditionExpression?: string;
	ExpressionAttributeNames?: Record<string, string>;
	ExpressionAttributeValues?: Item;
	ReturnValuesOnConditionCheckFailure?: "ALL_OLD" | "NONE";
}
interface KeyRequest {
	TableName: string;
	Key: Item;
}
interface BatchGetRequest {
	RequestItems: Record<string, { Keys: Item[]; ConsistentRead?: boolean }>;
}
type PutRequest = { TableName: string; Item: Item } & Expressions;
type UpdateRequest = KeyRequest & Expressions & { UpdateExpression: string };
type TransactItem =
	| { Put: PutRequest }
	| { Update: UpdateRequest }
	| { Delete: KeyRequest & Expressions }
	| { ConditionCheck: KeyRequest & Expressions };
interface TransactRequest {
	TransactItems: TransactItem[];
}
interface QueryRequest extends Expressions {
	TableName: string;
	IndexName?: string;
	KeyConditionExpression: string;
	ScanIndexForward?: boolean;
	Limit?: number;
	ExclusiveStartKey?: Item;
}

const BATCH_MAX = 100;
const PARTITION_KEY_MAX_BYTES = 2048;
/** Sort keys of the indexes, by name; an item without one is not in the index. */
const SORT_KEYS: Readonly<Record<string, string>> = { [OPEN_INDEX]: "dueAtMs" };

export class MemoryDynamodb {
	readonly #tables = new Map<string, Map<string, Item>>();
	/** Keys that one BatchGetItem answers; the rest is left over. */
	batchAnswers = BATCH_MAX;
	/** Items in one page of a query. */
	pageSize = 1_000;

	put(table: string, item: Item): void {
		this.#table(table).set(keyOf(item), item);
	}

	remove(table: string, pk: string): void {
		this.#table(table).delete(pk);
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

	PutItem(request: PutRequest): object {
		this.#write({ Put: request });
		return {};
	}

	UpdateItem(request: UpdateRequest): object {
		return { Attributes: this.#write({ Update: request }) };
	}

	Query(request: QueryRequest): object {
		const { TableName, IndexName, KeyConditionExpression, ExclusiveStartKey } = request;
		const bindings = bindingsOf(request);
		const sortKey = IndexName === undefined ? "sk" : SORT_KEYS[IndexName];
		if (!sortKey) throw new Error(`The in-memory DynamoDB has no index ${IndexName}.`);
		const found = this.items(TableName).filter(
			(item) => item[sortKey] !== undefined && holds(KeyConditionExpression, item, bindings),
		);
		found.sort((a, b) => order(a[sortKey], b[sortKey]) * (request.ScanIndexForward === false ? -1 : 1));
		const start = ExclusiveStartKey ? found.findIndex((item) => keyOf(item) === keyOf(ExclusiveStartKey)) + 1 : 0;
		const page = found.slice(start, start + Math.min(request.Limit ?? this.pageSize, this.pageSize));
		const last = page.at(-1);
		const isLeft = start + page.length < found.length && last;
		return { Items: page, ...(isLeft && { LastEvaluatedKey: { pk: last.pk, [sortKey]: last[sortKey] } }) };
	}

	TransactWriteItems({ TransactItems }: TransactRequest): object {
		const reasons = TransactItems.map((write) => this.#refusal(write));
		if (reasons.some((reason) => reason !== undefined))
			throw new DynamodbFault("TransactionCanceledException", "Transaction cancelled", {
				CancellationReasons: reasons.map((reason) => reason ?? { Code: "None" }),
			});
		const keys = TransactItems.map((write) => targetOf(write).key);
		if (new Set(keys).size < keys.length)
			throw new DynamodbFault(
				"ValidationException",
				"Transaction request cannot include multiple operations on one item",
			);
		for (const write of TransactItems) this.#write(write);
		return {};
	}

	#write(write: TransactItem): Item {
		const refusal = this.#refusal(write);
		if (refusal)
			throw new DynamodbFault("ConditionalCheckFailedException", "The conditional request failed", {
				...("Item" in refusal && { Item: refusal.Item }),
			});
		const { table, key, request } = targetOf(write);
		const before = this.#table(table).get(key);
		if ("ConditionCheck" in write) return before ?? {};
		if ("Delete" in write) {
			this.#table(table).delete(key);
			return before ?? {};
		}
		const written =
			"Put" in write
				? write.Put.Item
				: update(write.Update.UpdateExpression, before ?? write.Update.Key, bindingsOf(request));
		this.put(table, written);
		return written;
	}

	/** Why a write's condition does not hold, as DynamoDB says it; undefined where it does. */
	#refusal(write: TransactItem): object | undefined {
		const { table, key, request } = targetOf(write);
		const item = this.#table(table).get(key);
		if (holds(request.ConditionExpression, item, bindingsOf(request))) return undefined;
		const isShown = request.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && item;
		return { Code: "ConditionalCheckFailed", ...(isShown && { Item: item }) };
	}

	#table(name: string): Map<string, Item> {
		const table = this.#tables.get(name) ?? new Map<string, Item>();
		this.#tables.set(name, table);
		return table;
	}
}

function targetOf(write: TransactItem): { table: string; key: string; request: Expressions } {
	if ("Put" in write) return { table: write.Put.TableName, key: keyOf(write.Put.Item), request: write.Put };
	const request = "Update" in write ? write.Update : "Delete" in write ? write.Delete : write.ConditionCheck;
	return { table: request.TableName, key: keyOf(request.Key), request };
}

/** Names and values of a request, all of which its expressions must use. */
function bindingsOf(request: Expressions): Bindings {
	const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = request;
	const expressions = [request.ConditionExpression, request.UpdateExpression, request.KeyConditionExpression];
	const needless = unused(expressions, [...Object.keys(names ?? {}), ...Object.keys(values ?? {})]);
	if (needless) throw new DynamodbFault("ValidationException", `${needless} is unused in expressions`);
	return { names, values };
}

const text = (value: AttributeValue | undefined): string => value?.S ?? "";
const keyOf = ({ pk, sk }: Item): string => (sk ? `${text(pk)}|${text(sk)}` : text(pk));
const order = (a: AttributeValue | undefined, b: AttributeValue | undefined): number =>
	a?.N === undefined ? (text(a) < text(b) ? -1 : 1) : Number(a.N) - Number(b?.N);
