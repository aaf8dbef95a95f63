/** The registry's table as {@link Registry}: reads are consistent, and a version is written whole or not at all. */
import {
	type DynamoDBClient,
	GetItemCommand,
	QueryCommand,
	TransactionCanceledException,
	TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { type EvaluationRecord, evaluationKey } from "../../charter/pipeline.ts";
import {
	type AliasRecord,
	aliasKey,
	type ContentRecord,
	contentKey,
	modelKey,
	ROUTE_KEY,
	type RouteRecord,
	type VersionRecord,
	versionKey,
} from "../../charter/registry.ts";
import type { Registry } from "./register.ts";

const WHOLE_TRAFFIC = 100;

/** Reasons for which a transaction is worth another look; any other is a failure. */
const RACES: readonly (string | undefined)[] = ["ConditionalCheckFailed", "TransactionConflict", "None"];

export function registryTable(client: DynamoDBClient, table: string): Registry {
	const read = async (pk: string, sk: string): Promise<Record<string, unknown> | undefined> => {
		const { Item } = await client.send(
			new GetItemCommand({ TableName: table, Key: marshall({ pk, sk }), ConsistentRead: true }),
		);
		return Item && unmarshall(Item);
	};
	return {
		versionOfContent: async (model, sha256) => {
			const content = await read(modelKey(model), contentKey(sha256));
			// Written by add() alone, whose types these are.
			return (
				content && ((await read(modelKey(model), versionKey(Number(content.version)))) as VersionRecord | undefined)
			);
		},
		evaluation: async (model, run) =>
			// Written by the evaluation alone, whose type it is.
			(await read(modelKey(model), evaluationKey(run))) as EvaluationRecord | undefined,
		latestVersion: async (model) => {
			const { Items } = await client.send(
				new QueryCommand({
					TableName: table,
					KeyConditionExpression: "pk = :model AND begins_with(sk, :version)",
					ExpressionAttributeValues: marshall({ ":model": modelKey(model), ":version": "VERSION#" }),
					ScanIndexForward: false,
					Limit: 1,
					ConsistentRead: true,
				}),
			);
			return Number(Items?.[0]?.version?.N ?? 0);
		},
		champion: async (model) => {
			const alias = await read(modelKey(model), aliasKey("champion"));
			return alias && Number(alias.version);
		},
		add: async (record, asChampion) => {
			const records = [record, contentOf(record), ...(asChampion ? championOf(record) : [])];
			const command = new TransactWriteItemsCommand({
				TransactItems: records.map((item) => ({
					Put: {
						TableName: table,
						Item: marshall(item, { removeUndefinedValues: true }),
						ConditionExpression: "attribute_not_exists(pk)",
					},
				})),
			});
			try {
				await client.send(command);
				return true;
			} catch (thrown) {
				const isRace =
					thrown instanceof TransactionCanceledException &&
					(thrown.CancellationReasons ?? []).every(({ Code }) => RACES.includes(Code));
				if (isRace) return false;
				throw thrown;
			}
		},
	};
}

const contentOf = ({ pk, sha256, version }: VersionRecord): ContentRecord => ({ pk, sk: contentKey(sha256), version });

function championOf({ pk, version }: VersionRecord): [AliasRecord, RouteRecord] {
	return [
		{ pk, sk: aliasKey("champion"), version },
		{ pk, sk: ROUTE_KEY, revision: 1, variants: [{ name: "champion", version, weight: WHOLE_TRAFFIC }] },
	];
}
