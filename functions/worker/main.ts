/**
 * The worker's process: puts it together from its environment, runs it, and drains it on SIGTERM or SIGINT.
 * Exit status: 0 drained; 1 it could not start, or broke down.
 */
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { claimsTable } from "../shared/jobs/claims-table.ts";
import { payloadBucket } from "../shared/jobs/payloads.ts";
import { createLog, writeToStdout } from "../shared/telemetry/log.ts";
import { otlpProcessors } from "../shared/telemetry/otlp.ts";
import { workerClients } from "./clients.ts";
import { systemClock } from "./clock.ts";
import { readConfig } from "./config.ts";
import { serveHealth } from "./health.ts";
import { httpModelServer } from "./model-server.ts";
import { createObserver } from "./observe.ts";
import { jobPayloads } from "./payloads.ts";
import { sqsOutbox, sqsQueue } from "./sqs.ts";
import { ecsTaskProtection } from "./task-protection.ts";
import { startTracing } from "./tracing.ts";
import { createWorker } from "./worker.ts";

const MS_PER_SECOND = 1000;
const DRAIN_MS = JOB_LIMITS.drainSeconds * MS_PER_SECOND;
const BEAT_MS = (JOB_LIMITS.leaseSeconds * MS_PER_SECOND) / 3;

const environment = process.env;
/** What is missing of the environment must be told too. */
const { [ENVIRONMENT.serviceName]: service = "worker", [ENVIRONMENT.environment]: stage = "unknown" } = environment;
const { now, pause } = systemClock;
const plainLog = createLog({ service, environment: stage, write: writeToStdout, now });

async function main(): Promise<void> {
	const config = readConfig(environment);
	const { model, team, feature } = config;
	const log = plainLog.with({ model, team, feature });
	const { dynamodb, sqs, sqsPolls, s3 } = workerClients();
	const tracing = startTracing(service, otlpProcessors(environment));
	const server = httpModelServer({ url: config.modelServerUrl, inferTimeoutMs: config.inferTimeoutMs });
	const { random } = Math;
	const worker = createWorker(config, {
		queue: sqsQueue(sqs, config.queueUrl, sqsPolls),
		outbox: sqsOutbox(sqs, config),
		claims: claimsTable({ client: dynamodb, table: config.jobsTable, worker: config.worker, now, pause, random }),
		payloads: jobPayloads(payloadBucket(s3, config.jobsBucket)),
		server,
		taskProtection: ecsTaskProtection(config.agentUri),
		clock: systemClock,
		random,
		log,
		observer: createObserver({ ...config, log, write: writeToStdout, now, tracer: tracing.tracer }),
	});
	const health = await serveHealth(config.healthPort, { status: worker.status, server });
	const beating = setInterval(() => void worker.beat(), BEAT_MS);
	for (const signal of ["SIGTERM", "SIGINT"] as const)
		process.on(signal, () => {
			log.info(`${signal}: takes no more jobs, finishes or gives back ${worker.status().inWork}`);
			worker.drain();
			setTimeout(() => leave("The drain took too long; leases and visibility give the rest back"), DRAIN_MS).unref();
		});
	log.info(`worker of "${model}" takes up to ${config.batchMaxSize} jobs at once to ${config.modelServerUrl}`);
	await worker.run();
	clearInterval(beating);
	await health.stop();
	await tracing.shutdown();
	log.info("worker has drained");
}

function leave(why: string, thrown?: unknown): never {
	plainLog.error(why, {}, thrown);
	process.exit(1);
}

try {
	await main();
	// Connections that are kept open would keep the process.
	process.exit(0);
} catch (thrown) {
	leave("The worker broke down; its jobs come back when their leases lapse", thrown);
}
