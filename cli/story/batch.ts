/** The part of the story in which a day's rows are scored as one window, and each prediction is the trainer's own. */
import { TriplaneError } from "../../charter/errors.ts";
import { runWindow, writeBatchInput } from "../platform/batch.ts";
import { type BatchPrediction, readWindow } from "../platform/batch-output.ts";
import { assertEqualsTrainer, type HeldoutRow } from "../platform/heldout.ts";
import type { StackOutputs } from "../platform/outputs.ts";
import type { WindowOutcome } from "../report.ts";
import type { Say, Steps } from "../steps.ts";
import { SAMPLES, serveSample } from "./samples.ts";
import type { Stage } from "./stage.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Trains, registers and serves the batch sample, and scores yesterday's rows. */
export async function tellBatch(stage: Stage, outputs: StackOutputs, steps: Steps): Promise<WindowOutcome> {
	const model = SAMPLES.batch;
	const { trained } = await serveSample(stage, outputs, model, steps);
	return steps.run(
		"batch",
		(say) => scoreYesterday(stage, outputs, model, trained.heldout, say),
		({ window, rows, chunks }) =>
			`${rows} rows of ${window.start.slice(0, 10)} scored in ${chunks} chunks: all equal the trainer's own, the offset moved last`,
	);
}

async function scoreYesterday(
	stage: Stage,
	outputs: StackOutputs,
	model: string,
	rows: readonly HeldoutRow[],
	say: Say,
): Promise<WindowOutcome> {
	const deployed = outputs.batchModels.find(({ name }) => name === model);
	if (!deployed) throw new TriplaneError(`The stack's outputs name no workflow of ${model}.`);
	const { stateMachine, dataBucket } = deployed;
	const atMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAY_MS;
	const inputs = rows.map(({ id, features }) => ({ id, inputs: { features } }));
	await writeBatchInput(stage.aws, dataBucket, { model, atMs, name: "held-out", rows: inputs });
	const run = await runWindow(stage.aws, stateMachine, {}, ({ done, total }) => say(`${done} of ${total} chunks`));
	if (!run.window)
		throw new TriplaneError(`The window of ${model} ended as ${run.status}: ${run.error ?? ""} ${run.cause ?? ""}`);
	const { start, end, chunks, version } = run.window;
	assertAllEqual(await readWindow(stage.aws, dataBucket, { model, start, end }), rows);
	return {
		model,
		version,
		window: { start, end },
		rows: rows.length,
		chunks,
		seconds: Math.round(run.seconds * 10) / 10,
	};
}

/** @throws {TriplaneError} where a row is missing, came twice, or is predicted otherwise than by the trainer */
export function assertAllEqual(predictions: readonly BatchPrediction[], rows: readonly HeldoutRow[]): void {
	const byId = new Map(predictions.map((prediction) => [prediction.id, prediction.outputs]));
	if (predictions.length !== rows.length || byId.size !== rows.length)
		throw new TriplaneError(
			`The window has ${predictions.length} predictions of ${byId.size} rows, not ${rows.length}.`,
		);
	for (const row of rows) {
		const outputs = Object.entries(byId.get(row.id) ?? {}).map(([name, data]) => ({ name, data }));
		assertEqualsTrainer({ status: 200, body: { outputs } }, [row]);
	}
}
