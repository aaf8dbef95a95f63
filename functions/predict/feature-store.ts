/** The feature table as {@link FeatureStore}: one item an entity, its numbers by column under `values`. */
import type { AttributeValue, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { entityKey } from "../../charter/tenancy.ts";
import { batchGet } from "../shared/batch-get.ts";
import type { FeatureStore } from "../shared/inference/ports.ts";

export function featureStore(client: DynamoDBClient, table: string): FeatureStore {
	return {
		read: async (model, ids, signal) => {
			const idOfKey = new Map(ids.map((id) => [entityKey(model, id), id]));
			const keys = [...idOfKey.keys()].map((pk) => ({ pk: { S: pk } }));
			const values = new Map<string, ReadonlyMap<string, number>>();
			// Features change slowly; a consistent read would cost twice as much.
			for (const item of await batchGet(client, table, keys, { consistentRead: false, signal })) {
				const id = idOfKey.get(item.pk?.S ?? "");
				if (id !== undefined) values.set(id, numbers(item.values?.M ?? {}));
			}
			return values;
		},
	};
}

function numbers(attributes: Record<string, AttributeValue>): ReadonlyMap<string, number> {
	const values = new Map<string, number>();
	for (const [column, { N }] of Object.entries(attributes)) if (N !== undefined) values.set(column, Number(N));
	return values;
}
