/** What every part of the story stands on: a run of its own, the engine, the embedded AWS, the settings. */
import { join } from "node:path";
import { TRAIN_CONTAINERS } from "../../charter/pipeline.ts";
import type { Settings } from "../../charter/settings.ts";
import { bundleProcess } from "../../components/parts/bundle.ts";
import { type Cloud, startCloud } from "../../sandbox/cloud.ts";
import { writeTrainerShim } from "../../sandbox/ecs-agent/trainer-shim.ts";
import { type Engine, locateEngine } from "../../sandbox/engine/engine.ts";
import { createRun, type Run, sweepRuns } from "../../sandbox/processes/runs.ts";
import { startWarden, type Warden } from "../../sandbox/processes/warden.ts";
import type { AwsTarget } from "../platform/aws.ts";
import { sandboxAws } from "../platform/stack.ts";
import { settingsIn } from "../settings.ts";
import { shortened } from "./shortened.ts";

/** What stands for the images of tasks, by the container's name. */
const TASK_PROGRAMS = {
	worker: bundleProcess("worker"),
	"model-server": bundleProcess("model-server"),
	score: bundleProcess("batch-score"),
	[TRAIN_CONTAINERS.upload]: bundleProcess("upload-run"),
};
/** Relative to the checkout. */
const TRAINER = "samples/train.py";

/** The stack whose settings the sandbox takes. */
export const STACK = "dev";

export interface Stage {
	/** The folder of the project. */
	checkout: string;
	/** The interpreter that has the emulator and the trainer. */
	python: string;
	run: Run;
	warden: Warden;
	engine: Engine;
	cloud: Cloud;
	aws: AwsTarget;
	/** The stack's config by full key, as the engine takes it. */
	config: Record<string, unknown>;
	settings: Settings;
}

/**
 * Sets the stage; all of it ends with `scope`.
 * @param written the stack's config by full key
 */
export async function setStage(
	checkout: string,
	scope: AsyncDisposableStack,
	written: Readonly<Record<string, unknown>>,
): Promise<Stage> {
	const engine = locateEngine();
	const runs = join(checkout, ".sandbox", "runs");
	await sweepRuns(runs);
	const run = await createRun(runs);
	scope.defer(() => run.remove());
	const warden = await startWarden({ run: run.id });
	scope.defer(() => warden.close());
	const python = pythonOf(checkout);
	const folder = join(run.directory, TRAIN_CONTAINERS.trainer);
	const trainer = await writeTrainerShim({ folder, python, script: join(checkout, TRAINER) });
	const bundles = { ...TASK_PROGRAMS, [TRAIN_CONTAINERS.trainer]: trainer };
	const cloud = await startCloud(scope, { run, warden, python, bundles });
	const config = inSandbox(written, cloud);
	return {
		checkout,
		python,
		run,
		warden,
		engine,
		cloud,
		aws: sandboxAws(cloud.endpoint, cloud.region),
		config,
		settings: settingsIn(config, STACK),
	};
}

/** The interpreter of the virtual environment that the set-up makes. */
const pythonOf = (checkout: string): string => join(checkout, ".sandbox", "tools", "venv", "bin", "python");

/**
 * The settings with what is different here: this machine's processor, a network that is there, where spans go, and rollouts of
 * seconds. Types and names stay the same.
 */
function inSandbox(config: Readonly<Record<string, unknown>>, cloud: Cloud): Record<string, unknown> {
	const observability = config["triplane:observability"];
	return {
		...shortened(config),
		"aws:region": cloud.region,
		"triplane:architecture": process.arch === "arm64" ? "arm64" : "x86_64",
		// awsx's own process, which would make a network, is not fetched here; nothing looks at these ids.
		"triplane:network": { kind: "adopt", vpcId: "vpc-sandbox", subnetIds: ["subnet-sandbox-a", "subnet-sandbox-b"] },
		"triplane:observability": {
			...(typeof observability === "object" ? observability : {}),
			otlpEndpoint: cloud.collector.url,
		},
	};
}
