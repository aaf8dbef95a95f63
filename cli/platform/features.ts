/** Writes entities' features where the functions read them. A stand-in for a team's own feature pipeline, by its format. */
import { BatchWriteItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { TriplaneError } from "../../charter/errors.ts";
import { entityKey } from "../../charter/tenancy.ts";
import type { AwsTarget } from "./aws.ts";

const BATCH_ITEMS = 25;

/** @param entities values by column, by the entity's id */
export async function writeFeatures(
	aws: AwsTarget,
	table: string,
	model: string,
	entities: ReadonlyMap<string, Readonly<Record<string, number>>>,
): Promise<void> {
	const client = new DynamoDBClient(aws);
	const puts = [...entities].map(([id, values]) => ({
		PutRequest: {
			Item: {
				pk: { S: entityKey(model, id) },
				values: { M: Object.fromEntries(Object.entries(values).map(([column, v]) => [column, { N: String(v) }])) },
			},
		},
	}));
	try {
		for (let at = 0; at < puts.length; at += BATCH_ITEMS) {
			const answer = await client.send(
				new BatchWriteItemCommand({ RequestItems: { [table]: puts.slice(at, at + BATCH_ITEMS) } }),
			);
			const left = answer.UnprocessedItems?.[table]?.length ?? 0;
			if (left > 0)
				throw new TriplaneError(`${left} feature rows of ${model} were not written (throttled): run it again.`);
		}
	} finally {
		client.destroy();
	}
}
