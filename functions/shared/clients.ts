/**
 * The AWS clients of the functions, each made once a process with timeouts that fit a request.
 * Where and as whom they call is the environment's business, as AWS sets it for a function.
 */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ECSClient } from "@aws-sdk/client-ecs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";

/** A dead endpoint is noticed well within a request's deadline, and a retry still fits. */
const CONNECTION_TIMEOUT_MS = 500;
const DYNAMODB_REQUEST_TIMEOUT_MS = 1_000;
const SQS_REQUEST_TIMEOUT_MS = 1_000;
/** It only takes the request in. */
const SAGEMAKER_REQUEST_TIMEOUT_MS = 3_000;
/** Control planes take their time, and nobody waits for them. */
const CONTROL_REQUEST_TIMEOUT_MS = 5_000;
const EVENTS_REQUEST_TIMEOUT_MS = 1_000;
const CLOUDWATCH_REQUEST_TIMEOUT_MS = 5_000;
/** An artifact may have tens of megabytes. */
const S3_REQUEST_TIMEOUT_MS = 5_000;
const S3_BULK_SILENCE_MS = 30_000;
const ATTEMPTS_MAX = 3;

/** Without `throwOnRequestTimeout` the SDK only warns of a call without an answer, and waits on. */
const within = (requestTimeout: number) => ({
	maxAttempts: ATTEMPTS_MAX,
	requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout, throwOnRequestTimeout: true },
});

export const dynamodbClient = (): DynamoDBClient => new DynamoDBClient(within(DYNAMODB_REQUEST_TIMEOUT_MS));

/** For objects of any size, read as they come: only silence is a fault. */
export const bulkS3Client = (): S3Client => new S3Client(within(S3_BULK_SILENCE_MS));

/** It adds checksums only where asked to: a presigned upload would be signed with that of a body that its signer does not have. */
export const s3Client = (): S3Client =>
	new S3Client({ ...within(S3_REQUEST_TIMEOUT_MS), requestChecksumCalculation: "WHEN_REQUIRED" });

/** For sending: a long poll would outlast its timeout. */
export const sqsClient = (): SQSClient => new SQSClient(within(SQS_REQUEST_TIMEOUT_MS));

/** For asynchronous endpoints. */
export const sagemakerClient = (): SageMakerRuntimeClient =>
	new SageMakerRuntimeClient(within(SAGEMAKER_REQUEST_TIMEOUT_MS));

export const eventsClient = (): EventBridgeClient => new EventBridgeClient(within(EVENTS_REQUEST_TIMEOUT_MS));

export const ecsClient = (): ECSClient => new ECSClient(within(CONTROL_REQUEST_TIMEOUT_MS));

/** For what functions are, not for calling them. */
export const lambdaClient = (): LambdaClient => new LambdaClient(within(CONTROL_REQUEST_TIMEOUT_MS));

export const sfnClient = (): SFNClient => new SFNClient(within(CONTROL_REQUEST_TIMEOUT_MS));

/** Sums over hours of a rollout take longer than a write. */
export const cloudwatchClient = (): CloudWatchClient => new CloudWatchClient(within(CLOUDWATCH_REQUEST_TIMEOUT_MS));
