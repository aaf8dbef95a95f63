/**
 * Puts the shadow function together from its environment and AWS clients: messages one after the other, those that cannot be
 * done yet reported, so that they come again; a pair of jobs each time twice as late.
 */
import { ChangeMessageVisibilityCommand } from "@aws-sdk/client-sqs";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { SPANS } from "../../charter/telemetry.ts";
import type { InferContext } from "../predict/infer.ts";
import { createDeadline } from "../shared/deadline.ts";
import { requiredNumber, requiredText } from "../shared/environment.ts";
import { answerRequest } from "./answer-request.ts";
import { compareJobs } from "./compare-jobs.ts";
import { readMessage } from "./message.ts";
import { jobStores, type ShadowParts, shadowModels } from "./models.ts";

export type ShadowHandler = (
	event: Pick<SQSEvent, "Records">,
	context: Pick<Context, "getRemainingTimeInMillis">,
) => Promise<SQSBatchResponse>;

const MS_PER_SECOND = 1000;
/** Left of the function's time for what is in work and the spans. */
const RESERVE_MS = 2_000;
const AGAIN_MIN_SECONDS = 15;
/** What SQS hides a message for, from its receive. */
const AGAIN_MAX_SECONDS = 43_000;

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createShadowService(parts: ShadowParts): ShadowHandler {
	const { environment, telemetry, sqs } = parts;
	const { tracing, now } = telemetry;
	const QueueUrl = requiredText(environment, ENVIRONMENT.shadowQueueUrl);
	const memoryMb = requiredNumber(environment, ENVIRONMENT.memoryMb);
	const models = shadowModels(parts);
	const jobs = jobStores(parts);

	/** Whether SQS may forget the message. */
	const workOn = async ({ body }: SQSRecord, leftMs: number): Promise<"done" | "failed" | "later"> => {
		const message = readMessage(body);
		const model = message && models.get(message.model);
		if (!message || !model) {
			telemetry.log.error("A message of the shadow's queue is none, or of a model that has no shadow; it is set aside");
			return "failed";
		}
		const { team, feature, tolerance } = model.settings;
		const headers = new Map(message.kind === "request" ? [["traceparent", message.traceparent]] : []);
		const span = tracing.start(SPANS.shadow, headers);
		const version = message.kind === "request" ? message.shadow : message.shadowVersion;
		const log = telemetry.log.with({ model: message.model, team, feature, version, traceId: span.traceId });
		try {
			if (message.kind === "request") {
				const deadline = createDeadline(undefined, leftMs - RESERVE_MS, () => performance.now());
				const context: InferContext = { span, deadline };
				await answerRequest(message, {
					model,
					context,
					memoryMb,
					telemetry,
					log: log.with({ requestId: message.requestId }),
				});
				return "done";
			}
			if (!jobs) throw new RangeError("A pair of jobs came to a function that knows no jobs' table.");
			const isDone = await compareJobs(message, { ...jobs, known: model.known, tolerance, telemetry, log });
			return isDone ? "done" : "later";
		} catch (thrown) {
			log.error("A shadow could not be compared; its message comes again", {}, thrown);
			return "failed";
		} finally {
			span.end();
		}
	};
	const postpone = async ({ receiptHandle, attributes }: SQSRecord): Promise<void> => {
		const ageSeconds = Math.round((now() - Number(attributes.SentTimestamp)) / MS_PER_SECOND);
		const VisibilityTimeout = Math.min(AGAIN_MAX_SECONDS, Math.max(AGAIN_MIN_SECONDS, ageSeconds));
		const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout });
		// Where it cannot be hidden so long it comes after the queue's own time.
		await sqs.send(command).catch((thrown: unknown) => telemetry.log.warn("A message comes too soon", {}, thrown));
	};

	return async ({ Records }, context) => {
		const failed: SQSRecord[] = [];
		for (const record of Records) {
			const leftMs = context.getRemainingTimeInMillis();
			const outcome = leftMs > RESERVE_MS ? await workOn(record, leftMs) : "failed";
			if (outcome === "later") await postpone(record);
			if (outcome !== "done") failed.push(record);
		}
		await tracing.flush();
		return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
	};
}
