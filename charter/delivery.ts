/**
 * How long the steps of training and rollouts may take, and what their functions reserve. Pure; the pipeline's words are in
 * pipeline.ts, a rollout's in rollout.ts.
 */
import { LAMBDA_TIMEOUT_MAX_SECONDS, RESERVED_CONCURRENCY_MINIMUM } from "./limits.ts";
import type { Settings } from "./settings.ts";

/** Longest that the functions may run, in seconds. */
export const ROLLOUT_TIMEOUT_SECONDS = 60;
export const JUDGE_TIMEOUT_SECONDS = 60;
/** Two models answer all held-out rows. */
export const EVALUATE_TIMEOUT_SECONDS = 300;
/** A run's archive is read, unpacked and put. */
export const COLLECT_TIMEOUT_SECONDS = LAMBDA_TIMEOUT_MAX_SECONDS;
/** A comparison that comes later says nothing about a rollout that has gone on. */
export const SHADOW_RETENTION_SECONDS = 24 * 60 * 60;
/** Mirrored requests that wait longer are compared too late for the judge's next looks. */
export const SHADOW_AGE_MAX_SECONDS = 15 * 60;

/** Executions are started by people, schedules and data, one at a time for a model. */
const STEP_RESERVED_CONCURRENCY = RESERVED_CONCURRENCY_MINIMUM;
/** Mirrored requests wait in their queue: more at once would only cost more. */
export const SHADOW_RESERVED_CONCURRENCY = 5;

/** Longest that a person may take, and that an execution may. */
export const APPROVAL_TIMEOUT_SECONDS = 7 * 24 * 60 * 60;
export const PIPELINE_TIMEOUT_SECONDS = 30 * 24 * 60 * 60;
/** What the pipeline waits longer than what it started may run: its start, and the way. */
export const STEP_MARGIN_SECONDS = 30;
/** Until a training's capacity and image are there. */
export const TRAIN_START_SECONDS = 15 * 60;
/**
 * Looks of one execution, each of a dozen events, of which Step Functions keeps 25,000: then it ends, and the watch starts
 * another one, which goes on.
 */
export const LOOKS_MAX = 1500;

/** How often it is looked after rollouts that nobody works on. */
export const WATCH_SCHEDULE = "rate(1 minute)";

/** Name of a model's pipeline within its stack. */
export const pipelineName = (model: string): string => `${model}-pipeline`;

/** Concurrency that the functions of training and rollouts reserve, by function. */
export function deliveryReservations({ models }: Pick<Settings, "models">): Record<string, number> {
	return {
		rollout: Math.max(STEP_RESERVED_CONCURRENCY, models.length),
		judge: Math.max(STEP_RESERVED_CONCURRENCY, models.length),
		evaluate: STEP_RESERVED_CONCURRENCY,
		...(models.some(({ train }) => train?.kind === "sagemaker") ? { "collect-run": STEP_RESERVED_CONCURRENCY } : {}),
		...(models.some(({ serve }) => serve !== "batch") ? { shadow: SHADOW_RESERVED_CONCURRENCY } : {}),
	};
}
