/**
 * What a model runs on, as the settings state it: one schema for each kind of runtime. Not which model may run on which
 * machine; pool.ts and sagemaker.ts work that out.
 */
import { z } from "zod";

const positiveInt = z.int().positive();
/** A container image by its digest. */
export const digestPinnedImage = z.string().regex(/@sha256:[0-9a-f]{64}$/, {
	error: 'an image is named by its digest, as in "repository@sha256:…": a tag can move',
});

export const sageMakerInstance = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, {
	error: 'SageMaker names its instances with "ml.", as in "ml.g5.xlarge"',
});

const LambdaRuntime = z.strictObject({
	kind: z.literal("lambda"),
	/** Memory of the function in MiB; Lambda gives CPU in proportion. */
	memoryMb: z.int().min(128).max(10_240).default(1024),
});
const EcsRuntime = z.strictObject({
	kind: z.literal("ecs"),
	image: digestPinnedImage,
	gpuCount: z.int().min(0).max(16).default(1),
	instanceTypes: z.array(z.string()).min(2),
	spotShare: z.number().min(0).max(1).default(0.8),
	onDemandBase: z.int().min(1).default(1),
	maxTasks: positiveInt.default(4),
	/** Most jobs that a worker hands to the model at once, and the longest that the first of them waits for the others. */
	batchMaxSize: z.int().min(1).max(256).default(16),
	batchMaxWaitMs: z.int().min(0).max(10_000).default(20),
});
const SageMakerRuntime = z.strictObject({
	kind: z.literal("sagemaker"),
	image: digestPinnedImage,
	instanceType: sageMakerInstance,
	/** It scales down to none; this is the most. */
	maxInstances: positiveInt.default(2),
});
const FargateRuntime = z.strictObject({
	kind: z.literal("fargate"),
	image: digestPinnedImage,
	cpuUnits: positiveInt.default(1024),
	memoryMb: positiveInt.default(4096),
	spotShare: z.number().min(0).max(1).default(1),
});

export const Runtime = z.discriminatedUnion("kind", [LambdaRuntime, EcsRuntime, SageMakerRuntime, FargateRuntime]);

/** The runtimes that go with each way of serving. */
export const RUNTIMES_OF_SERVE = {
	realtime: ["lambda"],
	queued: ["ecs", "sagemaker"],
	batch: ["lambda", "fargate"],
} as const;
