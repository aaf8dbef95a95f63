/**
 * The worker's and the model server's real processes, as their bundles, against the embedded AWS with one registered model:
 * what their end-to-end tests start from. Jobs are put where `submit` puts them.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { CreateTableCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { CreateBucketCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import {
	CreateQueueCommand,
	GetQueueAttributesCommand,
	ReceiveMessageCommand,
	SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { ENVIRONMENT } from "../../charter/environment.ts";
import {
	inFlightKey,
	type JobMessage,
	type JobRecord,
	jobKey,
	OPEN_INDEX,
	requestObjectKey,
} from "../../charter/jobs.ts";
import { TrainingManifest } from "../../charter/messages.ts";
import { artifactKey, modelKey, ROUTE_KEY, versionKey } from "../../charter/registry.ts";
import { bundleProcess } from "../../components/parts/bundle.ts";
import { EMULATOR_CREDENTIALS } from "../../sandbox/emulator/emulator.ts";
import type { TestCloud } from "./cloud/test-cloud.ts";
import { eventually } from "./eventually.ts";
import { DIGITS, digitsFixture } from "./worker-digits.ts";
import { jobRecord } from "./worker-memory.ts";

const NAMES = { registry: "registry", jobs: "jobs", artifacts: "artifacts", payloads: "job-payloads" } as const;

export interface Process {
	child: ChildProcess;
	/** Lines of its standard output so far. */
	lines: string[];
	port: number;
	/** Sends a signal and waits for the end. */
	end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

export interface WorkerCloud {
	queues: { jobs: string; deadLetters: string; callbacks: string };
	/** Environment of a worker whose model server is there. */
	startWorker(modelServerPort: number, change?: Record<string, string>): Promise<Process>;
	startModelServer(): Promise<Process>;
	/** Writes the record of a job and sends its message; with `copies`, so many messages of the one job. */
	submit(change: Partial<JobRecord>, options?: { copies?: number; largeRequest?: string }): Promise<JobRecord>;
	/** Sends a message as it is. */
	send(body: string): Promise<void>;
	job(job: string): Promise<JobRecord>;
	inFlight(tenant: string): Promise<number>;
	/** Messages of a queue, and their attributes; they stay hidden for a minute. */
	drainQueue(url: string): Promise<{ body: string; attributes: Record<string, string> }[]>;
	/** How many messages a queue has, the hidden ones too. */
	queueSize(url: string): Promise<number>;
}

