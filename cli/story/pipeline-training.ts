/** The part of the story in which a sample gets from its data to a version by its own pipeline, as a team's model would. */
import { TriplaneError } from "../../charter/errors.ts";
import type { JudgementRecord, RolloutRecord } from "../../charter/rollout.ts";
import { evaluationLines } from "../commands/models/show.ts";
import type { StackOutputs } from "../platform/outputs.ts";
import { followPipeline, type PipelineEnd, startPipeline } from "../platform/pipeline.ts";
import { pipelineOf, reading } from "../platform/reading.ts";
import { readStagedRun } from "../platform/staged-run.ts";
import type { Say, Steps } from "../steps.ts";
import { type Trained, writeHeldoutFeatures } from "./deploy.ts";
import { headline, type Served } from "./samples.ts";
import type { Stage } from "./stage.ts";

const POLL_MAX_MS = 500;

/** What a story does while a pipeline runs. */
export interface Meanwhile {
	say: Say;
	onRollout?: (rollout: RolloutRecord) => void;
	onJudgement?: (judgement: JudgementRecord) => void;
}

export interface PipelineRun {
	end: PipelineEnd;
	/** Name of the training run. */
	run: string;
}

/** Runs a model's pipeline to its end, whatever that is. @param trainer more arguments of it */
export async function runModelPipeline(
	stage: Stage,
	outputs: StackOutputs,
	model: string,
	trainer: readonly string[],
	{ say, ...watcher }: Meanwhile,
): Promise<PipelineRun> {
	const execution = await startPipeline(stage.aws, pipelineOf(outputs, model), { arguments: [...trainer] });
	const run = execution.split(":").at(-1) ?? "";
	const { end, evaluation } = await reading(stage.aws, outputs, async (registry) => ({
		end: await followPipeline(stage.aws, registry, { model, execution }, { ...watcher, onState: say }, POLL_MAX_MS),
		evaluation: await registry.evaluation(model, run),
	}));
	if (end.outcome === "REFUSED" && evaluation)
		throw new TriplaneError(`The pipeline of ${model} refused its run.\n${evaluationLines(evaluation).join("\n")}`);
	if (end.status !== "SUCCEEDED")
		throw new TriplaneError(
			`The pipeline of ${model} ${end.status}: ${end.error ?? ""} ${end.cause ?? ""}\n${execution}`,
		);
	return { end, run };
}

/** Trains a sample by its pipeline; the model's first version serves at once. */
export async function serveByPipeline(
	stage: Stage,
	outputs: StackOutputs,
	model: string,
	steps: Steps,
): Promise<Served> {
	const { served } = await steps.run(
		"train",
		async (say) => {
			const { end, run } = await runModelPipeline(stage, outputs, model, [], { say });
			if (end.outcome !== "SERVING") throw new TriplaneError(`The first version of ${model} ended as ${end.outcome}.`);
			return { served: await servedOf(stage, outputs, model, run) };
		},
		({ served: { trained, registered } }) =>
			`${model} by its pipeline: ${headline(trained.manifest.metrics)} on ${trained.heldout.length} held-out rows; version ${registered.version} serves, SHA-256 ${registered.sha256.slice(0, 12)}…`,
	);
	return served;
}

async function servedOf(stage: Stage, outputs: StackOutputs, model: string, run: string): Promise<Served> {
	const trained: Trained = await readStagedRun(stage.aws, outputs.artifactBucket, model, run);
	await writeHeldoutFeatures(stage, outputs, trained);
	const { sha256 } = trained.manifest.artifact;
	const version = await reading(stage.aws, outputs, (registry) => registry.versionOf(model, sha256));
	if (version === undefined) throw new TriplaneError(`The pipeline of ${model} registered no version of ${sha256}.`);
	return { trained, registered: { model, version, sha256, champion: true } };
}
