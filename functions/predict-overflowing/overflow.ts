/**
 * The {@link Overflow} of a realtime model whose settings say so: what is too large or too slow to be answered at once, and
 * what its caller prefers so, becomes a job of the same model.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { ApiError } from "../../charter/errors.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import type { Overflow } from "../predict/predict.ts";
import { type Environment, FunctionSettingsError, requiredNumbers, requiredText } from "../shared/environment.ts";
import { type DispatchRequest, dispatch } from "../shared/jobs/dispatch.ts";
import { jobQueue } from "../shared/jobs/job-queue.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import { queuedModelsOf } from "../shared/jobs/queued-models.ts";
import { earlierJob, submitJob } from "../shared/jobs/submit-job.ts";
import { type JobAnswerPorts, jobAnswer } from "../submit/job-answer.ts";
import { readPreferences } from "../submit/preferences.ts";

export interface OverflowParts {
	environment: Environment;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
	now: () => number;
	/** Waits for so many milliseconds. @default with a timer */
	pause?: JobAnswerPorts["pause"];
}

/** Of a model whose tenants' places are not asked for yet. */
const UNKNOWN_BACKLOG = { jobs: 0, max: 1 };

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createOverflow({ environment, dynamodb, s3, sqs, now, pause = sleep }: OverflowParts): Overflow {
	const model = requiredText(environment, ENVIRONMENT.model);
	const { featuresMs, modelMs, restMs } = requiredNumbers(environment, ENVIRONMENT.budget, [
		"featuresMs",
		"modelMs",
		"restMs",
	]);
	const models = queuedModelsOf(environment);
	const settings = models.get(model);
	if (!settings)
		throw new FunctionSettingsError(`${ENVIRONMENT.queuedModels} in the function's environment has no "${model}".`);
	const ports = {
		store: jobTable({ client: dynamodb, table: requiredText(environment, ENVIRONMENT.jobsTable), now }),
		queue: jobQueue(sqs, models),
		payloads: payloadBucket(s3, requiredText(environment, ENVIRONMENT.jobsBucket)),
		now,
		pause,
	};
	return {
		bodyMaxBytes: JOB_LIMITS.bodyMaxBytes,
		rowsMax: JOB_LIMITS.rowsMax,
		take: async (call, { tenant, choice, text, request }) => {
			const preferences = readPreferences(call.request.headers);
			const dispatching: Pick<DispatchRequest, "serve" | "sloClass" | "budgetMs" | "overflow"> = {
				serve: "realtime",
				sloClass: preferences.isAsync ? "deferred" : "interactive",
				budgetMs: featuresMs + modelMs + restMs,
				overflow: "job",
			};
			const { rows } = request;
			const decision = dispatch({
				...dispatching,
				payloadBytes: Buffer.byteLength(text),
				rows,
				leftMs: call.deadline.leftMs(),
				backlog: UNKNOWN_BACKLOG,
			});
			if (decision.to === "lambda") return undefined;
			if (preferences.uploadId !== undefined)
				throw new ApiError("INVALID_REQUEST", `The model "${model}" takes no uploads. Send the request as the body.`);
			const { idempotencyKey, callbackUrl } = preferences;
			const { jobP95Seconds } = settings;
			const asked = { tenant, model, choice, text, rows, idempotencyKey, callbackUrl, jobP95Seconds, dispatching };
			const job = (await earlierJob(ports, call, asked)) ?? (await submitJob(ports, call, asked));
			// It counts when it has ended: also where its caller gets its result here, and so a second time.
			call.facts.isInference = false;
			return jobAnswer(ports, call, job, { ...preferences, jobP95Seconds });
		},
	};
}
