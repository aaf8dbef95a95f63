/**
 * Forwards a slot's jobs to SageMaker: claims each, lays its request where the endpoint reads it, and leases it for as long as
 * SageMaker may take. Its message goes once SageMaker has accepted; if nothing ever comes back, the lease lapses and the
 * sweeper sends it again. What comes back is sagemaker-result's.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Tracer } from "@opentelemetry/api";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { inferenceInputKey, inferenceTimes } from "../../charter/sagemaker.ts";
import { forgetting } from "../overflow/forgetting.ts";
import { type Environment, requiredNumbers, requiredText } from "../shared/environment.ts";
import { claimsTable } from "../shared/jobs/claims-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { admit } from "../worker/admit.ts";
import { createByteBudget } from "../worker/byte-budget.ts";
import { systemClock } from "../worker/clock.ts";
import { createObserver } from "../worker/observe.ts";
import { jobPayloads } from "../worker/payloads.ts";
import { joinRows } from "../worker/rows.ts";
import type { JobResult } from "../worker/run-batch.ts";
import { settle } from "../worker/settle.ts";
import { sqsOutbox, sqsQueue } from "../worker/sqs.ts";
import type { Held, Work } from "../worker/work.ts";
import { asyncEndpoint } from "./endpoint.ts";

export interface ForwardParts {
	environment: Environment;
	telemetry: Telemetry;
	/** Makes the spans of jobs that end here, which link to who submitted them. */
	tracer: Tracer;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
	sagemaker: SageMakerRuntimeClient;
	/** @default the system's */
	pause?: (ms: number) => Promise<void>;
}

export type ForwardHandler = (
	event: Pick<SQSEvent, "Records">,
	context: Pick<Context, "awsRequestId">,
) => Promise<SQSBatchResponse>;

/** Forwarding a job takes less than the lease of its claim: no heartbeat is needed. */
const UNHELD = { hold: () => undefined, letGo: async () => undefined };

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createForwardService(parts: ForwardParts): ForwardHandler {
	const { environment, telemetry, tracer, dynamodb, s3, sqs, pause = systemClock.pause } = parts;
	const text = (name: string) => requiredText(environment, name);
	const { now, write } = telemetry;
	const [model, team, feature] = [text(ENVIRONMENT.model), text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const { jobP95Seconds } = requiredNumbers(environment, ENVIRONMENT.slo, ["jobP95Seconds"]);
	const times = inferenceTimes(jobP95Seconds);
	const log = telemetry.log.with({ model, team, feature });
	const queue = sqsQueue(sqs, text(ENVIRONMENT.queueUrl));
	const outbox = sqsOutbox(sqs, {
		deadLetterQueueUrl: text(ENVIRONMENT.deadLetterQueueUrl),
		callbackQueueUrl: text(ENVIRONMENT.callbackQueueUrl),
	});
	const bucket = text(ENVIRONMENT.jobsBucket);
	const objects = payloadBucket(s3, bucket);
	const payloads = jobPayloads(objects);
	const endpoint = asyncEndpoint({
		client: parts.sagemaker,
		endpoint: text(ENVIRONMENT.sagemakerEndpoint),
		bucket,
		...times,
	});
	const observer = createObserver({ log, write, now, tracer, team, feature, jobP95Seconds });
	const table = text(ENVIRONMENT.jobsTable);

	/** Whether SQS may forget the message. */
	const forward = async ({ body, receiptHandle }: SQSRecord, worker: string): Promise<boolean> => {
		const messages = forgetting(queue);
		const shared = { client: dynamodb, table, worker, now, pause, random: Math.random };
		const claims = claimsTable(shared);
		const { leaseSeconds } = times;
		const longClaims = claimsTable({ ...shared, leaseSeconds });
		const end = async (job: Held, result: JobResult): Promise<void> => {
			const ports = { claims, queue: messages, outbox, payloads, held: UNHELD, log, random: Math.random };
			observer.claimed(job.claim);
			const settled = await settle(job, result, { ...ports, isDraining: () => false });
			observer.settled(job.claim, settled);
			if (settled.kind === "unknown") messages.keep();
		};
		const hand = async (work: Work): Promise<void> => {
			const { claim } = work;
			const inputKey = inferenceInputKey(model, claim);
			await objects.put(inputKey, joinRows([work.body]));
			// Before the call: if this process ends between the two, nobody works on it for a lease, but never two at once.
			const leased = await longClaims.heartbeat(claim);
			if (leased.kind === "lost") return;
			const outcome = await endpoint.invoke(claim, inputKey);
			const { job, attempt, tenant } = claim;
			if (outcome.kind === "accepted") log.info(`job forwarded to SageMaker, attempt ${attempt}`, { job, tenant });
			else if (outcome.kind === "unavailable")
				await end(work, { kind: "unserved", reason: outcome.message, isExcused: true });
			else await end(work, { kind: "refused", failure: { code: "INVALID_REQUEST", message: outcome.message } });
		};
		try {
			const budget = createByteBudget(JOB_LIMITS.uploadMaxBytes);
			const clock = { now };
			const ports = { model, claims, queue: messages, outbox, payloads, held: UNHELD, budget, clock, log };
			const admission = await admit({ body, receipt: receiptHandle }, ports);
			if (admission.kind === "decided") await end(admission.held, admission.result);
			if (admission.kind === "work") await hand(admission.work);
			return messages.isForgotten();
		} catch (thrown) {
			log.error("A message could not be forwarded; it comes again", {}, thrown);
			return false;
		}
	};

	return async ({ Records }, { awsRequestId }) => {
		const failed: SQSRecord[] = [];
		for (const record of Records) if (!(await forward(record, awsRequestId))) failed.push(record);
		await telemetry.tracing.flush();
		return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
	};
}
