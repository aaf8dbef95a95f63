/**
 * Writes predictions where realtime models read features: one item an entity, under the batch model's own name.
 * A window that is scored again, or a backfill, never overwrites what a later window said.
 */
import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { PARTITION_KEY_MAX_BYTES } from "../../charter/limits.ts";
import { entityKey } from "../../charter/tenancy.ts";
import { mapAtMost } from "../shared/batch/each.ts";
import { BatchInputError } from "../shared/batch/errors.ts";
import type { Prediction } from "./predictions.ts";
import type { FeatureWriter } from "./score.ts";

/** Items under way at once: below what a new on-demand table takes in a second. */
const WRITES_AT_ONCE = 16;

export function featureWriter(client: DynamoDBClient, table: string): FeatureWriter {
	return {
		write: async (model, windowStart, predictions) => {
			await mapAtMost(predictions, WRITES_AT_ONCE, (prediction) => put(client, table, model, windowStart, prediction));
		},
	};
}

async function put(
	client: DynamoDBClient,
	table: string,
	model: string,
	windowStart: string,
	{ id, values }: Prediction,
): Promise<void> {
	const pk = entityKey(model, id);
	if (Buffer.byteLength(pk) > PARTITION_KEY_MAX_BYTES)
		throw new BatchInputError(
			`The id "${id.slice(0, 60)}…" is too long for the feature table, whose keys take ${PARTITION_KEY_MAX_BYTES} bytes. Shorten it, or set batch.writesFeatures to false.`,
		);
	const numbers = Object.entries(values).map(([column, value]) => [column, { N: String(value) }]);
	try {
		await client.send(
			new PutItemCommand({
				TableName: table,
				Item: { pk: { S: pk }, values: { M: Object.fromEntries(numbers) }, windowStart: { S: windowStart } },
				ConditionExpression: "attribute_not_exists(windowStart) OR windowStart <= :start",
				ExpressionAttributeValues: { ":start": { S: windowStart } },
			}),
		);
	} catch (thrown) {
		if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
	}
}
