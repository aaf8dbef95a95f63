/**
 * The overflow function: a worker without a loop. SQS brings what a realtime model could not answer at once; each job is claimed,
 * run in this process and committed as a worker does it, and a message that must come again is reported as failed.
 */
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Tracer } from "@opentelemetry/api";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { VARIANTS } from "../../charter/rollout.ts";
import { featureStore } from "../predict/feature-store.ts";
import type { InferContext } from "../predict/infer.ts";
import { createDeadline } from "../shared/deadline.ts";
import { type Environment, requiredNumbers, requiredText } from "../shared/environment.ts";
import { artifactStore } from "../shared/inference/artifact-store.ts";
import { createModels } from "../shared/inference/models.ts";
import type { ModelRuntime } from "../shared/inference/ports.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { createRouting } from "../shared/inference/routing.ts";
import { createVersions } from "../shared/inference/versions.ts";
import { claimsTable } from "../shared/jobs/claims-table.ts";
import { moveHeldJob } from "../shared/jobs/move-job.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { admit } from "../worker/admit.ts";
import { createByteBudget } from "../worker/byte-budget.ts";
import { systemClock } from "../worker/clock.ts";
import { createHeldJobs } from "../worker/held-jobs.ts";
import { createObserver } from "../worker/observe.ts";
import { jobPayloads } from "../worker/payloads.ts";
import type { Clock } from "../worker/ports.ts";
import { type JobResult, runBatch } from "../worker/run-batch.ts";
import { settle } from "../worker/settle.ts";
import { sqsOutbox, sqsQueue } from "../worker/sqs.ts";
import type { Held } from "../worker/work.ts";
import { forgetting } from "./forgetting.ts";
import { inProcess } from "./in-process.ts";
import { servedInstead } from "./serving-version.ts";

export interface OverflowParts {
	environment: Environment;
	telemetry: Telemetry;
	/** Makes the spans of jobs, which link to who submitted them. */
	tracer: Tracer;
	dynamodb: DynamoDBClient;
	s3: S3Client;
	sqs: SQSClient;
	runtime: ModelRuntime;
}

export type OverflowHandler = (
	event: Pick<SQSEvent, "Records">,
	context: Pick<Context, "getRemainingTimeInMillis" | "awsRequestId">,
) => Promise<SQSBatchResponse>;

