/**
 * Puts the callback function together from its environment and AWS clients: SQS's batches in, failures by message out.
 * Messages of a batch are independent: they are worked on side by side, with one record and one span each.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type CallbackPorts, callBack } from "./callback.ts";
import type { Post } from "./post.ts";

export interface CallbackParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	post: Post;
}

export type CallbackHandler = (event: Pick<SQSEvent, "Records">) => Promise<SQSBatchResponse>;

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createCallbackService({ environment, telemetry, dynamodb, s3, post }: CallbackParts): CallbackHandler {
	const { now, log, tracing } = telemetry;
	const ports: CallbackPorts = {
		store: jobTable({ client: dynamodb, table: requiredText(environment, ENVIRONMENT.jobsTable), now }),
		payloads: payloadBucket(s3, requiredText(environment, ENVIRONMENT.jobsBucket)),
		post,
		now,
	};
	const handle = async ({ body, attributes }: SQSRecord): Promise<boolean> => {
		const startedAtMs = performance.now();
		const receives = Number(attributes.ApproximateReceiveCount);
		const span = tracing.start("callback", new Map());
		const own = log.with({ traceId: span.traceId, spanId: span.spanId });
		const latency = () => ({ latencyMs: Math.round((performance.now() - startedAtMs) * 1000) / 1000 });
		try {
			const outcome = await callBack(ports, body, receives);
			span.end();
			own.info(`callback: ${outcome} ${body.slice(0, 100)}`, latency());
			return true;
		} catch (thrown) {
			span.end(thrown);
			own.warn(`callback: try ${receives} failed ${body.slice(0, 100)}`, latency(), thrown);
			return false;
		}
	};
	return async ({ Records }) => {
		const isDone = await Promise.all(Records.map(handle));
		await tracing.flush();
		const failed = Records.filter((_, i) => !isDone[i]);
		return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
	};
}
