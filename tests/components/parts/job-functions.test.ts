import { expect } from "chai";
import { JobFunctions } from "../../../components/parts/job-functions.ts";
import { JobStore } from "../../../components/parts/job-store.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { WorkQueue } from "../../../components/parts/work-queue.ts";
import { ecsModelWith, grantsIn, modelWith, queuedSettingsWith, TAGS } from "../../support/components.ts";
import { type Registered, underMocks } from "../../support/pulumi-mocks.ts";

const FUNCTION = "aws:lambda/function:Function";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012";
const settings = queuedSettingsWith();
const model = ecsModelWith();
const deployed = ({ hasQueued } = { hasQueued: true }) =>
	underMocks(() => {
		const tags = TAGS;
		const table = (name: string) => new OnDemandTable(name, { hasSortKey: false, isRecoverable: true, tags });
		const queue = { visibilitySeconds: 60, retentionSeconds: 60, receivesMax: 9, tags };
		const overflow = new WorkQueue("tumour-risk-overflow", queue);
		const functions = new JobFunctions("job-functions", {
			settings,
			capacity: { ...(hasQueued ? { submit: 79 } : {}), jobs: 6, sweep: 1, callback: 5 },
			overflows: [{ model: modelWith({ slo: { p95Ms: 150, jobP95Seconds: 60 } }), slot: "a", work: overflow }],
			slots: (["a", "b"] as const).map((slot) => ({ model, slot, work: new WorkQueue(`digit-reader-${slot}`, queue) })),
			store: new JobStore("jobs", { tags }),
			registry: table("registry"),
			throttle: table("throttle"),
			shadow: new WorkQueue("shadow", queue),
		});
		return functions.all.map(({ name }) => name);
	});
/** But for what every function may do. */
const ownGrants = (policy: Registered) => grantsIn(policy).filter(([[action = ""]]) => !/^(logs|xray):/.test(action));