const MS_PER_SECOND = 1000;
const BEAT_MS = (JOB_LIMITS.leaseSeconds * MS_PER_SECOND) / 3;
/** A job has time, and may have as many rows as a whole batch: no budget of a request bounds its reads. */
const FEATURES_MS = 10_000;
/** Left of the function's time for writing down what came of a job. */
const SETTLE_RESERVE_MS = 3_000;

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createOverflowService(parts: OverflowParts): OverflowHandler {
	const { environment, telemetry, tracer, dynamodb, s3, sqs, runtime } = parts;
	const text = (name: string) => requiredText(environment, name);
	const { now, write } = telemetry;
	const [model, team, feature] = [text(ENVIRONMENT.model), text(ENVIRONMENT.team), text(ENVIRONMENT.feature)];
	const { jobP95Seconds } = requiredNumbers(environment, ENVIRONMENT.slo, ["jobP95Seconds"]);
	const log = telemetry.log.with({ model, team, feature });
	const clock: Clock = { ...systemClock, now };
	const queue = sqsQueue(sqs, text(ENVIRONMENT.queueUrl));
	const outbox = sqsOutbox(sqs, {
		deadLetterQueueUrl: text(ENVIRONMENT.deadLetterQueueUrl),
		callbackQueueUrl: text(ENVIRONMENT.callbackQueueUrl),
	});
	const payloads = jobPayloads(payloadBucket(s3, text(ENVIRONMENT.jobsBucket)));
	const registry = registryStore(dynamodb, text(ENVIRONMENT.registryTable));
	const versions = createVersions(model, registry);
	const routing = createRouting({ model, registry, now });
	const models = createModels(artifactStore(s3, text(ENVIRONMENT.artifactBucket)), runtime);
	const store = featureStore(dynamodb, text(ENVIRONMENT.featureTable));
	const features = { model, store, featuresMs: FEATURES_MS };
	const observer = createObserver({ log, write, now, tracer, team, feature, jobP95Seconds });
	const table = text(ENVIRONMENT.jobsTable);
	const pauses = { pause: clock.pause, random: Math.random };

	/** Makes it a job of who answers now; what comes of it where nobody can tell who that is. */
	const route = async (job: Held): Promise<JobResult | undefined> => {
		const { claim } = job;
		if (claim.variant !== VARIANTS.canary) return undefined;
		try {
			const instead = servedInstead(claim, await routing.route(log));
			if (!instead) return undefined;
			if (await moveHeldJob({ client: dynamodb, table, ...pauses }, claim, instead))
				job.claim = { ...claim, ...instead };
			else job.isVoid = true;
			return undefined;
		} catch (thrown) {
			log.warn("It cannot be told which version answers now; the job is given back", { job: claim.job }, thrown);
			return { kind: "unserved", reason: "Its model's route could not be read." };
		}
	};

	/** Whether SQS may forget the message. */
	const workOn = async ({ body, receiptHandle }: SQSRecord, worker: string, leftMs: () => number): Promise<boolean> => {
		const delivery = { body, receipt: receiptHandle };
		const messages = forgetting(queue);
		const claims = claimsTable({ client: dynamodb, table, worker, now, ...pauses });
		const stop = new AbortController();
		const held = createHeldJobs({ claims, queue, log, onLost: () => stop.abort() });
		const beating = setInterval(() => void held.beat(), BEAT_MS);
		const span = telemetry.tracing.start("overflow", new Map());
		const context = (): InferContext => ({
			span,
			deadline: createDeadline(undefined, leftMs() - SETTLE_RESERVE_MS, () => performance.now()),
		});
		const server = inProcess({ model, versions, models, features, context });
		const end = async (job: Held, result: JobResult): Promise<void> => {
			const ports = {
				claims,
				queue: messages,
				outbox,
				payloads,
				held,
				log,
				random: Math.random,
				isDraining: () => false,
			};
			const settled = await settle(job, result, ports);
			observer.settled(job.claim, settled);
			if (settled.kind === "unknown") messages.keep();
		};
		try {
			const budget = createByteBudget(JOB_LIMITS.uploadMaxBytes);
			const ports = { model, claims, queue: messages, outbox, payloads, held, budget, clock, log };
			const admission = await admit(delivery, ports);
			if (admission.kind === "nothing") return messages.isForgotten();
			const job = admission.kind === "work" ? admission.work : admission.held;
			let result = admission.kind === "work" ? await route(job) : admission.result;
			observer.claimed(job.claim);
			if (admission.kind === "work" && !result)
				await runBatch([admission.work], {
					server,
					clock,
					model,
					version: job.claim.version,
					report: (_, reported) => {
						result = reported;
					},
					onTooLarge: () => undefined,
					// The model runs in this very process: what it fails at alone is the job's.
					evidence: { answered: () => undefined, failed: () => true },
					isDraining: () => false,
					signal: stop.signal,
				});
			await end(job, result ?? { kind: "unserved", reason: "The job was no longer this function's." });
			return messages.isForgotten();
		} catch (thrown) {
			log.error("A message could not be worked on; it comes again", {}, thrown);
			return false;
		} finally {
			clearInterval(beating);
			span.end();
		}
	};

	return async ({ Records }, context) => {
		const failed: SQSRecord[] = [];
		for (const record of Records)
			if (!(await workOn(record, context.awsRequestId, () => context.getRemainingTimeInMillis()))) failed.push(record);
		await telemetry.tracing.flush();
		return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
	};
}
