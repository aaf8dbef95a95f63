/**
 * How a model's new version comes to serve, as the settings state it: training, evaluation, and the rollout itself.
 * Schemas only; what follows from them is in rollout.ts and functions/.
 */
import { z } from "zod";
import { digestPinnedImage, sageMakerInstance } from "./runtimes.ts";

const share = z.number().gt(0).lt(1);

/** Who sees one arm only, as long as an experiment lasts: every request on its own, all of a tenant's, or all of a user's. */
export const STICKY = ["none", "tenant", "user"] as const;
export type Sticky = (typeof STICKY)[number];

/** Traffic shares in percent, step by step; each larger than the one before, the last one 100. */
export const RisingWeights = z
	.array(z.number().gt(0).max(100))
	.min(1)
	.refine((weights) => weights.every((weight, i) => weight > (weights[i - 1] ?? 0)) && weights.at(-1) === 100, {
		error: "the weights rise from step to step, and the last one is 100",
	});

export const RolloutSettings = z.strictObject({
	/** Traffic shares of a new version. */
	weights: RisingWeights.default([10, 25, 50, 100]),
	/** Shortest time of a step, and how often a verdict is asked for. */
	intervalSeconds: z.int().positive().default(60),
	/** Share of wrong decisions that the statistics allow, over all metrics together. */
	alpha: z.number().gt(0).lt(0.5).default(0.01),
	/** Whether a person is asked before a version gets traffic. */
	approval: z.boolean().default(false),
	sticky: z.enum(STICKY).default("none"),
	/**
	 * Whether a version is judged by what callers send back of how it went, too. Whoever may call the model is believed then: a few
	 * bad outcomes end a rollout. Else they are only shown.
	 */
	outcomes: z.boolean().default(false),
	/** Share of the requests that the new version answers in the shadow first, before it gets any traffic; 0: no shadow. */
	mirrorPct: z.number().min(0).max(100).default(0),
	bounds: z
		.strictObject({
			/** Share of the rows of a slice on which the new version may disagree with the champion. */
			disagreementRate: share.default(0.05),
			/** Relative difference of two numbers above which they disagree; labels always have to be the same. */
			disagreementTolerance: z.number().positive().default(0.05),
			/** Cost per 1,000 requests, in multiples of the champion's, above which a version is rolled back at once. */
			costFactor: z.number().gt(1).default(2),
		})
		.prefault({}),
});
export type RolloutSettings = z.output<typeof RolloutSettings>;

/** When something runs, in EventBridge Scheduler's words. */
export const scheduleWords = z.string().regex(/^(rate|cron|at)\(.+\)$/, {
	error: 'a time in EventBridge Scheduler\'s words, as in "rate(1 day)" or "cron(0 3 * * ? *)"',
});

const common = {
	image: digestPinnedImage,
	/** Handed to the image's entry point. */
	command: z.array(z.string()).default([]),
	timeoutSeconds: z
		.int()
		.min(60)
		.max(5 * 24 * 60 * 60)
		.default(3600),
	/** When it trains anew. @default when it is asked to */
	schedule: scheduleWords.optional(),
	/** Whether a new object below `datasets/<model>/` in the artifact bucket starts a training. */
	onDataset: z.boolean().default(false),
};

/** Where a training runs: a Fargate task, or a SageMaker training job. */
export const TrainSettings = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("ecs"),
		...common,
		cpuUnits: z.int().positive().default(1024),
		memoryMb: z.int().positive().default(4096),
	}),
	z.strictObject({
		kind: z.literal("sagemaker"),
		...common,
		instanceType: sageMakerInstance,
		volumeGb: z.int().positive().default(30),
	}),
]);
export type TrainSettings = z.output<typeof TrainSettings>;

export const EvaluateSettings = z.strictObject({
	/** Least value of a metric on the held-out rows, by its name. */
	floors: z.record(z.string(), z.number()).default({}),
	/** How much worse than the champion's on the same rows a metric may be, as a whole and in a slice. */
	tolerance: z.number().min(0).default(0.01),
	sliceTolerance: z.number().min(0).default(0.05),
	/** Smaller slices say too little to refuse a model by. */
	sliceRowsMin: z.int().positive().default(20),
});
export type EvaluateSettings = z.output<typeof EvaluateSettings>;
