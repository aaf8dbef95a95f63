/** The throttle table as {@link BucketStore}: each spend is one conditional update, which says what it found where it fails. */
import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import type { BucketStore, Spend } from "./throttle.ts";

export function bucketStore(client: DynamoDBClient, table: string): BucketStore {
	const update = async (
		key: string,
		expression: string,
		condition: string,
		values: Readonly<Record<string, number>>,
		signal: AbortSignal,
	): Promise<Spend> => {
		const attributes = Object.entries(values).map(([name, value]) => [`:${name}`, { N: String(value) }] as const);
		const command = new UpdateItemCommand({
			TableName: table,
			Key: { pk: { S: key } },
			UpdateExpression: expression,
			ConditionExpression: condition,
			ExpressionAttributeValues: Object.fromEntries(attributes),
			ReturnValues: "UPDATED_NEW",
			ReturnValuesOnConditionCheckFailure: "ALL_OLD",
		});
		try {
			const { Attributes } = await client.send(command, { abortSignal: signal });
			return { isTaken: true, fullAtMs: Number(Attributes?.fullAtMs?.N ?? 0) };
		} catch (thrown) {
			if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
			return { isTaken: false, fullAtMs: Number(thrown.Item?.fullAtMs?.N ?? 0) };
		}
	};
	return {
		spendFromFilling: (key, { costMs, nowMs, latestMs, expiresAt }, signal) =>
			update(
				key,
				"SET fullAtMs = fullAtMs + :cost, expiresAt = :expires",
				"fullAtMs > :now AND fullAtMs <= :latest",
				{ cost: costMs, expires: expiresAt, now: nowMs, latest: latestMs },
				signal,
			),
		spendFromFull: (key, { nowMs, fullAtMs, expiresAt }, signal) =>
			update(
				key,
				"SET fullAtMs = :full, expiresAt = :expires",
				"attribute_not_exists(fullAtMs) OR fullAtMs <= :now",
				{ full: fullAtMs, expires: expiresAt, now: nowMs },
				signal,
			),
	};
}
