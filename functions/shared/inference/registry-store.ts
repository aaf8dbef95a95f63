/** The registry's table as {@link RegistryStore}: reads routes and versions, consistently, and checks what it got. */
import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { TriplaneError } from "../../../charter/errors.ts";
import { modelKey, ROUTE_KEY, type RouteRecord, type VersionRecord, versionKey } from "../../../charter/registry.ts";
import type { RegistryStore } from "./ports.ts";

/** An item of the registry is not what the charter says. */
class RegistryRecordError extends TriplaneError {
	override readonly name = "RegistryRecordError";
}

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
			if (item && !isRoute(item)) throw unreadable(table, model, ROUTE_KEY);
			return item;
		},
		version: async (model, version) => {
			const item = await read(modelKey(model), versionKey(version));
			if (item && !isVersion(item)) throw unreadable(table, model, versionKey(version));
			return item;
		},
	};
}

function isRoute(item: object): item is RouteRecord {
	const variants: unknown = Reflect.get(item, "variants");
	return typeof Reflect.get(item, "revision") === "number" && Array.isArray(variants) && variants.every(isVariant);
}

function isVariant(variant: unknown): boolean {
	if (variant === null || typeof variant !== "object") return false;
	const [name, version, weight] = ["name", "version", "weight"].map((key): unknown => Reflect.get(variant, key));
	return typeof name === "string" && typeof version === "number" && typeof weight === "number" && weight >= 0;
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

const unreadable = (table: string, model: string, sk: string): RegistryRecordError =>
	new RegistryRecordError(
		`The item ${sk} of "${model}" in the table ${table} is not in the registry's form. Restore it from the table's backup.`,
	);
