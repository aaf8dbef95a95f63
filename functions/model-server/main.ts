/**
 * The reference model server's process: one model of the registry on ONNX Runtime, over the Open Inference Protocol.
 * On SIGTERM it goes on answering until nobody has asked for a while: the worker beside it may still drain through it.
 * Exit status: 0 stopped; 1 it could not start.
 */
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { bulkS3Client, dynamodbClient } from "../shared/clients.ts";
import { artifactStore } from "../shared/inference/artifact-store.ts";
import { createModels } from "../shared/inference/models.ts";
import { onnxRuntime } from "../shared/inference/onnx.ts";
import { registryStore } from "../shared/inference/registry-store.ts";
import { createRouting } from "../shared/inference/routing.ts";
import { createVersions } from "../shared/inference/versions.ts";
import { createLog, writeToStdout } from "../shared/telemetry/log.ts";
import { type AnswerPorts, answer } from "./answers.ts";
import { readConfig } from "./config.ts";
import { createDoor } from "./door.ts";
import { loadFirst } from "./first-load.ts";

/** A draining worker asks more often than this. */
const QUIET_MS = 3_000;
const QUIET_POLL_MS = 100;
const MS_PER_SECOND = 1000;

const environment = process.env;
/** What is missing of the environment must be told too. */
const { [ENVIRONMENT.serviceName]: service = "model-server", [ENVIRONMENT.environment]: stage = "unknown" } =
	environment;
const plainLog = createLog({ service, environment: stage, write: writeToStdout, now: Date.now });

async function main(): Promise<void> {
	const { model, version, registryTable, artifactBucket, port } = readConfig(environment);
	const log = plainLog.with({ model });
	const stopping = new AbortController();
	for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stopping.abort());
	const registry = registryStore(dynamodbClient(), registryTable);
	const ports: AnswerPorts = {
		model,
		routing: createRouting({ model, registry, now: Date.now }),
		versions: createVersions(model, registry),
		models: createModels(artifactStore(bulkS3Client(), artifactBucket), onnxRuntime),
		log,
		isStopping: () => stopping.signal.aborted,
	};
	await loadFirst(ports, version);
	const door = createDoor({ model, log, now: Date.now, answer: (operation, body) => answer(operation, body, ports) });
	door.server.listen(port, "0.0.0.0");
	await once(door.server, "listening");
	log.info(`serves "${model}" on port ${port}`);
	if (!stopping.signal.aborted) await once(stopping.signal, "abort");
	log.info("stops when nobody asks any more");
	const untilMs = Date.now() + JOB_LIMITS.drainSeconds * MS_PER_SECOND;
	while (door.idleMs() < QUIET_MS && Date.now() < untilMs) await sleep(QUIET_POLL_MS);
}

try {
	await main();
	process.exit(0);
} catch (thrown) {
	plainLog.error("The model server cannot run", {}, thrown);
	process.exit(1);
}
