/**
 * What follows from the settings of batch models by arithmetic: window lengths, timeouts, reservations.
 * Pure, as derive.ts is for realtime ones. Windows themselves are in windows.ts.
 */
import { BatchSettings } from "./batch-settings.ts";
import { RESERVED_CONCURRENCY_MINIMUM } from "./limits.ts";
import type { ModelSettings, Settings } from "./settings.ts";
import { cadenceSeconds } from "./windows.ts";

/** A model that scores windows by a schedule. */
export type BatchModel = ModelSettings & {
	serve: "batch";
	runtime: Extract<ModelSettings["runtime"], { kind: "lambda" | "fargate" }>;
	schedule: string;
	batch: BatchSettings;
	/** Length of a window. */
	windowSeconds: number;
};

/** The batch models, with what they leave to defaults. */
export const batchModels = (settings: Pick<Settings, "models">): BatchModel[] =>
	settings.models.flatMap((model) => {
		const { serve, schedule, runtime, batch = BatchSettings.parse({}) } = model;
		const windowSeconds = batch.windowSeconds ?? cadenceSeconds(schedule ?? "");
		if (serve !== "batch" || schedule === undefined || windowSeconds === undefined) return [];
		if (runtime.kind !== "lambda" && runtime.kind !== "fargate") return [];
		return [{ ...model, serve, schedule, runtime, batch, windowSeconds }];
	});

/** All inputs of a window are read once to be cut, whatever they weigh. */
export const BATCH_PLAN_TIMEOUT_SECONDS = 900;
export const BATCH_SCORE_TIMEOUT_SECONDS = 900;
export const BATCH_COMMIT_TIMEOUT_SECONDS = 300;
/** A container is fetched and started before it scores, and works at more than a function could. */
export const BATCH_CONTAINER_TIMEOUT_SECONDS = 3600;
/** What the workflow waits longer than a function may run: its start, and the way. */
export const BATCH_TASK_MARGIN_SECONDS = 30;
/** Longest that an execution may take: after a day somebody should look. */
export const BATCH_EXECUTION_TIMEOUT_SECONDS = 24 * 60 * 60;

/** The name of each function of a model's pipeline. */
export const batchFunctionNames = (model: string) => ({
	plan: `${model}-plan`,
	score: `${model}-score`,
	commit: `${model}-commit`,
});

/** Concurrency that the functions of the batch models reserve, by function: as many scores as the map has chunks in work. */
export const batchReservations = (settings: Pick<Settings, "models">): Record<string, number> =>
	Object.fromEntries(
		batchModels(settings).flatMap(({ name, runtime, batch }) => {
			const { plan, score, commit } = batchFunctionNames(name);
			const scores =
				runtime.kind === "lambda" ? [[score, Math.max(RESERVED_CONCURRENCY_MINIMUM, batch.maxConcurrency)]] : [];
			return [[plan, RESERVED_CONCURRENCY_MINIMUM], ...scores, [commit, RESERVED_CONCURRENCY_MINIMUM]];
		}),
	);
