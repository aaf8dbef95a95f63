/**
 * What the two functions around a model's endpoint have in common: whose jobs they are, where those are kept, and who is told
 * of them. What they do with a job is theirs.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Tracer } from "@opentelemetry/api";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { inferenceTimes } from "../../charter/sagemaker.ts";
import { type Environment, requiredNumbers, requiredText } from "../shared/environment.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { systemClock } from "../worker/clock.ts";
import { createObserver } from "../worker/observe.ts";
import { sqsOutbox } from "../worker/sqs.ts";

export interface SlotParts {
	environment: Environment;
	telemetry: Telemetry;
	/** Makes the spans of jobs, which link to who submitted them. */
	tracer: Tracer;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
	/** @default the system's */
	pause?: (ms: number) => Promise<void>;
}

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function readSlot({ environment, telemetry, tracer, dynamodb, s3, sqs, pause = systemClock.pause }: SlotParts) {
	const text = (name: string) => requiredText(environment, name);
	const { now, write } = telemetry;
	const [model, team, feature] = [text(ENVIRONMENT.model), text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const { jobP95Seconds } = requiredNumbers(environment, ENVIRONMENT.slo, ["jobP95Seconds"]);
	const log = telemetry.log.with({ model, team, feature });
	const bucket = text(ENVIRONMENT.jobsBucket);
	return {
		model,
		times: inferenceTimes(jobP95Seconds),
		log,
		observer: createObserver({ log, write, now, tracer, team, feature, jobP95Seconds }),
		bucket,
		objects: payloadBucket(s3, bucket),
		queueUrl: text(ENVIRONMENT.queueUrl),
		outbox: sqsOutbox(sqs, {
			deadLetterQueueUrl: text(ENVIRONMENT.deadLetterQueueUrl),
			callbackQueueUrl: text(ENVIRONMENT.callbackQueueUrl),
		}),
		/** Where the jobs' records are, and how a write there is repeated. */
		jobs: { client: dynamodb, table: text(ENVIRONMENT.jobsTable), now, pause, random: Math.random },
	};
}
