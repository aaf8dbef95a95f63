/**
 * What every run stands on: an embedded AWS of its own with a registered model, and the bundles of the containers.
 * All of it ends with the scope, and with this process however that ends.
 */
import { join } from "node:path";
import { ENVIRONMENT } from "../../charter/environment.ts";
import { type HeldoutRow, readHeldout } from "../../cli/platform/heldout.ts";
import { bundleProcess } from "../../components/parts/bundle.ts";
import { EMULATOR_CREDENTIALS, type Emulator, startEmulator } from "../../sandbox/emulator/emulator.ts";
import { createRun, sweepRuns } from "../../sandbox/processes/runs.ts";
import { startWarden, type Warden } from "../../sandbox/processes/warden.ts";
import { CHECKOUT } from "../support/sandbox.ts";
import { makeCloud, type QueuedCloud, STORES } from "./cloud.ts";
import type { Container } from "./tasks.ts";

export const MODEL = "digit-reader";
/** What the trainer left: the model, and held-out rows with its own predictions of them. */
const TRAINED = join(CHECKOUT, "tests", "fixtures", MODEL);
export const TEAM = "documents";
export const FEATURE = "scanning";
/** 95 % of the jobs are to be done within this time. */
export const JOB_P95_SECONDS = 30;
/** Some hundred times what the model takes, and less than most hangs last. */
const INFER_TIMEOUT_MS = 4_000;

export interface Stage {
	/** Where the containers' logs go; stays when the run is over, until it is found well. */
	logFolder: string;
	warden: Warden;
	emulator: Emulator;
	cloud: QueuedCloud;
	/** Held-out rows with the trainer's own predictions. */
	heldout: HeldoutRow[];
	/** Entry point of each container. */
	entries: Readonly<Record<Container, string>>;
}

/** @param say told what is going on, for people */
export async function setStage(scope: AsyncDisposableStack, say: (text: string) => void): Promise<Stage> {
	const runs = join(CHECKOUT, ".sandbox", "runs");
	await sweepRuns(runs);
	const run = await createRun(runs);
	scope.defer(() => run.remove());
	const warden = await startWarden({ run: run.id });
	scope.defer(() => warden.close());
	const python = join(CHECKOUT, ".sandbox", "tools", "venv", "bin", "python");
	say("starting the embedded AWS");
	const emulator = await startEmulator({ python, runDir: run.directory, spawn: warden.spawn });
	const cloud = await makeCloud(emulator, scope, MODEL, TRAINED);
	const heldout = await readHeldout(join(TRAINED, "heldout.json"));
	const entries = { worker: entryOf("worker"), modelServer: entryOf("model-server") };
	const logFolder = join(CHECKOUT, ".sandbox", "chaos", run.id);
	return { logFolder, warden, emulator, cloud, heldout, entries };
}

/** The very bundle that is in the container's image. */
const entryOf = (name: string): string => join(bundleProcess(name), "index.mjs");

export interface Batching {
	maxSize: number;
	maxWaitMs: number;
}

/** URL of a queue as it is called through `endpoint`: the SDK calls a queue where its URL says. */
export const through = (endpoint: string, queueUrl: string): string => endpoint + new URL(queueUrl).pathname;

/**
 * The environment of a task's two containers.
 * @param endpoint where they find AWS: the emulator, or the fault proxy before it
 */
export function taskEnvironment(
	{ emulator, cloud: { queues } }: Stage,
	endpoint: string,
	{ maxSize, maxWaitMs }: Batching,
): Record<string, string> {
	return {
		PATH: process.env.PATH ?? "",
		AWS_ENDPOINT_URL: endpoint,
		AWS_REGION: emulator.region,
		AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
		AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
		[ENVIRONMENT.environment]: "chaos",
		[ENVIRONMENT.serviceName]: `worker-${MODEL}`,
		[ENVIRONMENT.model]: MODEL,
		[ENVIRONMENT.team]: TEAM,
		[ENVIRONMENT.feature]: FEATURE,
		[ENVIRONMENT.slo]: JSON.stringify({ jobP95Seconds: JOB_P95_SECONDS, errorRate: 0.005 }),
		[ENVIRONMENT.registryTable]: STORES.registryTable,
		[ENVIRONMENT.artifactBucket]: STORES.artifactBucket,
		[ENVIRONMENT.jobsTable]: STORES.jobsTable,
		[ENVIRONMENT.jobsBucket]: STORES.jobsBucket,
		[ENVIRONMENT.queueUrl]: through(endpoint, queues.queueUrl),
		[ENVIRONMENT.deadLetterQueueUrl]: through(endpoint, queues.deadLetterQueueUrl),
		[ENVIRONMENT.callbackQueueUrl]: through(endpoint, queues.callbackQueueUrl),
		[ENVIRONMENT.batchMaxSize]: String(maxSize),
		[ENVIRONMENT.batchMaxWaitMs]: String(maxWaitMs),
		[ENVIRONMENT.inferTimeoutMs]: String(INFER_TIMEOUT_MS),
		[ENVIRONMENT.traceSampleRatio]: "0",
	};
}
