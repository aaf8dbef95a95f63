/**
 * The training pipeline's own words: what starts an execution, and what its steps ask of the functions. One pipeline a model:
 * Begin → Train → Evaluate → Register → Open → Approve? → Deploy → (Wait → Judge → Shift)… → Finalize | Rollback → End.
 * Types and schemas only; the definition is components/parts/pipeline-definition.ts.
 */
import { z } from "zod";
import type { RouteVariant } from "./registry.ts";
import type { RolloutPlan, RolloutState, Verdict } from "./rollout.ts";
import type { EvaluateSettings, Sticky } from "./rollout-settings.ts";

/** Input of an execution. Nothing: train, and roll out what comes of it; or go on with what a crash has left. */
export const PipelineInput = z.strictObject({
	/** A registered version to roll out, without training. */
	version: z.int().positive().optional(),
	/** Key of a data set below `datasets/<model>/` in the artifact bucket. */
	dataset: z.string().optional(),
	/** Extra arguments of the trainer. */
	arguments: z.array(z.string()).max(20).optional(),
	/** Only go on with what a crash has left: where nothing is, nothing is done. */
	resume: z.literal(true).optional(),
});
export type PipelineInput = z.output<typeof PipelineInput>;

/** What the definition tells the functions of its model, the same in every step. */
export interface PipelineModel {
	model: string;
	/** Absent for batch models: their versions change over at once, as windows are judged by nobody. */
	plan?: RolloutPlan;
	evaluate: EvaluateSettings;
	/** Image of the trainer, by its digest; absent where a model is not trained here. */
	trainImage?: string;
}

/** Asks of the `rollout` function; each may be asked again after a crash and then does no more than what is left. */
export type RolloutRequest = PipelineModel & { execution: string } & (
		| { action: "begin"; input: PipelineInput }
		/** `isTrained`: the version is what this execution's training has given; else whoever has started it names it. */
		| { action: "open"; version: number; isTrained?: boolean }
		| { action: "ask"; rollout: number; taskToken: string }
		| { action: "deploy"; rollout: number }
		| { action: "shift"; rollout: number }
		| { action: "finalize"; rollout: number }
		| { action: "rollback"; rollout: number; reason: string }
		| { action: "end" }
	);

/** One variant of an experiment; its traffic's share in percent. */
export interface ExperimentVariant {
	name: string;
	version: number;
	weight: number;
}

/**
 * Asks of the `rollout` function by hand: `execution` is any name of who asks, the same when they ask again. A rollback is of
 * the last rollout, unfinished or promoted, if it is the one that was `seen`; one that is rolled back already stays so, and with
 * `champion` the champion gives way to the one before it.
 */
export type ByHandRequest = { model: string; execution: string } & (
	| { action: "rollback"; reason: string; seen?: number; champion?: boolean }
	| { action: "experiment"; variants: ExperimentVariant[]; sticky: Sticky }
	| { action: "end-experiment" }
);

/** What the schedule asks of the `rollout` function each minute: rollouts that nobody works on any more go on. */
export interface WatchRequest {
	action: "watch";
}

/** `begin`: the lock is this execution's. */
export interface BeginResponse {
	/** What is to be done: train first, roll `version` out, or go on with `rollout`. */
	next: "TRAIN" | "OPEN" | "RESUME";
	/** Name of the training run: the trainer's files lie under it. */
	run: string;
	version?: number;
	rollout?: number;
	state?: RolloutState;
}

/** `open`, `ask`, `deploy`, `shift`, `finalize` and `rollback`: where the rollout is now. */
export interface RolloutResponse {
	rollout: number;
	state: RolloutState;
	/** Whether the step is through; else it is asked again after a while (tasks start, a queue empties). */
	isDone: boolean;
	weight: number;
	intervalSeconds: number;
	/** Why there is nothing to roll out, as a sentence; of `open`. */
	reason?: string;
}

/** `end`: whether the lock was this execution's to release. */
export interface EndResponse {
	isReleased: boolean;
}

export interface ExperimentResponse {
	experiment: number;
	isRunning: boolean;
	variants: RouteVariant[];
}

/** `watch`: models whose rollouts go on again, and those whose state could not be found out. */
export interface WatchResponse {
	resumed: string[];
	failed: string[];
}

/** Asks of the `judge` function. */
export interface JudgeRequest {
	model: string;
	rollout: number;
}
export interface JudgeResponse {
	rollout: number;
	verdict: Verdict;
	/** The judgement in a sentence; the reason of a rollback. */
	sentence: string;
	state: RolloutState;
	weight: number;
	intervalSeconds: number;
}

/** Asks of the `evaluate` function: the run's files lie under `stagingPrefix(model, run)`. */
export interface EvaluateRequest extends PipelineModel {
	run: string;
}

/** One line of the table that says why: a metric of the new model, on all rows or on a slice. */
export interface EvaluationLine {
	slice: string;
	rows: number;
	metric: string;
	value: number;
	/** The champion's on the same rows, where there is one. */
	champion?: number;
	floor?: number;
	isMet: boolean;
	/** Why not. */
	why?: string;
}

/** `pk` MODEL#name, `sk` EVALUATION#run. */
export interface EvaluationRecord {
	pk: string;
	sk: string;
	model: string;
	run: string;
	atMs: number;
	isAccepted: boolean;
	championVersion?: number;
	lines: EvaluationLine[];
	/** Why the run as a whole was refused, as where its hashes do not hold. */
	faults: string[];
	/** What whoever reads it should know and what refuses nothing, as that no comparison with the champion was possible. */
	notes: string[];
	/** Absent where the run has no manifest that could be read. */
	lineage?: { dataSha256: string; codeSha256: string; heldoutSha256: string; image?: string; artifactSha256: string };
}

/** `evaluate`: the run was accepted; else it fails with the table. */
export interface EvaluateResponse {
	run: string;
	isAccepted: true;
	championVersion?: number;
	/** For people, with the figures. */
	sentence: string;
}
export const evaluationKey = (run: string): string => `EVALUATION#${run}`;

/** Names by which the definition knows what must not be tried again. */
export const PIPELINE_ERRORS = {
	busy: "PipelineBusyError",
	refused: "EvaluationRefusedError",
	request: "PipelineRequestError",
	tooLarge: "RunFileTooLargeError",
} as const;
/** `ask` returns by the token when a person has decided; a refusal fails the state with this. */
export const APPROVAL_REFUSED = "ApprovalRefused";

/** Below which, in the artifact bucket, a model's data sets lie. */
export const datasetPrefix = (model: string): string => `datasets/${model}/`;

/** Containers of a training task: the team's trainer, and the platform's uploader that starts when it has succeeded. */
export const TRAIN_CONTAINERS = { trainer: "trainer", upload: "upload-run" } as const;
/** Folder that both containers share, as they see it; the trainer leaves its run's files in it. */
export const RUN_DIRECTORY = "/triplane/run";
