/** Items of DynamoDB tables that a program writes, in DynamoDB's JSON. */
import { type AttributeValue, DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { z } from "zod";
import { defineType, unlessGone } from "../resource-type.ts";

type Item = Record<string, AttributeValue>;
const itemInputs = z.object({
	tableName: z.string(),
	hashKey: z.string(),
	rangeKey: z.string().optional(),
	/** DynamoDB JSON, as in `{"pk": {"S": "a"}}`. */
	item: z.string().transform((text, issues): Item => {
		try {
			return JSON.parse(text);
		} catch {
			issues.addIssue({ code: "custom", message: 'not JSON: write DynamoDB JSON, as in {"pk": {"S": "a"}}' });
			return z.NEVER;
		}
	}),
});

const keyOf = ({ hashKey, rangeKey, item }: z.output<typeof itemInputs>): Item =>
	Object.fromEntries(Object.entries(item).filter(([name]) => name === hashKey || name === rangeKey));

export const tableItem = defineType({
	inputs: itemInputs,
	replaceOn: ["tableName", "hashKey", "rangeKey"],
	async create(inputs, { clients }) {
		await clients.dynamodb.send(
			new PutItemCommand({
				TableName: inputs.tableName,
				Item: inputs.item,
				ConditionExpression: "attribute_not_exists(#key)",
				ExpressionAttributeNames: { "#key": inputs.hashKey },
			}),
		);
		const values = Object.values(keyOf(inputs)).map((value) => Object.values(value).join());
		return { id: [inputs.tableName, ...values].join("|"), outputs: {} };
	},
	read: async (_, inputs, { clients }) => {
		const call = new GetItemCommand({ TableName: inputs.tableName, Key: keyOf(inputs) });
		return (await unlessGone(clients.dynamodb.send(call)))?.Item ? {} : undefined;
	},
	async update(_, news, olds, { clients }) {
		if (JSON.stringify(keyOf(news)) !== JSON.stringify(keyOf(olds)))
			await clients.dynamodb.send(new DeleteItemCommand({ TableName: olds.tableName, Key: keyOf(olds) }));
		await clients.dynamodb.send(new PutItemCommand({ TableName: news.tableName, Item: news.item }));
		return {};
	},
	delete: (_, inputs, { clients }) =>
		clients.dynamodb.send(new DeleteItemCommand({ TableName: inputs.tableName, Key: keyOf(inputs) })),
});
