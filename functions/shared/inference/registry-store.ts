/** The registry's table as {@link RegistryStore}: reads routes and versions, consistently, and checks what it got. */
import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { modelKey, ROUTE_KEY, type VersionRecord, versionKey } from "../../../charter/registry.ts";
import { RegistryRecordError } from "../registry/record-error.ts";
import type { RegistryStore } from "./ports.ts";
import { isRoute, routeFault } from "./route-form.ts";

export function registryStore(client: DynamoDBClient, table: string): RegistryStore {
	const read = async (pk: string, sk: string): Promise<object | undefined> => {
		const { Item } = await client.send(
			new GetItemCommand({ TableName: table, Key: { pk: { S: pk }, sk: { S: sk } }, ConsistentRead: true }),
		);
		return Item && unmarshall(Item);
	};
	return {
		route: async (model) => {
			const item = await read(modelKey(model), ROUTE_KEY);
			if (!item || isRoute(item)) return item;
			throw unreadable(table, model, ROUTE_KEY, `: ${routeFault(item)}`);
		},
		version: async (model, version) => {
			const item = await read(modelKey(model), versionKey(version));
			if (item && !isVersion(item)) throw unreadable(table, model, versionKey(version));
			return item;
		},
	};
}

/** Registration has parsed the rest strictly. */
function isVersion(item: object): item is VersionRecord {
	const [version, key, sha256] = ["version", "artifactKey", "sha256"].map((field): unknown => Reflect.get(item, field));
	const signature: unknown = Reflect.get(item, "signature");
	return (
		typeof version === "number" &&
		typeof key === "string" &&
		typeof sha256 === "string" &&
		signature !== null &&
		typeof signature === "object"
	);
}

const unreadable = (table: string, model: string, sk: string, why = ""): RegistryRecordError =>
	new RegistryRecordError(
		`The item ${sk} of "${model}" in the table ${table} is not in the registry's form${why}. Restore it from the table's backup.`,
	);
