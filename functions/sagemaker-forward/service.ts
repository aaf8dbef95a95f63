/**
 * Forwards a slot's jobs to SageMaker: claims each, lays its request where the endpoint reads it, and leases it for as long as
 * SageMaker may take. Its message goes once SageMaker has accepted; if nothing ever comes back, the lease lapses and the
 * sweeper sends it again. What comes back is sagemaker-result's.
 */
import type { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { inferenceInputKey } from "../../charter/sagemaker.ts";
import { forgetting } from "../overflow/forgetting.ts";
import { requiredText } from "../shared/environment.ts";
import { claimsTable } from "../shared/jobs/claims-table.ts";
import { admit } from "../worker/admit.ts";
import { failureBackoffSeconds } from "../worker/backoff.ts";
import { createByteBudget } from "../worker/byte-budget.ts";
import { jobPayloads } from "../worker/payloads.ts";
import type { Delivery } from "../worker/ports.ts";
import { joinRows } from "../worker/rows.ts";
import type { JobResult } from "../worker/run-batch.ts";
import { settle } from "../worker/settle.ts";
import { sqsQueue } from "../worker/sqs.ts";
import type { Held, Work } from "../worker/work.ts";
import { asyncEndpoint } from "./endpoint.ts";
import { readSlot, type SlotParts } from "./slot.ts";

export interface ForwardParts extends SlotParts {
	sagemaker: SageMakerRuntimeClient;
}

export type ForwardHandler = (
	event: Pick<SQSEvent, "Records">,
	context: Pick<Context, "awsRequestId">,
) => Promise<SQSBatchResponse>;

/** Above it the pause is no longer: the sweeper must not find the job before its message is back. */
const TELLING_RECEIVES = 5;
/** Forwarding a job takes less than the lease of its claim: no heartbeat is needed. */
const UNHELD = { hold: () => undefined, letGo: async () => undefined };

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createForwardService(parts: ForwardParts): ForwardHandler {
	const { environment, telemetry, sqs, sagemaker } = parts;
	const { model, times, log, observer, bucket, objects, queueUrl, outbox, jobs } = readSlot(parts);
	const { now } = telemetry;
	const queue = sqsQueue(sqs, queueUrl);
	const payloads = jobPayloads(objects);
	const endpoint = asyncEndpoint({
		client: sagemaker,
		endpoint: requiredText(environment, ENVIRONMENT.sagemakerEndpoint),
		bucket,
		...times,
	});

	/** Whether SQS may forget the message. */
	const forward = async ({ body, receiptHandle, attributes }: SQSRecord, worker: string): Promise<boolean> => {
		const messages = forgetting(queue);
		const receives = Math.min(TELLING_RECEIVES, Number(attributes.ApproximateReceiveCount));
		/** An endpoint that takes nothing is asked less and less often: receives must outlast an outage. */
		const patient = {
			...messages,
			hide: (delivery: Delivery, seconds: number) =>
				messages.hide(delivery, Math.max(seconds, failureBackoffSeconds(receives, Math.random()))),
		};
		const claims = claimsTable({ ...jobs, worker });
		const { leaseSeconds } = times;
		const longClaims = claimsTable({ ...jobs, worker, leaseSeconds });
		const end = async (job: Held, result: JobResult): Promise<void> => {
			const ports = { claims, queue: patient, outbox, payloads, held: UNHELD, log, random: Math.random };
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
