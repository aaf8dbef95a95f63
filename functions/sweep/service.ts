/** Puts the sweeper together from its environment and AWS clients: one record and one span a sweep, whatever it found. */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Context } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { API_ERRORS } from "../../charter/errors.ts";
import type { JobRecord } from "../../charter/jobs.ts";
import { type Environment, requiredText } from "../shared/environment.ts";
import { callbackQueue, jobQueue } from "../shared/jobs/job-queue.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import { queuedModelsOf } from "../shared/jobs/queued-models.ts";
import { writeRequestCounts } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { type SweepCounts, sweep } from "./sweep.ts";

export interface SweepParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	sqs: SQSClient;
}

export type SweepHandler = (event: unknown, context: Pick<Context, "getRemainingTimeInMillis">) => Promise<SweepCounts>;

const MS_PER_SECOND = 1000;
/** Left for what is in work when a sweep stops, and for its record. */
const RESERVE_MS = 10_000;

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createSweepService({ environment, telemetry, dynamodb, sqs }: SweepParts): SweepHandler {
	const { now, write, log, tracing } = telemetry;
	const models = queuedModelsOf(environment);
	const store = jobTable({ client: dynamodb, table: requiredText(environment, ENVIRONMENT.jobsTable), now });
	const queue = jobQueue(sqs, models);
	const callbacks = callbackQueue(sqs, requiredText(environment, ENVIRONMENT.callbackQueueUrl));
	/** To its tenant it is a failure of ours, as late as can be. */
	const onExpired = ({ model, version, variant, createdAtMs }: JobRecord): void =>
		writeRequestCounts(write, {
			timestampMs: now(),
			model,
			version,
			variant,
			status: API_ERRORS.DEADLINE_EXCEEDED,
			latencyMs: now() - createdAtMs,
			p95Ms: (models.get(model)?.jobP95Seconds ?? 0) * MS_PER_SECOND,
		});
	return async (_event, context) => {
		const startedAtMs = performance.now();
		const span = tracing.start("sweep", new Map());
		const own = log.with({ traceId: span.traceId, spanId: span.spanId });
		const leftMs = () => context.getRemainingTimeInMillis() - RESERVE_MS;
		const counts = await sweep({ models: models.keys(), store, queue, callbacks, now, leftMs, log: own, onExpired });
		span.set({ ...counts });
		span.end();
		const { resent, expired, callbacks: told, failed } = counts;
		own.info(`sweep: ${resent} sent again, ${expired} expired, ${told} callbacks sent, ${failed} failed`, {
			latencyMs: Math.round((performance.now() - startedAtMs) * 1000) / 1000,
		});
		await tracing.flush();
		return counts;
	};
}
