/**
 * `triplane train MODEL` and `triplane rollout MODEL --version N`: starts the model's pipeline, and shows what it does until it
 * has ended. Who ends this process ends the showing alone.
 */
import { datasetPrefix, type EvaluationRecord, type PipelineInput } from "../../charter/pipeline.ts";
import type { JudgementRecord, RolloutRecord } from "../../charter/rollout.ts";
import { followPipeline, GOOD_OUTCOMES, type PipelineEnd, startPipeline } from "../platform/pipeline.ts";
import { assertTrains, pipelineOf, reading } from "../platform/reading.ts";
import { findTarget } from "../platform/stack.ts";
import { UsageError } from "../usage.ts";
import { withoutKeys } from "./models/json.ts";
import { evaluationLines } from "./models/show.ts";
import { rolloutWords } from "./models/words.ts";

/** What `triplane train` was told. */
export interface TrainOptions {
	version?: number;
	/** Key of a data set, whole or below the model's prefix. */
	dataset?: string;
	argument?: string[];
}

/** @throws {UsageError} where a trainer is told something that will not run */
export function inputOf(model: string, { version, dataset, argument }: TrainOptions): PipelineInput {
	if (version === undefined) {
		const prefix = datasetPrefix(model);
		return {
			...(dataset !== undefined && { dataset: dataset.startsWith(prefix) ? dataset : prefix + dataset }),
			...(argument !== undefined && { arguments: argument }),
		};
	}
	if (dataset !== undefined || argument !== undefined)
		throw new UsageError("--version trains nothing, so no trainer takes --dataset or --argument: leave them out.");
	return { version };
}

export interface PipelineRunOptions {
	/** @default true */
	wait: boolean;
	outputs?: string;
	json?: boolean;
}

/** Exit code 0 where the version serves now (or, without waiting, was started), 1 where it was refused, rolled back or failed. */
export async function runPipeline(
	checkout: string,
	model: string,
	input: PipelineInput,
	options: PipelineRunOptions,
): Promise<number> {
	const { aws, outputs } = await findTarget(checkout, options.outputs);
	const stateMachine = pipelineOf(outputs, model);
	const { version } = input;
	// Else an execution would be started to fail.
	if (version === undefined) assertTrains(outputs, model);
	else await reading(aws, outputs, (registry) => registry.version(model, version));
	const execution = await startPipeline(aws, stateMachine, input);
	if (!options.wait) {
		console.log(options.json ? JSON.stringify({ model, execution }) : `Started ${execution}`);
		return 0;
	}
	console.error(`Started ${execution}. Ctrl-C ends the showing, not the pipeline.`);
	return reading(aws, outputs, async (registry) => {
		const end = await followPipeline(aws, registry, { model, execution }, progressOf(model));
		const evaluation = end.outcome === "REFUSED" ? await registry.evaluation(model, runOf(execution)) : undefined;
		const { champion } = await registry.aliases(model);
		console.log(options.json ? JSON.stringify(jsonOf(model, end)) : wordsOf(model, end, champion, evaluation));
		return GOOD_OUTCOMES.includes(end.outcome) ? 0 : 1;
	});
}

/** The training run is called as its execution. */
const runOf = (execution: string): string => execution.split(":").at(-1) ?? "";

/** Progress goes to standard error, a line a piece of news. */
const progressOf = (model: string) => ({
	onState: (state: string) => console.error(state),
	onRollout: (rollout: RolloutRecord) => console.error(rolloutLine(model, rollout)),
	onJudgement: (judgement: JudgementRecord) => console.error(judgementLine(judgement)),
});

/** @param model by whose name a person who is asked answers */
export function rolloutLine(model: string, rollout: RolloutRecord): string {
	const { rollout: number, state } = rollout;
	const ask = `; \`triplane approve ${model}\` lets it go on, with --refuse it ends`;
	return `Rollout ${number}: ${rolloutWords(rollout)}${state === "AWAITING_APPROVAL" ? ask : ""}`;
}

/** As in "   25 %  continue  …". */
export const judgementLine = ({ weight, verdict, sentence }: JudgementRecord): string =>
	`${`${weight} %`.padStart(7)}  ${verdict.padEnd(8)}  ${sentence}`;

/** What came of an execution, with the table where that says why. */
export function wordsOf(
	model: string,
	end: PipelineEnd,
	champion: number | undefined,
	evaluation: EvaluationRecord | undefined,
): string {
	const { rollout, judgements, outcome, reason, status, error, cause, execution } = end;
	const serves = champion === undefined ? "no version serves" : `v${champion} serves`;
	const after = `after ${judgements.length} judgements and ${end.seconds.toFixed(0)} s`;
	switch (outcome) {
		case "PROMOTED":
			return `${model}: ${rollout ? `v${rollout.to} promoted over v${rollout.from} ${after}` : serves}`;
		case "ROLLED_BACK":
			return rollout
				? `${model}: v${rollout.to} rolled back ${after}: ${rollout.reason ?? ""}\n${serves}`
				: [`${model}: ${serves}`, reason].filter((part) => part !== undefined).join("\n");
		case "REFUSED":
			return [`${model}: the run is refused; ${serves}`, ...(evaluation ? evaluationLines(evaluation) : [])].join("\n");
		case undefined:
			return `${[`${model}: the pipeline ${status}`, error, cause].filter((part) => part !== undefined).join(": ")}\n${execution}`;
		default:
			return `${model}: ${serves}`;
	}
}

const jsonOf = (model: string, { rollout, judgements, ...end }: PipelineEnd) => ({
	model,
	...end,
	rollout: rollout ? withoutKeys(rollout) : null,
	judgements: judgements.map(withoutKeys),
});
