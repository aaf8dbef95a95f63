/**
 * Puts the submit function together from its environment and AWS clients.
 * Apart from handler.ts so that tests and the bench build the same whole with clients of their own.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { ENVIRONMENT } from "../../charter/environment.ts";
import type { QueuedModelSettings } from "../../charter/queued.ts";
import { type Environment, requiredNumber, requiredText } from "../shared/environment.ts";
import { type ApiHandler, type Outcome, serve } from "../shared/http/serve.ts";
import type { RegistryStore } from "../shared/inference/ports.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { createRouting } from "../shared/inference/routing.ts";
import { createVersions } from "../shared/inference/versions.ts";
import { jobQueue } from "../shared/jobs/job-queue.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import { queuedModelsOf } from "../shared/jobs/queued-models.ts";
import { createAside } from "../shared/shadow/aside.ts";
import { shadowQueue } from "../shared/shadow/mirror.ts";
import { createShadowJobs } from "../shared/shadow/shadow-jobs.ts";
import { requestCostUsd } from "../shared/telemetry/cost.ts";
import { writeOutcome, writeRequestCounts, writeThrottleFailedOpen } from "../shared/telemetry/metrics.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { bucketStore } from "../shared/throttle/bucket-store.ts";
import { type BucketStore, createThrottle } from "../shared/throttle/throttle.ts";
import { type SubmitFunctionPorts, type SubmitModel, submit } from "./submit.ts";

export interface SubmitParts {
	environment: Environment;
	telemetry: Telemetry;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
	/** Waits for so many milliseconds. @default with a timer */
	pause?: SubmitFunctionPorts["pause"];
}

const FIRST_REFUSAL = 400;
const MS_PER_SECOND = 1000;

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createSubmitService({
	environment,
	telemetry,
	dynamodb,
	s3,
	sqs,
	pause = sleep,
}: SubmitParts): ApiHandler {
	const text = (name: string) => requiredText(environment, name);
	const { now, write } = telemetry;
	const settings = queuedModelsOf(environment);
	const registry = registryStore(dynamodb, text(ENVIRONMENT.registryTable));
	const buckets = bucketStore(dynamodb, text(ENVIRONMENT.throttleTable));
	const reservedConcurrency = requiredNumber(environment, ENVIRONMENT.reservedConcurrency);
	const memoryMb = requiredNumber(environment, ENVIRONMENT.memoryMb);
	const shared = { registry, buckets, reservedConcurrency, telemetry };
	const store = jobTable({ client: dynamodb, table: text(ENVIRONMENT.jobsTable), now });
	const queue = jobQueue(sqs, settings);
	const shadowQueueUrl = environment[ENVIRONMENT.shadowQueueUrl];
	const shadows = (url: string) =>
		createShadowJobs({ store, jobs: queue, comparisons: shadowQueue(sqs, url), aside: createAside(telemetry), now });
	const ports: SubmitFunctionPorts = {
		models: new Map([...settings].map(([name, of]) => [name, submitModel(name, of, shared)])),
		store,
		queue,
		shadows: shadowQueueUrl ? shadows(shadowQueueUrl) : undefined,
		onFeedback: (feedback) => writeOutcome(write, now(), feedback),
		payloads: payloadBucket(s3, text(ENVIRONMENT.jobsBucket)),
		now,
		pause,
	};
	/** What is accepted counts when it has ended, by the worker or the sweeper; here counts what is refused. */
	const count = ({ facts, status, latencyMs, costUsd = 0 }: Outcome): void => {
		const p95Ms = (settings.get(facts.model ?? "")?.jobP95Seconds ?? 0) * MS_PER_SECOND;
		if (!facts.isInference || facts.model === undefined || status < FIRST_REFUSAL) return;
		writeRequestCounts(write, { ...facts, model: facts.model, timestampMs: now(), status, latencyMs, costUsd, p95Ms });
	};
	return serve({
		telemetry,
		name: "submit",
		answer: (call) => submit(ports, call),
		costUsd: (latencyMs) => requestCostUsd(memoryMb, latencyMs, process.arch),
		onAnswered: count,
	});
}

interface Shared {
	registry: RegistryStore;
	buckets: BucketStore;
	reservedConcurrency: number;
	telemetry: Telemetry;
}

function submitModel(model: string, settings: QueuedModelSettings, shared: Shared): SubmitModel {
	const { registry, buckets, reservedConcurrency, telemetry } = shared;
	const { log, write, now } = telemetry;
	return {
		model,
		settings,
		routing: createRouting({ model, registry, now }),
		versions: createVersions(model, registry),
		throttle: createThrottle({
			model,
			reservedConcurrency,
			store: buckets,
			now,
			onFailedOpen: (tenant, thrown) => {
				log.error("The token bucket cannot be asked; the request is let through", { model, tenant }, thrown);
				writeThrottleFailedOpen(write, now(), model);
			},
		}),
	};
}
