/** A happy settings record to change one thing in: the smallest whole stack. */

/** Raw settings as a stack file holds them. */
export const rawSettings = () => ({
	environment: "test",
	costCenter: "cc-1",
	models: [rawModel()],
	tenants: [{ name: "acme", tier: "standard" }],
	tiers: { standard: { rps: 10, burst: 20, dailyQuota: 10_000 } },
});

/** One realtime model, raw. */
export const rawModel = () => ({
	name: "tumour-risk",
	team: "diagnostics",
	feature: "screening",
	serve: "realtime",
	runtime: { kind: "lambda", memoryMb: 1024 },
	slo: { p95Ms: 150 },
	budget: { featuresMs: 40, modelMs: 60, restMs: 50 },
	traffic: { rps: 20, peakRps: 60 },
});

/** One queued model on ECS, raw. */
export const rawQueuedModel = () => ({
	name: "digit-reader",
	team: "documents",
	feature: "form-entry",
	serve: "queued",
	runtime: {
		kind: "ecs",
		image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/digit-reader@sha256:${"0".repeat(64)}`,
		gpuCount: 1,
		instanceTypes: ["g4dn.xlarge", "g5.xlarge"],
		spotShare: 0.8,
		onDemandBase: 1,
		maxTasks: 4,
	},
	slo: { p95Ms: 500, jobP95Seconds: 30 },
	traffic: { rps: 2, peakRps: 10 },
});

/** The same model on SageMaker, raw. */
export const rawSageMakerModel = () => {
	const raw = rawQueuedModel();
	const { image } = raw.runtime;
	return { ...raw, runtime: { kind: "sagemaker", image, instanceType: "ml.g5.xlarge", maxInstances: 3 } };
};

/** The platform's worker, as models on ECS need it. */
export const WORKER_IMAGE = `123456789012.dkr.ecr.us-east-1.amazonaws.com/triplane-worker@sha256:${"1".repeat(64)}`;
