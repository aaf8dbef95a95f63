/** DynamoDB as {@link RegistryTable}: reads are consistent, and writes that belong together are one transaction. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
	type AttributeValue,
	type DynamoDBClient,
	GetItemCommand,
	QueryCommand,
	TransactionCanceledException,
	type TransactWriteItem,
	TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { contendedWrite, type Pauses } from "../jobs/contended-write.ts";
import type { RegistryTable, Write, WriteCondition } from "./table.ts";

export interface DynamodbTable extends Partial<Pauses> {
	client: DynamoDBClient;
	table: string;
}

export function dynamodbTable({ client, table, pause = sleep, random = Math.random }: DynamodbTable): RegistryTable {
	return {
		get: async (pk, sk) => {
			const { Item } = await client.send(
				new GetItemCommand({ TableName: table, Key: marshall({ pk, sk }), ConsistentRead: true }),
			);
			return Item && unmarshall(Item);
		},
		last: async (pk, prefix) => {
			const { Items = [] } = await client.send(
				new QueryCommand({
					TableName: table,
					KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
					ExpressionAttributeValues: marshall({ ":pk": pk, ":prefix": prefix }),
					ScanIndexForward: false,
					Limit: 1,
					ConsistentRead: true,
				}),
			);
			return Items[0] && unmarshall(Items[0]);
		},
		write: async (writes) => {
			// By the same token a try whose answer was lost is not done twice, and does not refuse itself.
			const ClientRequestToken = randomUUID();
			const TransactItems = writes.map((write) => itemOf(table, write));
			try {
				await contendedWrite(() => client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken })), {
					pause,
					random,
				});
				return true;
			} catch (thrown) {
				if (isRefused(thrown)) return false;
				throw thrown;
			}
		},
	};
}

function itemOf(table: string, write: Write): TransactWriteItem {
	const on = { TableName: table, ...conditionOf(write.condition) };
	if (write.kind === "put") return { Put: { ...on, Item: marshall(write.item, { removeUndefinedValues: true }) } };
	const Key = marshall({ pk: write.pk, sk: write.sk });
	if (write.kind === "delete") return { Delete: { ...on, Key } };
	return { ConditionCheck: { TableName: table, Key, ...conditionOf(write.condition) } };
}

/** Every name is bound: DynamoDB reserves several of them. */
function conditionOf(condition: WriteCondition): ConditionExpressions;
function conditionOf(condition: WriteCondition | undefined): ConditionExpressions | object;
function conditionOf(condition: WriteCondition | undefined): ConditionExpressions | object {
	if (condition === undefined) return {};
	if (condition === "absent") return { ConditionExpression: "attribute_not_exists(pk)" };
	const names = Object.keys(condition);
	return {
		ConditionExpression: names.map((name) => `#${name} = :${name}`).join(" AND "),
		ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
		ExpressionAttributeValues: marshall(
			Object.fromEntries(Object.entries(condition).map(([name, value]) => [`:${name}`, value])),
		),
	};
}

interface ConditionExpressions {
	ConditionExpression: string;
	ExpressionAttributeNames?: Record<string, string>;
	ExpressionAttributeValues?: Record<string, AttributeValue>;
}

const isRefused = (thrown: unknown): boolean =>
	thrown instanceof TransactionCanceledException &&
	(thrown.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed");
