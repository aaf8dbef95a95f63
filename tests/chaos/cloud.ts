/**
 * The embedded AWS with what the queued path of one model needs in it, made by plain API calls: no program, no roles.
 * The same shapes as the components make; the jobs' table has a change stream besides, for the witness.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient, UpdateTimeToLiveCommand } from "@aws-sdk/client-dynamodb";
import { DynamoDBStreamsClient } from "@aws-sdk/client-dynamodb-streams";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { TriplaneError } from "../../charter/errors.ts";
import { JOB_LIMITS, OPEN_INDEX } from "../../charter/jobs.ts";
import { RUN_FILES, stagingPrefix } from "../../charter/registry.ts";
import { register } from "../../functions/register/register.ts";
import { registryTable } from "../../functions/register/registry-table.ts";
import { runBucket } from "../../functions/shared/runs/run-bucket.ts";
import { EMULATOR_CREDENTIALS, type Emulator } from "../../sandbox/emulator/emulator.ts";

const VISIBILITY_SECONDS = 60;
const RETENTION_SECONDS = 4 * 24 * 60 * 60;
const DEAD_LETTER_RETENTION_SECONDS = 14 * 24 * 60 * 60;

export const STORES = {
	jobsTable: "jobs",
	registryTable: "registry",
	throttleTable: "throttle",
	jobsBucket: "jobs",
	artifactBucket: "artifacts",
} as const;

export interface Clients {
	dynamodb: DynamoDBClient;
	streams: DynamoDBStreamsClient;
	sqs: SQSClient;
	s3: S3Client;
}

/** Clients that call past the fault proxy. */
function clientsOf(endpoint: string, region: string): Clients {
	const config = { endpoint, region, credentials: EMULATOR_CREDENTIALS };
	return {
		dynamodb: new DynamoDBClient(config),
		streams: new DynamoDBStreamsClient(config),
		sqs: new SQSClient(config),
		s3: new S3Client({ ...config, forcePathStyle: true }),
	};
}

interface Queues {
	queueUrl: string;
	deadLetterQueueUrl: string;
	callbackQueueUrl: string;
}

export interface QueuedCloud {
	/** Calls that never fail: what the run itself looks and disturbs with. */
	clients: Clients;
	queues: Queues;
	streamArn: string;
}

/**
 * Makes the resources in a fresh emulator, and registers a training run as the model's first version.
 * @param runFolder what `samples/train.py` left
 */
export async function makeCloud(
	emulator: Emulator,
	scope: AsyncDisposableStack,
	model: string,
	runFolder: string,
): Promise<QueuedCloud> {
	const clients = clientsOf(emulator.url, emulator.region);
	scope.defer(() => {
		for (const client of Object.values(clients)) client.destroy();
	});
	const [streamArn, queues] = await Promise.all([
		makeJobsTable(clients.dynamodb),
		makeQueues(clients.sqs, model),
		makeTable(clients.dynamodb, STORES.registryTable, "sk"),
		makeTable(clients.dynamodb, STORES.throttleTable),
		clients.s3.send(new CreateBucketCommand({ Bucket: STORES.jobsBucket })),
		clients.s3.send(new CreateBucketCommand({ Bucket: STORES.artifactBucket })),
	]);
	await registerModel(clients, model, runFolder);
	return { clients, queues, streamArn };
}

async function makeJobsTable(dynamodb: DynamoDBClient): Promise<string> {
	const { TableDescription } = await dynamodb.send(
		new CreateTableCommand({
			TableName: STORES.jobsTable,
			BillingMode: "PAY_PER_REQUEST",
			KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
			AttributeDefinitions: [
				{ AttributeName: "pk", AttributeType: "S" },
				{ AttributeName: "open", AttributeType: "S" },
				{ AttributeName: "dueAtMs", AttributeType: "N" },
			],
			GlobalSecondaryIndexes: [
				{
					IndexName: OPEN_INDEX,
					KeySchema: [
						{ AttributeName: "open", KeyType: "HASH" },
						{ AttributeName: "dueAtMs", KeyType: "RANGE" },
					],
					Projection: { ProjectionType: "ALL" },
				},
			],
			StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
		}),
	);
	await dynamodb.send(
		new UpdateTimeToLiveCommand({
			TableName: STORES.jobsTable,
			TimeToLiveSpecification: { Enabled: true, AttributeName: "expiresAt" },
		}),
	);
	const streamArn = TableDescription?.LatestStreamArn;
	if (!streamArn) throw new TriplaneError("The embedded AWS gave the jobs' table no change stream.");
	return streamArn;
}

async function makeTable(dynamodb: DynamoDBClient, name: string, sortKey?: string): Promise<void> {
	const keys = ["pk", ...(sortKey === undefined ? [] : [sortKey])];
	await dynamodb.send(
		new CreateTableCommand({
			TableName: name,
			BillingMode: "PAY_PER_REQUEST",
			KeySchema: keys.map((AttributeName, i) => ({ AttributeName, KeyType: i === 0 ? "HASH" : "RANGE" })),
			AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
		}),
	);
}

async function makeQueues(sqs: SQSClient, model: string): Promise<Queues> {
	const make = async (name: string, seconds: number, deadLetterQueueUrl?: string) => {
		const attributes = { VisibilityTimeout: String(VISIBILITY_SECONDS), MessageRetentionPeriod: String(seconds) };
		const redrive = deadLetterQueueUrl && {
			RedrivePolicy: JSON.stringify({
				deadLetterTargetArn: await arnOf(sqs, deadLetterQueueUrl),
				maxReceiveCount: JOB_LIMITS.receivesMax,
			}),
		};
		const { QueueUrl = "" } = await sqs.send(
			new CreateQueueCommand({ QueueName: name, Attributes: { ...attributes, ...redrive } }),
		);
		return QueueUrl;
	};
	const deadLetterQueueUrl = await make(`${model}-a-dead-letters`, DEAD_LETTER_RETENTION_SECONDS);
	const [queueUrl, callbackQueueUrl] = await Promise.all([
		make(`${model}-a`, RETENTION_SECONDS, deadLetterQueueUrl),
		make("callbacks", RETENTION_SECONDS),
	]);
	return { queueUrl, deadLetterQueueUrl, callbackQueueUrl };
}

async function arnOf(sqs: SQSClient, QueueUrl: string): Promise<string | undefined> {
	const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
	return Attributes?.QueueArn;
}

async function registerModel({ dynamodb, s3 }: Clients, model: string, runFolder: string): Promise<void> {
	const run = "chaos";
	for (const name of Object.values(RUN_FILES))
		await s3.send(
			new PutObjectCommand({
				Bucket: STORES.artifactBucket,
				Key: `${stagingPrefix(model, run)}${name}`,
				Body: await readFile(join(runFolder, name)),
			}),
		);
	const bucket = runBucket(s3, STORES.artifactBucket);
	const registry = registryTable(dynamodb, STORES.registryTable);
	await register({ bucket, registry, now: Date.now }, { model, run });
}