export async function startWorkerCloud(cloud: TestCloud, scope: AsyncDisposableStack): Promise<WorkerCloud> {
	const { dynamodb, s3, sqs } = cloud.context.clients;
	await makeStores(cloud);
	const queue = async (name: string) => {
		const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
		return QueueUrl;
	};
	const queues = {
		jobs: await queue("jobs-a"),
		deadLetters: await queue("jobs-a-dead"),
		callbacks: await queue("calls"),
	};
	const environment = {
		PATH: process.env.PATH,
		AWS_ENDPOINT_URL: cloud.emulator.url,
		AWS_REGION: cloud.emulator.region,
		AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
		AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
		[ENVIRONMENT.environment]: "dev",
		[ENVIRONMENT.model]: DIGITS,
		[ENVIRONMENT.registryTable]: NAMES.registry,
		[ENVIRONMENT.artifactBucket]: NAMES.artifacts,
		[ENVIRONMENT.jobsTable]: NAMES.jobs,
		[ENVIRONMENT.jobsBucket]: NAMES.payloads,
		[ENVIRONMENT.team]: "vision",
		[ENVIRONMENT.feature]: "digits",
		[ENVIRONMENT.slo]: '{"jobP95Seconds":30,"p95Ms":1000,"errorRate":0.005}',
		[ENVIRONMENT.queueUrl]: queues.jobs,
		[ENVIRONMENT.deadLetterQueueUrl]: queues.deadLetters,
		[ENVIRONMENT.callbackQueueUrl]: queues.callbacks,
		[ENVIRONMENT.batchMaxSize]: "16",
		[ENVIRONMENT.batchMaxWaitMs]: "20",
	};
	const start = async (name: "worker" | "model-server", port: number, change: Record<string, string | undefined>) => {
		const main = join(bundleProcess(name), "index.mjs");
		const child = spawn(process.execPath, [main], {
			env: { ...environment, [ENVIRONMENT.serviceName]: name, ...change },
			stdio: ["ignore", "pipe", "inherit"],
		});
		const lines: string[] = [];
		child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(...text.split("\n").filter(Boolean)));
		const exited = once(child, "exit");
		scope.defer(async () => {
			child.kill("SIGKILL");
			await exited;
		});
		const end = async (signal: NodeJS.Signals) => {
			child.kill(signal);
			const [code, by] = await exited;
			return code ?? by;
		};
		return { child, lines, port, end };
	};
	return {
		queues,
		startModelServer: async () => {
			const port = await freePort();
			const server = await start("model-server", port, { [ENVIRONMENT.modelServerPort]: String(port) });
			await eventually(async () => {
				const { status } = await fetch(`http://127.0.0.1:${port}/v2/health/ready`);
				if (status !== 200) throw new Error(`The model server is not ready: ${status}.`);
			});
			return server;
		},
		startWorker: async (modelServerPort, change = {}) => {
			const port = await freePort();
			return start("worker", port, {
				[ENVIRONMENT.healthPort]: String(port),
				[ENVIRONMENT.modelServerUrl]: `http://127.0.0.1:${modelServerPort}`,
				...change,
			});
		},
		submit: async (change, { copies = 1, largeRequest } = {}) => {
			const { request: _, ...plain } = jobRecord({ createdAtMs: Date.now(), dueAtMs: Date.now() + 60_000 });
			const record: JobRecord = { ...plain, expiresAt: Math.ceil(Date.now() / 1000) + 172_800, ...change };
			if (largeRequest !== undefined) {
				record.requestKey = requestObjectKey(record.tenant, record.job);
				await s3.send(
					new PutObjectCommand({ Bucket: NAMES.payloads, Key: record.requestKey, Body: Buffer.from(largeRequest) }),
				);
			}
			await dynamodb.send(new PutItemCommand({ TableName: NAMES.jobs, Item: marshall(record) }));
			const { job, tenant, model, version, requestId, traceparent } = record;
			const message: JobMessage = { job, tenant, model, version, requestId, traceparent };
			for (let i = 0; i < copies; i++)
				await sqs.send(new SendMessageCommand({ QueueUrl: queues.jobs, MessageBody: JSON.stringify(message) }));
			return record;
		},
		send: async (body) => {
			await sqs.send(new SendMessageCommand({ QueueUrl: queues.jobs, MessageBody: body }));
		},
		job: async (job) => {
			const { Item = {} } = await dynamodb.send(
				new GetItemCommand({ TableName: NAMES.jobs, Key: { pk: { S: jobKey(job) } }, ConsistentRead: true }),
			);
			return unmarshall(Item) as JobRecord;
		},
		inFlight: async (tenant) => {
			const Key = { pk: { S: inFlightKey(tenant, DIGITS) } };
			const { Item } = await dynamodb.send(new GetItemCommand({ TableName: NAMES.jobs, Key, ConsistentRead: true }));
			return Number(Item?.jobs?.N ?? 0);
		},
		drainQueue: async (url) => {
			const found: { body: string; attributes: Record<string, string> }[] = [];
			for (;;) {
				const { Messages = [] } = await sqs.send(
					new ReceiveMessageCommand({
						QueueUrl: url,
						MaxNumberOfMessages: 10,
						VisibilityTimeout: 60,
						MessageAttributeNames: ["All"],
					}),
				);
				if (Messages.length === 0) return found;
				for (const { Body = "", MessageAttributes = {} } of Messages) {
					const attributes = Object.entries(MessageAttributes).map(([name, { StringValue = "" }]) => [
						name,
						StringValue,
					]);
					found.push({ body: Body, attributes: Object.fromEntries(attributes) });
				}
			}
		},
		queueSize: async (url) => {
			const { Attributes = {} } = await sqs.send(
				new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["All"] }),
			);
			return (
				Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0)
			);
		},
	};
}

async function makeStores(cloud: TestCloud): Promise<void> {
	const { dynamodb, s3 } = cloud.context.clients;
	const string = (AttributeName: string) => ({ AttributeName, AttributeType: "S" }) as const;
	await dynamodb.send(
		new CreateTableCommand({
			TableName: NAMES.registry,
			BillingMode: "PAY_PER_REQUEST",
			AttributeDefinitions: [string("pk"), string("sk")],
			KeySchema: [
				{ AttributeName: "pk", KeyType: "HASH" },
				{ AttributeName: "sk", KeyType: "RANGE" },
			],
		}),
	);
	await dynamodb.send(
		new CreateTableCommand({
			TableName: NAMES.jobs,
			BillingMode: "PAY_PER_REQUEST",
			AttributeDefinitions: [string("pk"), string("open"), { AttributeName: "dueAtMs", AttributeType: "N" }],
			KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
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
		}),
	);
	for (const Bucket of [NAMES.artifacts, NAMES.payloads]) await s3.send(new CreateBucketCommand({ Bucket }));
	const manifest = TrainingManifest.parse(JSON.parse(readFileSync(digitsFixture("manifest.json"), "utf8")));
	const { sha256, bytes } = manifest.artifact;
	const Key = artifactKey(DIGITS, sha256);
	await s3.send(
		new PutObjectCommand({ Bucket: NAMES.artifacts, Key, Body: readFileSync(digitsFixture("model.onnx")) }),
	);
	const pk = modelKey(DIGITS);
	const { signature, metrics, lineage } = manifest;
	const version = { model: DIGITS, version: 1, artifactKey: Key, sha256, bytes, signature, metrics, lineage };
	for (const record of [
		{ pk, sk: versionKey(1), ...version, registeredAt: new Date().toISOString() },
		{ pk, sk: ROUTE_KEY, revision: 1, variants: [{ name: "champion", version: 1, weight: 100 }] },
	])
		await dynamodb.send(
			new PutItemCommand({ TableName: NAMES.registry, Item: marshall(record, { removeUndefinedValues: true }) }),
		);
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const address = server.address();
	server.close();
	await once(server, "close");
	if (typeof address !== "object" || !address) throw new Error("There is no free port.");
	return address.port;
}
