/** Which version scores a window, and whether batch can run it. A window is scored by one version, whatever is promoted meanwhile. */
import { type DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { aliasKey, modelKey, type Signature, type TensorSpec, type VersionRecord } from "../../../charter/registry.ts";
import type { RegistryStore } from "../inference/ports.ts";
import { BatchVersionError } from "./errors.ts";

/** The version that the alias `champion` names; undefined where the model has none yet. */
export async function championVersion(
	client: DynamoDBClient,
	table: string,
	model: string,
): Promise<number | undefined> {
	const key = { pk: { S: modelKey(model) }, sk: { S: aliasKey("champion") } };
	const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }));
	const version = Number(Item?.version?.N);
	return Number.isInteger(version) ? version : undefined;
}

/**
 * The record of a version, which its model's rows can be scored by.
 * @throws {BatchVersionError} where there is none, or where a row of it has no fixed shape
 */
export async function versionForBatch(
	registry: RegistryStore,
	model: string,
	version: number | undefined,
): Promise<VersionRecord> {
	const record = version === undefined ? undefined : await registry.version(model, version);
	if (!record)
		throw new BatchVersionError(
			`The model "${model}" has ${version === undefined ? "no champion yet" : `no version ${version}`}. Register a training run of it, then start the window again.`,
		);
	const loose = [...record.signature.inputs, ...record.signature.outputs].find(
		({ shape }) => shape[0] !== -1 || shape.slice(1).includes(-1),
	);
	if (loose)
		throw new BatchVersionError(
			`Version ${record.version} of "${model}" has "${loose.name}" of shape [${loose.shape}], but batch scores rows: the first dimension is any number of rows (-1), the others are fixed. Export the model so, and register it.`,
		);
	return record;
}

/** How many values of a tensor a row has. */
export const rowValues = ({ shape }: TensorSpec): number => shape.slice(1).reduce((product, size) => product * size, 1);

/** The outputs that the feature table can hold: numbers, one column a value. */
export function featureColumns({ outputs }: Signature): { output: string; columns: string[] }[] {
	return outputs
		.filter(({ datatype }) => datatype !== "BYTES" && datatype !== "BOOL")
		.map((spec) => {
			const count = rowValues(spec);
			return {
				output: spec.name,
				columns: count === 1 ? [spec.name] : Array.from({ length: count }, (_, i) => `${spec.name}_${i}`),
			};
		});
}
