/**
 * Brings poison past the door: writes what the submit function writes, of requests that it would not let in.
 * It stands for a door that checked less, and for payloads that were damaged after their check.
 */
import { createHash, randomUUID } from "node:crypto";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { JOB_LIMITS, type JobRecord, requestObjectKey } from "../../charter/jobs.ts";
import { jobQueue } from "../../functions/shared/jobs/job-queue.ts";
import { jobTable } from "../../functions/shared/jobs/job-table.ts";
import { newJob } from "../../functions/shared/jobs/new-job.ts";
import { payloadBucket } from "../../functions/shared/jobs/payloads.ts";
import { queuedModelsOf } from "../../functions/shared/jobs/queued-models.ts";
import { STORES } from "./cloud.ts";
import type { Payload } from "./payloads.ts";
import { MODEL } from "./stage.ts";
import type { Reception } from "./submissions.ts";

export interface PoisonClients {
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** @param environment of the submit function */
export function createPoisonDoor(
	{ dynamodb, s3, sqs }: PoisonClients,
	environment: Readonly<Record<string, string>>,
	jobsInFlightMaxOf: (tenant: string) => number,
): (payload: Payload) => Promise<Reception> {
	const store = jobTable({ client: dynamodb, table: STORES.jobsTable, now: Date.now });
	const payloads = payloadBucket(s3, STORES.jobsBucket);
	const queue = jobQueue(sqs, queuedModelsOf(environment));
	return async (payload) => {
		const { number, tenant, body, poison } = payload;
		const isInline = body !== undefined && poison !== "garbage" && Buffer.byteLength(body) <= JOB_LIMITS.inlineMaxBytes;
		const job = recordOf(payload, isInline ? body : undefined);
		try {
			if (body !== undefined && !isInline) await payloads.put(requestObjectKey(tenant, job.job), body);
			const keySha256 = sha256(`payload-${number}`);
			const outcome = await store.submit({ job, keySha256, jobsInFlightMax: jobsInFlightMaxOf(tenant) });
			if (outcome.kind === "full") return { kind: "later" };
			if (outcome.kind === "repeated") return { kind: "accepted", job: outcome.known.job };
		} catch {
			// Whether it was written nobody knows; under the same key it is found out.
			return { kind: "later" };
		}
		// What is not sent now the sweeper sends, as in the function.
		await queue.send(job).catch(() => {});
		return { kind: "accepted", job: job.job };
	};
}

function recordOf({ number, tenant, body = "" }: Payload, request: string | undefined): JobRecord {
	const job = randomUUID();
	return newJob({
		job,
		tenant,
		model: MODEL,
		version: 1,
		variant: "champion",
		slot: "a",
		payload: request === undefined ? { requestKey: requestObjectKey(tenant, job) } : { request },
		requestSha256: sha256(body),
		callback: undefined,
		requestId: `poison-${number}`,
		traceparent: "",
		createdAtMs: Date.now(),
	});
}
