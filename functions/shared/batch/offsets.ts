/**
 * How far a model's windows are committed, in the offsets table: one item a model, moved on condition of its revision.
 * Which window is due is worked out in charter/windows.ts.
 */
import {
	ConditionalCheckFailedException,
	type DynamoDBClient,
	GetItemCommand,
	PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { TriplaneError } from "../../../charter/errors.ts";
import { modelKey } from "../../../charter/registry.ts";
import { type OffsetRecord, parseInstant } from "../../../charter/windows.ts";

/** The item is not in its form. */
class OffsetRecordError extends TriplaneError {
	override readonly name = "OffsetRecordError";
}

export interface Offsets {
	read(model: string): Promise<OffsetRecord | undefined>;
	/** Moves on from what was read; false where somebody else has moved it since. */
	move(model: string, from: OffsetRecord | undefined, committedUntil: string): Promise<boolean>;
}

export function offsetsTable(client: DynamoDBClient, table: string): Offsets {
	return {
		read: async (model) => {
			const key = { pk: { S: modelKey(model) } };
			const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
			if (!Item) return undefined;
			const { committedUntil: { S: committedUntil = "" } = {}, revision: { N: revision = "" } = {} } = Item;
			if (parseInstant(committedUntil) === undefined || !/^\d+$/.test(revision))
				throw new OffsetRecordError(
					`The offset of "${model}" in the table ${table} is not in its form. Restore it from the table's backup, or delete it and run the next window by its start.`,
				);
			return { committedUntil, revision: Number(revision) };
		},
		move: async (model, from, committedUntil) => {
			const revision = from?.revision ?? 0;
			try {
				await client.send(
					new PutItemCommand({
						TableName: table,
						Item: {
							pk: { S: modelKey(model) },
							committedUntil: { S: committedUntil },
							revision: { N: String(revision + 1) },
						},
						...(from
							? {
									ConditionExpression: "revision = :from",
									ExpressionAttributeValues: { ":from": { N: String(revision) } },
								}
							: { ConditionExpression: "attribute_not_exists(pk)" }),
					}),
				);
				return true;
			} catch (thrown) {
				if (thrown instanceof ConditionalCheckFailedException) return false;
				throw thrown;
			}
		},
	};
}
