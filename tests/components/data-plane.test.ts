import { expect } from "chai";
import { SettingsError } from "../../charter/errors.ts";
import { DataPlane } from "../../components/data-plane.ts";
import { ArtifactStore } from "../../components/parts/artifact-store.ts";
import { OnDemandTable } from "../../components/parts/on-demand-table.ts";
import { grantsIn, queuedSettingsWith, settingsWith, TAGS } from "../support/components.ts";
import { type Registered, underMocks } from "../support/pulumi-mocks.ts";
import { rawModel } from "../support/settings.ts";

const dataPlane = (settings = settingsWith()) => {
	const tags = TAGS;
	const registry = new OnDemandTable("registry", { hasSortKey: true, isRecoverable: true, tags });
	return new DataPlane("data", { settings, registry, artifacts: new ArtifactStore("artifacts", { tags }) });
};
const deployed = (change: object = {}) => underMocks(() => dataPlane(settingsWith(change)).models);
/** But for what every function may do. */
const grantsOf = (policy: Registered) => grantsIn(policy).slice(0, -2);
const batch = { ...rawModel(), name: "nightly", serve: "batch", schedule: "rate(1 day)" };

describe("components/data-plane", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("serves every realtime model by a function of its own, and batch models by none of the API's", async () => {
		const { result, resources } = await deployed({
			models: [rawModel(), { ...rawModel(), name: "other-risk" }, batch],
		});
		expect(result).to.deep.equal([
			{ name: "tumour-risk", serve: "realtime", function: "tumour-risk-predict" },
			{ name: "other-risk", serve: "realtime", function: "other-risk-predict" },
			{ name: "nightly", serve: "batch" },
		]);
		const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
		expect(functions.map(({ name }) => name)).to.have.members([
			"tumour-risk-predict",
			"other-risk-predict",
			"authorize",
			"health",
			"shadow",
			...["plan", "score", "commit"].map((step) => `nightly-${step}`),
		]);
	});

	it("serves every queued model by the functions that they share, on routes of its own and of its jobs", async () => {
		const { result, resources } = await underMocks(() => dataPlane(queuedSettingsWith()).models);
		expect(result).to.deep.equal([
			{ name: "tumour-risk", serve: "realtime", function: "tumour-risk-predict" },
			{ name: "digit-reader", serve: "queued", function: "submit" },
		]);
		const served = resources
			.filter(({ type, name }) => type === "aws:apigateway/integration:Integration" && !name.endsWith(":ANY"))
			.filter(({ name }) => /digit-reader|jobs/.test(name))
			.map(({ name, inputs }) => [name.slice("front-door".length), inputs.uri, inputs.timeoutMilliseconds]);
		const [submit, jobs] = ["arn:invoke:submit-live", "arn:invoke:jobs-live"];
		expect(served).to.have.deep.members([
			["/v2/models/digit-reader:GET", submit, 29_000],
			["/v2/models/digit-reader/feedback:POST", submit, 29_000],
			["/v2/models/digit-reader/ready:GET", submit, 29_000],
			["/v2/models/digit-reader/infer:POST", submit, 29_000],
			["/v2/models/digit-reader/uploads:POST", submit, 29_000],
			["/v2/jobs/{job}:GET", jobs, 15_500],
			["/v2/jobs/{job}:DELETE", jobs, 15_500],
		]);
	});

	it("sends what a realtime model cannot answer at once to jobs, where its settings say so, and works on them", async () => {
		const model = { ...rawModel(), overflow: "job", slo: { p95Ms: 150, jobP95Seconds: 60 } };
		const { find, resources } = await deployed({ models: [model] });
		const predict = find("aws:lambda/function:Function", "tumour-risk-predict");
		const queue = "https://sqs.us-east-1.amazonaws.com/123456789012/tumour-risk-overflow";
		expect(predict.inputs.code).to.match(/functions\/dist\/predict-overflowing$/);
		expect(predict.inputs.environment)
			.to.have.property("variables")
			.that.includes({
				TRIPLANE_JOBS_TABLE: "jobs-table",
				TRIPLANE_JOBS_BUCKET: "jobs-bucket",
				TRIPLANE_QUEUED_MODELS: JSON.stringify({
					"tumour-risk": {
						team: "diagnostics",
						feature: "screening",
						queues: { a: `${queue}-queue` },
						jobP95Seconds: 60,
					},
				}),
			});
		expect(grantsOf(find("aws:iam/rolePolicy:RolePolicy", "tumour-risk-predict-policy")).slice(4)).to.deep.equal([
			[["sqs:SendMessage"], ["arn:shadow-queue"]],
			[["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]],
			[["s3:GetObject", "s3:PutObject"], ["arn:jobs-bucket/jobs/*"]],
			[["sqs:SendMessage"], ["arn:tumour-risk-overflow-queue"]],
		]);
		const functions = resources.filter(({ type }) => type === "aws:lambda/function:Function");
		expect(functions.map(({ name }) => name)).to.have.members(
			["predict", "overflow"]
				.map((name) => `tumour-risk-${name}`)
				.concat("authorize", "health", "shadow", "jobs", "sweep", "callback"),
		);
		const paths = resources.filter(({ type }) => type === "aws:apigateway/resource:Resource").map(({ name }) => name);
		expect(paths).to.include("front-door/v2/jobs/{job}");
	});

	it("makes nothing of the queued path, and no network, where no model asks for it", () => {
		const types = run.resources.map(({ type }) => type);
		for (const type of ["triplane:data:QueuedPath", "triplane:data:Network", "aws:ecs/cluster:Cluster"])
			expect(types).to.not.include(type);
	});

	it("lets the authorizer know queued models too", async () => {
		const { find } = await underMocks(() => dataPlane(queuedSettingsWith()).models);
		expect(find("aws:lambda/function:Function", "authorize").inputs.environment)
			.to.have.property("variables")
			.that.includes({ TRIPLANE_SERVED_MODELS: "tumour-risk,digit-reader" });
	});

	it("bounds a model's function by its settings and tells it exactly what it reads", () => {
		const { find } = run;
		const { inputs } = find("aws:lambda/function:Function", "tumour-risk-predict");
		expect([inputs.timeout, inputs.reservedConcurrentExecutions, inputs.memorySize]).to.deep.equal([1, 14, 1024]);
		expect([inputs.layers, inputs.architectures, inputs.tags]).to.deep.equal([["arn:onnx-runtime"], ["arm64"], TAGS]);
		expect(inputs.environment).to.deep.equal({
			variables: {
				TRIPLANE_ENVIRONMENT: "test",
				OTEL_SERVICE_NAME: "tumour-risk-predict",
				TRIPLANE_TRACE_SAMPLE_RATIO: "1",
				TRIPLANE_MODEL: "tumour-risk",
				TRIPLANE_TEAM: "diagnostics",
				TRIPLANE_FEATURE: "screening",
				TRIPLANE_SLO: '{"p95Ms":150,"errorRate":0.005}',
				TRIPLANE_BUDGET: '{"featuresMs":40,"modelMs":60,"restMs":50}',
				TRIPLANE_RESERVED_CONCURRENCY: "14",
				TRIPLANE_MEMORY_MB: "1024",
				TRIPLANE_REGISTRY_TABLE: "registry-table",
				TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
				TRIPLANE_FEATURE_TABLE: "features-table",
				TRIPLANE_THROTTLE_TABLE: "throttle-table",
				TRIPLANE_SHADOW_QUEUE_URL: "https://sqs.us-east-1.amazonaws.com/123456789012/shadow-queue",
			},
		});
	});

	it("lets a model's function read its own artifacts only", () => {
		const { find } = run;
		expect(grantsOf(find("aws:iam/rolePolicy:RolePolicy", "tumour-risk-predict-policy"))).to.deep.equal([
			[["dynamodb:GetItem"], ["arn:registry-table"]],
			[["dynamodb:UpdateItem"], ["arn:throttle-table"]],
			[["dynamodb:BatchGetItem"], ["arn:features-table"]],
			[["s3:GetObject"], ["arn:artifacts-bucket/models/tumour-risk/*"]],
			[["sqs:SendMessage"], ["arn:shadow-queue"]],
		]);
	});

	it("lets the authorizer read tenants, and health the registry, and tells them so", async () => {
		const { find } = await deployed({ models: [rawModel(), { ...rawModel(), name: "other-risk" }] });
		expect(grantsOf(find("aws:iam/rolePolicy:RolePolicy", "authorize-policy"))).to.deep.equal([
			[["dynamodb:BatchGetItem"], ["arn:tenants-table"]],
		]);
		expect(grantsOf(find("aws:iam/rolePolicy:RolePolicy", "health-policy"))).to.deep.equal([
			[["dynamodb:BatchGetItem"], ["arn:registry-table"]],
		]);
		const environment = { TRIPLANE_ENVIRONMENT: "test", TRIPLANE_TRACE_SAMPLE_RATIO: "1" };
		const models = "tumour-risk,other-risk";
		expect(find("aws:lambda/function:Function", "authorize").inputs.environment).to.deep.equal({
			variables: {
				...environment,
				TRIPLANE_SERVED_MODELS: models,
				OTEL_SERVICE_NAME: "authorize",
				TRIPLANE_TENANT_TABLE: "tenants-table",
				TRIPLANE_TIERS: '{"standard":{"rps":10,"burst":20,"dailyQuota":10000,"maxJobsInFlight":100}}',
			},
		});
		expect(find("aws:lambda/function:Function", "health").inputs.environment).to.deep.equal({
			variables: {
				...environment,
				TRIPLANE_REALTIME_MODELS: models,
				OTEL_SERVICE_NAME: "health",
				TRIPLANE_REGISTRY_TABLE: "registry-table",
			},
		});
	});

	it("sends spans where the settings say", async () => {
		const { find } = await deployed({ observability: { otlpEndpoint: "http://127.0.0.1:4318" } });
		expect(find("aws:lambda/function:Function", "health").inputs.environment)
			.to.have.property("variables")
			.that.includes({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" });
	});

	it("waits at the API longer than each function may run", async () => {
		const { resources, find } = await deployed({ models: [{ ...rawModel(), slo: { p95Ms: 1500 } }] });
		expect(find("aws:lambda/function:Function", "tumour-risk-predict").inputs.timeout).to.equal(2);
		const waits = resources
			.filter(({ type }) => type === "aws:apigateway/integration:Integration")
			.map(({ inputs }) => inputs.timeoutMilliseconds);
		expect(waits).to.deep.equal(Array.from({ length: 20 }, () => 12_500));
	});

	it("throttles the stage at the sum of its tenants' plans", async () => {
		const { find } = await deployed({
			tenants: [
				{ name: "acme", tier: "standard" },
				{ name: "globex", tier: "standard" },
			],
		});
		expect(find("aws:apigateway/usagePlan:UsagePlan", "tenant-globex-plan").inputs.throttleSettings).to.deep.equal({
			rateLimit: 15,
			burstLimit: 30,
		});
		expect(find("aws:apigateway/methodSettings:MethodSettings", "front-door-limits").inputs.settings).to.include({
			throttlingRateLimit: 30,
			throttlingBurstLimit: 60,
		});
	});

	it("lets the buckets of the throttle expire, and tenants be recovered", () => {
		const { find } = run;
		expect(find("aws:dynamodb/table:Table", "throttle-table").inputs.ttl).to.deep.equal({
			attributeName: "expiresAt",
			enabled: true,
		});
		expect(find("aws:dynamodb/table:Table", "tenants-table").inputs.pointInTimeRecovery).to.deep.equal({
			enabled: true,
		});
	});

	it("refuses a model too slow for an API that waits before anything is registered", async () => {
		const settings = settingsWith({ models: [{ ...rawModel(), slo: { p95Ms: 60_000 } }] });
		const { resources } = await underMocks(() => {
			expect(() => dataPlane(settings)).to.throw(SettingsError, "declare serve: queued");
		});
		expect(resources.filter(({ type }) => type.startsWith("triplane:data:"))).to.deep.equal([]);
	});
});
