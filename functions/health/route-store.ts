/** The registry's table as {@link RouteStore}: all models' routes in as few reads as DynamoDB allows. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { modelKey, ROUTE_KEY } from "../../charter/registry.ts";
import { batchGet } from "../shared/batch-get.ts";
import type { RouteStore } from "./health.ts";

export function routeStore(client: DynamoDBClient, table: string): RouteStore {
	return {
		routed: async (models, signal) => {
			const modelOfKey = new Map(models.map((model) => [modelKey(model), model]));
			const keys = [...modelOfKey.keys()].map((pk) => ({ pk: { S: pk }, sk: { S: ROUTE_KEY } }));
			const routed = new Set<string>();
			for (const item of await batchGet(client, table, keys, { consistentRead: true, signal })) {
				const model = modelOfKey.get(item.pk?.S ?? "");
				if (model !== undefined && (item.variants?.L?.length ?? 0) > 0) routed.add(model);
			}
			return routed;
		},
	};
}
