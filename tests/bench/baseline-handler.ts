/** The baseline of predict's cold import: a handler with the same AWS clients and commands, and nothing else. */
import { BatchGetItemCommand, GetItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand } from "@aws-sdk/client-s3";
import { dynamodbClient, s3Client } from "../../functions/shared/clients.ts";

const [dynamodb, s3] = [dynamodbClient(), s3Client()];

/** Never called: it keeps the commands in the bundle. */
export const handler = async (key: string): Promise<unknown> => [
	await dynamodb.send(new GetItemCommand({ TableName: key, Key: {} })),
	await dynamodb.send(new BatchGetItemCommand({ RequestItems: {} })),
	await dynamodb.send(new UpdateItemCommand({ TableName: key, Key: {} })),
	await s3.send(new GetObjectCommand({ Bucket: key, Key: key })),
];