describe("components/parts/job-functions", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("bounds each function by what the charter plans for it", () => {
		expect(run.result).to.deep.equal(["submit", "jobs", "sweep", "callback"]);
		const bounds = run.result.map((name) => {
			const { timeout, reservedConcurrentExecutions, memorySize } = run.find(FUNCTION, name).inputs;
			return [name, timeout, reservedConcurrentExecutions, memorySize];
		});
		expect(bounds).to.deep.equal([
			["submit", 27, 79, 1024],
			["jobs", 5, 6, 512],
			["sweep", 50, 1, 512],
			["callback", 30, 5, 512],
		]);
	});

	it("tells each function exactly what it reads", () => {
		const environmentOf = (name: string) => run.find(FUNCTION, name).inputs.environment;
		const common = (name: string) => ({
			TRIPLANE_ENVIRONMENT: "test",
			TRIPLANE_TRACE_SAMPLE_RATIO: "1",
			OTEL_SERVICE_NAME: name,
			TRIPLANE_JOBS_TABLE: "jobs-table",
		});
		const queued = {
			"digit-reader": {
				team: "documents",
				feature: "form-entry",
				queues: { a: `${QUEUES}/digit-reader-a-queue`, b: `${QUEUES}/digit-reader-b-queue` },
				jobP95Seconds: 30,
			},
		};
		const overflowing = {
			"tumour-risk": {
				team: "diagnostics",
				feature: "screening",
				queues: { a: `${QUEUES}/tumour-risk-overflow-queue` },
				jobP95Seconds: 60,
			},
		};
		expect(environmentOf("submit")).to.deep.equal({
			variables: {
				...common("submit"),
				TRIPLANE_JOBS_BUCKET: "jobs-bucket",
				TRIPLANE_QUEUED_MODELS: JSON.stringify(queued),
				TRIPLANE_REGISTRY_TABLE: "registry-table",
				TRIPLANE_THROTTLE_TABLE: "throttle-table",
				TRIPLANE_RESERVED_CONCURRENCY: "79",
				TRIPLANE_MEMORY_MB: "1024",
				TRIPLANE_SHADOW_QUEUE_URL: `${QUEUES}/shadow-queue`,
			},
		});
		for (const name of ["jobs", "callback"])
			expect(environmentOf(name)).to.deep.equal({
				variables: { ...common(name), TRIPLANE_JOBS_BUCKET: "jobs-bucket" },
			});
		expect(environmentOf("sweep")).to.deep.equal({
			variables: {
				...common("sweep"),
				TRIPLANE_QUEUED_MODELS: JSON.stringify({ ...queued, ...overflowing }),
				TRIPLANE_CALLBACK_QUEUE_URL: `${QUEUES}/callbacks-queue`,
			},
		});
	});

	it("grants each function what it does, and nothing else", () => {
		const grantsOf = (name: string) => ownGrants(run.find(ROLE_POLICY, `${name}-policy`));
		const queues = ["arn:digit-reader-a-queue", "arn:digit-reader-b-queue"];
		const reads = [["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]];
		const payloads = [["s3:GetObject"], ["arn:jobs-bucket/jobs/*"]];
		expect(grantsOf("submit")).to.deep.equal([
			[["dynamodb:GetItem"], ["arn:registry-table"]],
			[["dynamodb:UpdateItem"], ["arn:throttle-table"]],
			[["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]],
			[["s3:GetObject", "s3:PutObject"], ["arn:jobs-bucket/jobs/*"]],
			[["sqs:SendMessage"], queues],
			[["sqs:SendMessage"], ["arn:shadow-queue"]],
			[["s3:GetObject", "s3:PutObject"], ["arn:jobs-bucket/uploads/*"]],
		]);
		expect(grantsOf("jobs")).to.deep.equal([reads, payloads]);
		expect(grantsOf("sweep")).to.deep.equal([
			[["dynamodb:Query"], ["arn:jobs-table/index/open"]],
			reads,
			[["sqs:SendMessage"], [...queues, "arn:tumour-risk-overflow-queue", "arn:callbacks-queue"]],
			[["sqs:SendMessage"], ["arn:sweep-failures"]],
		]);
		expect(grantsOf("callback")).to.deep.equal([
			reads,
			payloads,
			[["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], ["arn:callbacks-queue"]],
		]);
	});

	it("has no function to submit with where no queued model is planned for", async () => {
		const { result } = await deployed({ hasQueued: false });
		expect(result).to.deep.equal(["jobs", "sweep", "callback"]);
	});

	it("hands callbacks over in batches, of which only the failed messages come back, within the reservation", () => {
		const mapping = run.find("aws:lambda/eventSourceMapping:EventSourceMapping", "callback-mapping");
		expect(mapping.inputs).to.deep.equal({
			eventSourceArn: "arn:callbacks-queue",
			functionName: "arn:callback",
			batchSize: 10,
			functionResponseTypes: ["ReportBatchItemFailures"],
			scalingConfig: { maximumConcurrency: 5 },
			tags: { team: "platform", model: "shared", feature: "shared", environment: "test", "cost-center": "cc-1" },
		});
	});
});

describe("components/parts/function-schedule", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("runs the sweep every minute, and keeps what it could not hand over with the sweep's own failures", () => {
		expect(run.find("aws:scheduler/schedule:Schedule", "sweep-schedule").inputs).to.deep.equal({
			description: "Looks after jobs that nobody works on",
			scheduleExpression: "rate(1 minute)",
			flexibleTimeWindow: { mode: "OFF" },
			target: {
				arn: "arn:sweep",
				roleArn: "arn:sweep-schedule-role",
				retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: 60 },
				deadLetterConfig: { arn: "arn:sweep-failures" },
			},
		});
	});

	it("may run the sweep and keep its failures, as the scheduler alone", () => {
		expect(grantsIn(run.find(ROLE_POLICY, "sweep-schedule-policy"))).to.deep.equal([
			[["lambda:InvokeFunction"], ["arn:sweep"]],
			[["sqs:SendMessage"], ["arn:sweep-failures"]],
		]);
		expect(run.find("aws:iam/role:Role", "sweep-schedule-role").inputs.assumeRolePolicy).to.include(
			"scheduler.amazonaws.com",
		);
	});
});
