/** DynamoDB tables. Items that a program writes are dynamodb-item.ts. */
import {
	CreateTableCommand,
	DeleteTableCommand,
	DescribeTableCommand,
	DescribeTimeToLiveCommand,
	type TableDescription,
	TagResourceCommand,
	UntagResourceCommand,
	UpdateContinuousBackupsCommand,
	UpdateTableCommand,
	UpdateTimeToLiveCommand,
	waitUntilTableExists,
	waitUntilTableNotExists,
} from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { tableItem } from "./dynamodb-item.ts";
import { tagList } from "./tag-lists.ts";

const READY_SECONDS = 30;
const WAIT = { maxWaitTime: READY_SECONDS, minDelay: 1, maxDelay: 1 };

const keys = { hashKey: z.string(), rangeKey: z.string().optional() };
const projectionType = z.enum(["ALL", "KEYS_ONLY", "INCLUDE"]);
const tableInputs = z.object({
	name: z.string(),
	...keys,
	attributes: z.array(z.object({ name: z.string(), type: z.enum(["S", "N", "B"]) })),
	billingMode: z.enum(["PROVISIONED", "PAY_PER_REQUEST"]),
	readCapacity: z.number().optional(),
	writeCapacity: z.number().optional(),
	globalSecondaryIndexes: z
		.array(
			z.object({
				name: z.string(),
				keySchemas: z.array(z.object({ attributeName: z.string(), keyType: z.enum(["HASH", "RANGE"]) })).optional(),
				// The provider's older words for the same.
				hashKey: z.string().optional(),
				rangeKey: z.string().optional(),
				projectionType,
				nonKeyAttributes: z.array(z.string()).optional(),
				readCapacity: z.number().optional(),
				writeCapacity: z.number().optional(),
			}),
		)
		.optional(),
	ttl: z.object({ attributeName: z.string().optional(), enabled: z.boolean().optional() }).optional(),
	pointInTimeRecovery: z.object({ enabled: z.boolean() }).optional(),
	serverSideEncryption: z.object({ enabled: z.boolean(), kmsKeyArn: z.string().optional() }).optional(),
	deletionProtectionEnabled: z.boolean().optional(),
	streamEnabled: z.boolean().optional(),
	streamViewType: z.enum(["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]).optional(),
	...tags,
});
type TableInputs = z.output<typeof tableInputs>;

const keySchema = ({ hashKey, rangeKey }: { hashKey?: string | undefined; rangeKey?: string | undefined }) => [
	...(hashKey ? [{ AttributeName: hashKey, KeyType: "HASH" as const }] : []),
	...(rangeKey ? [{ AttributeName: rangeKey, KeyType: "RANGE" as const }] : []),
];
const indexKeySchema = (index: NonNullable<TableInputs["globalSecondaryIndexes"]>[number]) =>
	index.keySchemas?.map(({ attributeName, keyType }) => ({ AttributeName: attributeName, KeyType: keyType })) ??
	keySchema(index);
const capacity = (
	billing: TableInputs["billingMode"],
	{ readCapacity, writeCapacity }: { readCapacity?: number | undefined; writeCapacity?: number | undefined },
) =>
	billing === "PROVISIONED"
		? { ReadCapacityUnits: readCapacity ?? 1, WriteCapacityUnits: writeCapacity ?? 1 }
		: undefined;

const encryption = (sse: TableInputs["serverSideEncryption"]) =>
	sse && { Enabled: sse.enabled, KMSMasterKeyId: sse.kmsKeyArn };

const tableOutputs = (table: TableDescription | undefined) => ({
	arn: table?.TableArn,
	streamArn: table?.LatestStreamArn,
	streamLabel: table?.LatestStreamLabel,
});

async function setRecovery({ clients }: Context, name: string, enabled: boolean): Promise<void> {
	await clients.dynamodb.send(
		new UpdateContinuousBackupsCommand({
			TableName: name,
			PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: enabled },
		}),
	);
}

async function setTtl({ clients }: Context, name: string, ttl: TableInputs["ttl"]): Promise<void> {
	const { TimeToLiveDescription: now } = await clients.dynamodb.send(
		new DescribeTimeToLiveCommand({ TableName: name }),
	);
	const enabled = now?.TimeToLiveStatus === "ENABLED";
	const wanted = ttl?.enabled === true && ttl.attributeName !== undefined;
	if (!enabled && !wanted) return;
	await clients.dynamodb.send(
		new UpdateTimeToLiveCommand({
			TableName: name,
			TimeToLiveSpecification: { Enabled: wanted, AttributeName: ttl?.attributeName ?? now?.AttributeName },
		}),
	);
}

async function describe({ clients }: Context, name: string): Promise<TableDescription | undefined> {
	const found = await unlessGone(clients.dynamodb.send(new DescribeTableCommand({ TableName: name })));
	return found?.Table;
}

const table = defineType({
	inputs: tableInputs,
	replaceOn: ["name", "hashKey", "rangeKey", "localSecondaryIndexes", "attributes", "globalSecondaryIndexes"],
	identity: ["name"],
	async create(inputs, context) {
		const { dynamodb } = context.clients;
		await dynamodb.send(
			new CreateTableCommand({
				TableName: inputs.name,
				KeySchema: keySchema(inputs),
				AttributeDefinitions: inputs.attributes.map(({ name, type }) => ({ AttributeName: name, AttributeType: type })),
				BillingMode: inputs.billingMode,
				ProvisionedThroughput: capacity(inputs.billingMode, inputs),
				GlobalSecondaryIndexes: inputs.globalSecondaryIndexes?.map((index) => ({
					IndexName: index.name,
					KeySchema: indexKeySchema(index),
					Projection: { ProjectionType: index.projectionType, NonKeyAttributes: index.nonKeyAttributes },
					ProvisionedThroughput: capacity(inputs.billingMode, index),
				})),
				SSESpecification: encryption(inputs.serverSideEncryption),
				DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
				StreamSpecification: inputs.streamEnabled
					? { StreamEnabled: true, StreamViewType: inputs.streamViewType }
					: undefined,
				Tags: tagList(inputs.tagsAll),
			}),
		);
		await waitUntilTableExists({ client: dynamodb, ...WAIT }, { TableName: inputs.name });
		if (inputs.pointInTimeRecovery?.enabled) await setRecovery(context, inputs.name, true);
		await setTtl(context, inputs.name, inputs.ttl);
		return { id: inputs.name, outputs: tableOutputs(await describe(context, inputs.name)) };
	},
	read: async (id, _, context) => {
		const found = await describe(context, id);
		return found && tableOutputs(found);
	},
	async update(id, news, olds, context) {
		const settingsOf = (each: TableInputs) => ({
			BillingMode: each.billingMode,
			ProvisionedThroughput: capacity(each.billingMode, each),
			DeletionProtectionEnabled: each.deletionProtectionEnabled ?? false,
			SSESpecification: encryption(each.serverSideEncryption),
			StreamSpecification: each.streamEnabled
				? { StreamEnabled: true, StreamViewType: each.streamViewType }
				: { StreamEnabled: false },
		});
		if (JSON.stringify(settingsOf(news)) !== JSON.stringify(settingsOf(olds)))
			await context.clients.dynamodb.send(new UpdateTableCommand({ TableName: id, ...settingsOf(news) }));
		const recovery = news.pointInTimeRecovery?.enabled ?? false;
		if (recovery !== (olds.pointInTimeRecovery?.enabled ?? false)) await setRecovery(context, id, recovery);
		await setTtl(context, id, news.ttl);
		return tableOutputs(await describe(context, id));
	},
	async delete(id, _, { clients }) {
		await clients.dynamodb.send(new DeleteTableCommand({ TableName: id }));
		await waitUntilTableNotExists({ client: clients.dynamodb, ...WAIT }, { TableName: id });
	},
	tagging: (id, _, { clients, region, accountId }) => {
		const ResourceArn = `arn:aws:dynamodb:${region}:${accountId}:table/${id}`;
		return {
			set: (all) => clients.dynamodb.send(new TagResourceCommand({ ResourceArn, Tags: tagList(all) })),
			unset: (TagKeys) => clients.dynamodb.send(new UntagResourceCommand({ ResourceArn, TagKeys })),
		};
	},
});

export const DYNAMODB_TYPES: Record<string, ResourceType> = {
	"aws:dynamodb/table:Table": table,
	"aws:dynamodb/tableItem:TableItem": tableItem,
};
