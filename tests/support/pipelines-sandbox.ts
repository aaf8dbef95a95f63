/** A platform in the sandbox whose models' versions are trained once, registered, and rolled out by their pipelines as a test says. */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import { TrainingManifest } from "../../charter/messages.ts";
import type { PipelineInput } from "../../charter/pipeline.ts";
import { RUN_FILES } from "../../charter/registry.ts";
import { PlatformClient } from "../../cli/platform/client.ts";
import { type HeldoutRow, readHeldout } from "../../cli/platform/heldout.ts";
import { invoke } from "../../cli/platform/invoke.ts";
import type { StackOutputs } from "../../cli/platform/outputs.ts";
import { followPipeline, type PipelineEnd, type PipelineWatcher, startPipeline } from "../../cli/platform/pipeline.ts";
import { pipelineOf, reading } from "../../cli/platform/reading.ts";
import { registerRun } from "../../cli/platform/registration.ts";
import type { RegistryReader } from "../../cli/platform/registry.ts";
import { issueTokens } from "../../cli/platform/tokens.ts";
import { readSettings } from "../../cli/settings.ts";
import { callersOf } from "../../cli/story/callers.ts";
import { deploy, openOn, programIn } from "../../cli/story/deploy.ts";
import { STACK, type Stage, setStage } from "../../cli/story/stage.ts";
import { CHECKOUT } from "./sandbox.ts";

const MODELS = "triplane:models";
const POLL_MAX_MS = 500;
/** One tenant, who may send as much as a test does. */
const TENANTS = {
	"triplane:tiers": { standard: { rps: 500, burst: 1_000, dailyQuota: 1_000_000, maxJobsInFlight: 5_000 } },
	"triplane:tenants": [{ name: "acme", tier: "standard" }],
};
const run = promisify(execFile);

/** A model's settings, as they are written. */
export type WrittenModel = Readonly<Record<string, unknown>>;

/** A training run of a sample; the same may be registered for several models. */
export interface TrainedRun {
	folder: string;
	heldout: HeldoutRow[];
}

export interface PipelinesSandbox {
	stage: Stage;
	outputs: StackOutputs;
	/** Runs `up` again. @returns how many resources it changed */
	up(): Promise<number>;
	client(model: string): PlatformClient;
	/** Trains a sample with more arguments of the trainer. */
	train(sample: string, more?: readonly string[]): Promise<TrainedRun>;
	/** @returns the version that the run becomes */
	register(model: string, trained: TrainedRun): Promise<number>;
	/** @returns the execution's ARN */
	start(model: string, input: PipelineInput): Promise<string>;
	follow(model: string, execution: string, watcher?: PipelineWatcher): Promise<PipelineEnd>;
	/** Stops an execution where it is. */
	stop(execution: string): Promise<void>;
	/** ARNs of a model's executions that run. */
	running(model: string): Promise<string[]>;
	/** What the schedule asks each minute. */
	watch(): Promise<void>;
	read<T>(work: (registry: RegistryReader) => Promise<T>): Promise<T>;
}

/**
 * Raises it; it ends with `scope`.
 * @param modelsOf which models there are in place of one of the dev stack's
 */
export async function raisePipelines(
	scope: AsyncDisposableStack,
	modelsOf: (model: WrittenModel) => readonly WrittenModel[],
): Promise<PipelinesSandbox> {
	const { config } = await readSettings(CHECKOUT, STACK);
	const declared = config[MODELS];
	if (!Array.isArray(declared)) throw new Error(`${MODELS} is no list.`);
	const models = { [MODELS]: declared.flatMap((model: WrittenModel) => modelsOf(model)) };
	const set = await setStage(CHECKOUT, scope, { ...config, ...TENANTS, ...models });
	// What the sandbox shortens of rollouts is the test's to say.
	const stage: Stage = { ...set, config: { ...set.config, ...models } };
	const raise = async () => deploy(await openOn(stage, "triplane", programIn(stage, "index.ts")), () => undefined);
	const { outputs } = await raise();
	const tokens = await issueTokens(stage.aws, outputs.tenantTable, outputs.tenants);
	const sfn = new SFNClient(stage.aws);
	scope.defer(() => sfn.destroy());
	let trainings = 0;
	return {
		stage,
		outputs,
		up: async () => {
			const { same = 0, ...others } = (await raise()).result.changes;
			return Object.values(others).reduce((sum: number, count = 0) => sum + count, 0);
		},
		client: (model) => new PlatformClient(outputs.url, callersOf(stage.settings, model, tokens).at(-1)?.token ?? ""),
		train: async (sample, more = []) => {
			const folder = join(stage.run.directory, "trained", String(++trainings));
			const trainer = join(stage.checkout, "samples", "train.py");
			await run(stage.python, [trainer, "--model", sample, "--output", folder, ...more]);
			return { folder, heldout: await readHeldout(join(folder, "heldout.json")) };
		},
		register: async (model, { folder }) => {
			const file = join(folder, RUN_FILES.manifest);
			const manifest = TrainingManifest.parse(JSON.parse(await readFile(file, "utf8")));
			await writeFile(file, JSON.stringify({ ...manifest, model }));
			return (await registerRun(stage.aws, outputs, { model, run: randomUUID() }, folder)).version;
		},
		start: (model, input) => startPipeline(stage.aws, pipelineOf(outputs, model), input),
		follow: (model, execution, watcher = {}) =>
			reading(stage.aws, outputs, (registry) =>
				followPipeline(stage.aws, registry, { model, execution }, watcher, POLL_MAX_MS),
			),
		stop: async (executionArn) => {
			await sfn.send(new StopExecutionCommand({ executionArn, cause: "A test stops it." }));
		},
		running: async (model) => {
			const stateMachineArn = pipelineOf(outputs, model);
			const { executions = [] } = await sfn.send(
				new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" }),
			);
			return executions.flatMap(({ executionArn }) => executionArn ?? []);
		},
		watch: () => invoke(stage.aws, outputs.rolloutFunction ?? "", { action: "watch" }),
		read: (work) => reading(stage.aws, outputs, work),
	};
}
