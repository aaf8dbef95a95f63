/**
 * What follows from the settings of queued models by arithmetic, and what the functions of their path are told of them.
 * Pure, as derive.ts is for realtime ones.
 */
import type { Slot } from "./jobs.ts";
import type { ModelSettings, Settings } from "./settings.ts";

/** A model whose requests become jobs. */
export type QueuedModel = ModelSettings & {
	serve: "queued";
	runtime: Extract<ModelSettings["runtime"], { kind: "ecs" | "sagemaker" }>;
};

export const isQueued = (model: ModelSettings): model is QueuedModel => model.serve === "queued";

export const queuedModels = (settings: Settings): QueuedModel[] => settings.models.filter(isQueued);

/** What `submit`, `jobs` and `sweep` are told of one queued model, by its name, as JSON in their environment. */
export interface QueuedModelSettings {
	team: string;
	feature: string;
	/** URL of each slot's queue. */
	queues: Partial<Record<Slot, string>>;
	deadLetterQueues: Partial<Record<Slot, string>>;
	/** 95 % of the jobs are done within this time. */
	jobP95Seconds: number;
	peakRps: number;
}
