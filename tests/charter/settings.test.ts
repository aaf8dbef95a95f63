import { expect } from "chai";
import fc from "fast-check";
import { SettingsError } from "../../charter/errors.ts";
import { parseSettings } from "../../charter/settings.ts";
import { rawModel, rawSettings } from "../support/settings.ts";

const faultOf = (raw: unknown): string => {
	try {
		parseSettings(raw, "Pulumi.test.yaml");
	} catch (error) {
		if (error instanceof SettingsError) return error.message;
		throw error;
	}
	return "no fault";
};
const withModel = (change: object) => ({ ...rawSettings(), models: [{ ...rawModel(), ...change }] });
const image = `repository@sha256:${"a".repeat(64)}`;
const onEcs = (change: object) => ({ ...withModel(change), workerImage: image });
const only = (line: string) => `Pulumi.test.yaml has a fault in its settings. Correct:\n  triplane:${line}`;

describe("charter/settings", () => {
	it("fills in the defaults of a small whole stack", () => {
		const settings = parseSettings(rawSettings(), "Pulumi.test.yaml");
		expect(settings.architecture).to.equal("arm64");
		expect(settings.models[0]?.slo).to.deep.equal({ p95Ms: 150, errorRate: 0.005 });
		expect(settings.models[0]?.rollout).to.deep.equal({
			weights: [10, 25, 50, 100],
			intervalSeconds: 60,
			alpha: 0.01,
			approval: false,
			sticky: "none",
			outcomes: false,
			mirrorPct: 0,
			bounds: { disagreementRate: 0.05, disagreementTolerance: 0.05, costFactor: 2 },
		});
		expect(settings.observability).to.deep.equal({ logRetentionDays: 30, traceSampleRatio: 1 });
	});

	it("refuses an unknown key, naming where it stands", () => {
		expect(faultOf(withModel({ slos: {} }))).to.equal(only('models[tumour-risk]: Unrecognized key: "slos"'));
	});

	it("refuses a budget whose hops sum to more than the SLO, and shows the sum", () => {
		expect(faultOf(withModel({ budget: { featuresMs: 40, modelMs: 60, restMs: 51 } }))).to.equal(
			only(
				"models[tumour-risk].budget: the hops sum to 151 ms (features 40 + model 60 + rest 51), over slo.p95Ms of 150 ms: shorten a hop or loosen the SLO",
			),
		);
	});

	it("accepts a budget that sums to exactly the SLO", () => {
		expect(faultOf(withModel({ budget: { featuresMs: 40, modelMs: 60, restMs: 50 } }))).to.equal("no fault");
	});

	it("refuses a realtime model without a budget", () => {
		expect(faultOf(withModel({ budget: undefined }))).to.equal(
			only(
				"models[tumour-risk].budget: a realtime model declares its latency budget: set budget.featuresMs, modelMs and restMs",
			),
		);
	});

	it("refuses a runtime that cannot serve in the model's way", () => {
		expect(faultOf(withModel({ serve: "queued", slo: { p95Ms: 150, jobP95Seconds: 60 } }))).to.equal(
			only("models[tumour-risk].runtime.kind: a queued model runs on ecs or sagemaker, not on lambda"),
		);
	});

	it("refuses a batch model without a schedule", () => {
		expect(faultOf(withModel({ serve: "batch" }))).to.equal(
			only('models[tumour-risk].schedule: a batch model runs by a schedule: set schedule, as in "rate(1 day)"'),
		);
	});

	it("refuses a tenant of a tier that is not declared", () => {
		expect(faultOf({ ...rawSettings(), tenants: [{ name: "acme", tier: "gold" }] })).to.equal(
			only('tenants[acme].tier: no tier "gold" is declared: use one of standard'),
		);
	});

	it("refuses a tenant's model that is not declared", () => {
		expect(faultOf({ ...rawSettings(), tenants: [{ name: "acme", tier: "standard", models: ["x"] }] })).to.equal(
			only('tenants[acme].models: no model "x" is declared'),
		);
	});

	it("refuses two models of one name", () => {
		expect(faultOf({ ...rawSettings(), models: [rawModel(), rawModel()] })).to.equal(
			only('models[tumour-risk].name: "tumour-risk" is declared twice: names are identities'),
		);
	});

	it("says that no tier is declared where none is", () => {
		expect(faultOf({ ...rawSettings(), tiers: {} })).to.equal(
			only('tenants[acme].tier: no tier "standard" is declared: use one of (none)'),
		);
	});

	it("names all the tiers that a tenant may choose from", () => {
		const { standard } = rawSettings().tiers;
		const tenants = [{ name: "acme", tier: "gold" }];
		expect(faultOf({ ...rawSettings(), tiers: { standard, trial: standard }, tenants })).to.equal(
			only('tenants[acme].tier: no tier "gold" is declared: use one of standard, trial'),
		);
	});

	it("accepts a tenant's models that are declared", () => {
		const models = [rawModel(), { ...rawModel(), name: "other-risk" }];
		const tenants = [{ name: "acme", tier: "standard", models: ["other-risk"] }];
		expect(faultOf({ ...rawSettings(), models, tenants })).to.equal("no fault");
	});

	it("refuses the name of what all share for a model or a tenant", () => {
		const words = 'name: "shared" is the name of what all share: choose another';
		expect(faultOf(withModel({ name: "shared" }))).to.equal(only(`models[shared].${words}`));
		expect(faultOf({ ...rawSettings(), tenants: [{ name: "shared", tier: "standard" }] })).to.equal(
			only(`tenants[shared].${words}`),
		);
	});

	it("refuses a peak below the ordinary traffic, and accepts one as high", () => {
		expect(faultOf(withModel({ traffic: { rps: 20, peakRps: 19.5 } }))).to.equal(
			only("models[tumour-risk].traffic.peakRps: the peak of 19.5 rps is below the ordinary 20 rps"),
		);
		expect(faultOf(withModel({ traffic: { rps: 20, peakRps: 20 } }))).to.equal("no fault");
	});

	it("refuses a bucket smaller than the rate that fills it, and accepts one as large", () => {
		const tier = (burst: number) => ({ ...rawSettings(), tiers: { standard: { rps: 10, burst, dailyQuota: 100 } } });
		expect(faultOf(tier(9))).to.equal(
			only("tiers.standard.burst: burst is the size of the bucket that rps fills: at least rps"),
		);
		expect(faultOf(tier(10))).to.equal("no fault");
	});

	it("demands of a queued model how long a job takes, and no latency budget", () => {
		const runtime = { kind: "ecs", image, instanceTypes: ["g5.xlarge", "g6.xlarge"] };
		const queued = { serve: "queued", runtime, budget: undefined };
		expect(faultOf(onEcs(queued))).to.equal(
			only(
				"models[tumour-risk].slo.jobP95Seconds: a queued model promises how long a job takes: set slo.jobP95Seconds",
			),
		);
		expect(faultOf(onEcs({ ...queued, slo: { p95Ms: 150, jobP95Seconds: 60 } }))).to.equal("no fault");
	});

	it("demands the worker's image where a model runs or is trained on ECS", () => {
		const runtime = { kind: "ecs", image, instanceTypes: ["g5.xlarge", "g6.xlarge"] };
		const slo = { p95Ms: 150, jobP95Seconds: 60 };
		const demand = only(
			"workerImage: models and trainings on ECS need the platform's worker: build functions/worker/Dockerfile, push it, and name it by its digest",
		);
		expect(faultOf(withModel({ serve: "queued", runtime, budget: undefined, slo }))).to.equal(demand);
		expect(faultOf(withModel({ train: { kind: "ecs", image } }))).to.equal(demand);
	});

	it("takes a queued model on SageMaker, which needs no worker image, and demands its names for instances", () => {
		const slo = { p95Ms: 500, jobP95Seconds: 30 };
		const on = (instanceType: string) => {
			const runtime = { kind: "sagemaker", image: `repository@sha256:${"0".repeat(64)}`, instanceType };
			return withModel({ serve: "queued", runtime, slo });
		};
		const [model] = parseSettings(on("ml.g5.xlarge"), "Pulumi.test.yaml").models;
		expect(model?.runtime).to.include({ kind: "sagemaker", instanceType: "ml.g5.xlarge", maxInstances: 2 });
		expect(faultOf(on("g5.xlarge"))).to.equal(
			only('models[tumour-risk].runtime.instanceType: SageMaker names its instances with "ml.", as in "ml.g5.xlarge"'),
		);
	});

	it("lets only a realtime model overflow into jobs, and only a batch model be cut", () => {
		expect(faultOf(withModel({ serve: "batch", schedule: "rate(1 day)", overflow: "job" }))).to.equal(
			only("models[tumour-risk].overflow: only a realtime model overflows into jobs: remove overflow"),
		);
		expect(faultOf(withModel({ overflow: "job" }))).to.equal(
			only(
				"models[tumour-risk].slo.jobP95Seconds: a model that overflows into jobs promises how long one takes: set slo.jobP95Seconds",
			),
		);
		expect(faultOf(withModel({ batch: {} }))).to.equal(
			only("models[tumour-risk].batch: only a batch model is cut into chunks: remove batch"),
		);
	});

	it("refuses a person's word and a shadow for a batch model, whose versions have neither", () => {
		const batch = (rollout: object) => withModel({ serve: "batch", schedule: "rate(1 day)", rollout });
		expect(faultOf(batch({ approval: true }))).to.equal(
			only(
				"models[tumour-risk].rollout.approval: a batch model's version changes over at once and asks nobody: remove rollout.approval",
			),
		);
		expect(faultOf(batch({ mirrorPct: 5 }))).to.equal(
			only(
				"models[tumour-risk].rollout.mirrorPct: a batch model's version changes over without a shadow: remove rollout.mirrorPct",
			),
		);
	});

	it("refuses a task of a size that Fargate has not, for a window's and a training", () => {
		const train = (size: object) => onEcs({ train: { kind: "ecs", image, ...size } });
		expect(faultOf(train({ cpuUnits: 4096, memoryMb: 16_384 }))).to.equal("no fault");
		expect(faultOf(train({ cpuUnits: 1000 }))).to.equal(
			only(
				"models[tumour-risk].train.cpuUnits: Fargate has no tasks of 1000 CPU units: use one of 256, 512, 1024, 2048, 4096, 8192, 16384",
			),
		);
		const runtime = { kind: "fargate", image, cpuUnits: 8192, memoryMb: 30_720 };
		expect(faultOf(withModel({ serve: "batch", schedule: "rate(1 day)", runtime }))).to.equal(
			only(
				"models[tumour-risk].runtime.memoryMb: Fargate gives 8192 CPU units no 30720 MiB of memory: use 16384 to 61440 in steps of 4096",
			),
		);
	});

	it("tells how a schedule and a training instance are written", () => {
		expect(faultOf(onEcs({ train: { kind: "ecs", image, schedule: "daily" } }))).to.equal(
			only(
				'models[tumour-risk].train.schedule: a time in EventBridge Scheduler\'s words, as in "rate(1 day)" or "cron(0 3 * * ? *)"',
			),
		);
		expect(faultOf(withModel({ train: { kind: "sagemaker", image, instanceType: "c5.large" } }))).to.equal(
			only('models[tumour-risk].train.instanceType: SageMaker names its instances with "ml.", as in "ml.g5.xlarge"'),
		);
	});

	it("accepts a batch model with a schedule", () => {
		expect(faultOf(withModel({ serve: "batch", schedule: "rate(1 day)" }))).to.equal("no fault");
	});

	it("refuses an image by tag, which can move", () => {
		const runtime = { kind: "ecs", image: "repository:latest", instanceTypes: ["g5.xlarge", "g6.xlarge"] };
		expect(faultOf(onEcs({ serve: "queued", runtime, slo: { p95Ms: 150, jobP95Seconds: 60 } }))).to.equal(
			only(
				'models[tumour-risk].runtime.image: an image is named by its digest, as in "repository@sha256:…": a tag can move',
			),
		);
	});

	it("says in plain words what is missing and what is of another kind", () => {
		expect(faultOf({ ...rawSettings(), tiers: undefined })).to.equal(only("tiers: is missing: give a map"));
		expect(faultOf({ ...rawSettings(), models: "tumour-risk" })).to.equal(only("models: must be a list"));
		expect(faultOf({ ...rawSettings(), costCenter: 7 })).to.equal(only("costCenter: must be a string"));
		expect(faultOf(withModel({ slo: undefined }))).to.equal(only("models[tumour-risk].slo: is missing: give a map"));
		const rollout = { intervalSeconds: 1.5 };
		expect(faultOf(withModel({ rollout }))).to.equal(
			only("models[tumour-risk].rollout.intervalSeconds: must be a whole number"),
		);
	});

	it("finds an item without a name by its place, and the settings themselves as a whole", () => {
		expect(faultOf({ ...rawSettings(), models: [rawModel(), { ...rawModel(), name: undefined }] })).to.equal(
			only("models[1].name: is missing: give a string"),
		);
		expect(faultOf(7)).to.equal(only("(the settings as a whole): must be a map"));
	});

	it("lists every fault at once", () => {
		expect(faultOf({})).to.equal(
			[
				"Pulumi.test.yaml has 5 faults in its settings. Correct:",
				"  triplane:environment: is missing: give a string",
				"  triplane:costCenter: is missing: give a string",
				"  triplane:models: is missing: give a list",
				"  triplane:tenants: is missing: give a list",
				"  triplane:tiers: is missing: give a map",
			].join("\n"),
		);
	});

	it("answers anything at all with settings or a SettingsError", () => {
		fc.assert(
			fc.property(fc.anything(), fc.anything(), (raw, model) => {
				faultOf(raw);
				faultOf({ ...rawSettings(), models: [model] });
				faultOf({ ...rawSettings(), tenants: model });
			}),
		);
	});
});
