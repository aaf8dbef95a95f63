/**
 * The AWS clients of the worker: patient where a function's would not be, for nobody waits for a single call.
 * Where and as whom they call is the environment's business, as ECS sets it for a task.
 */
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient, type SQSClientConfig } from "@aws-sdk/client-sqs";

const CONNECTION_TIMEOUT_MS = 1_000;
const DYNAMODB_TIMEOUT_MS = 2_000;
const SQS_TIMEOUT_MS = 3_000;
/** A long poll of 20 s, and the way. */
const SQS_POLL_TIMEOUT_MS = 25_000;
const S3_TIMEOUT_MS = 30_000;
const ATTEMPTS_MAX = 5;
/** Jobs of two batches at once, each with a call or two under way. */
const SOCKETS_MAX = 256;

/** Without `throwOnRequestTimeout` the SDK only warns, and a dead connection would hold a job for ever. */
const handler = (requestTimeout: number) => ({
	connectionTimeout: CONNECTION_TIMEOUT_MS,
	requestTimeout,
	throwOnRequestTimeout: true,
	httpAgent: { maxSockets: SOCKETS_MAX, keepAlive: true },
	httpsAgent: { maxSockets: SOCKETS_MAX, keepAlive: true },
});

const within = (requestTimeoutMs: number) => ({
	maxAttempts: ATTEMPTS_MAX,
	requestHandler: handler(requestTimeoutMs),
});

/** @param connection where and as whom, where the environment does not say; and what else is to be otherwise */
export const workerClients = (connection: SQSClientConfig = {}) => ({
	dynamodb: new DynamoDBClient(within(DYNAMODB_TIMEOUT_MS)),
	/** For all but receiving: a drain must not wait as long as a poll for one answer that was lost. */
	sqs: new SQSClient({ ...within(SQS_TIMEOUT_MS), ...connection }),
	/** For receiving alone. */
	sqsPolls: new SQSClient({ ...within(SQS_POLL_TIMEOUT_MS), ...connection }),
	s3: new S3Client(within(S3_TIMEOUT_MS)),
});
