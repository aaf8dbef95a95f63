import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { JobStore } from "../../../components/parts/job-store.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { OverflowEndpoint } from "../../../components/parts/overflow-endpoint.ts";
import { grantsIn, jsonOf, modelWith, settingsWith, TAGS } from "../../support/components.ts";
import { underMocks } from "../../support/pulumi-mocks.ts";

const NAME = "tumour-risk-overflow";
const QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012";
const deployed = () =>
	underMocks(() => {
		const tags = TAGS;
		const table = (name: string) => new OnDemandTable(name, { hasSortKey: true, isRecoverable: true, tags });
		new OverflowEndpoint(NAME, {
			settings: settingsWith(),
			model: modelWith({ overflow: "job", slo: { p95Ms: 150, jobP95Seconds: 60 } }),
			runtimeLayer: new aws.lambda.LayerVersion("onnx-runtime", { layerName: "onnx-runtime" }),
			store: new JobStore("jobs", { tags }),
			registry: table("registry"),
			artifacts: new ArtifactStore("artifacts", { tags }),
			features: table("features"),
		});
	});

describe("components/parts/overflow-endpoint", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("queues a model's jobs for as long as a slot does, hidden for six tries of the function", () => {
		const queue = run.find("aws:sqs/queue:Queue", `${NAME}-queue`);
		expect(queue.inputs).to.include({ visibilityTimeoutSeconds: 360, messageRetentionSeconds: 345_600 });
		expect(jsonOf(queue, "redrivePolicy")).to.deep.equal({
			deadLetterTargetArn: `arn:${NAME}-dead-letters`,
			maxReceiveCount: 1000,
		});
	});

	it("works on one job at a time in each call of a bounded function, which says what must come again", () => {
		const { inputs } = run.find("aws:lambda/function:Function", NAME);
		expect(inputs).to.deep.include({
			timeout: 60,
			reservedConcurrentExecutions: 23,
			memorySize: 1024,
			layers: ["arn:onnx-runtime"],
			tags: TAGS,
		});
		expect(run.find("aws:lambda/eventSourceMapping:EventSourceMapping", `${NAME}-mapping`).inputs).to.deep.equal({
			eventSourceArn: `arn:${NAME}-queue`,
			functionName: `arn:${NAME}`,
			batchSize: 1,
			functionResponseTypes: ["ReportBatchItemFailures"],
			scalingConfig: { maximumConcurrency: 23 },
			tags: TAGS,
		});
	});

	it("tells the function exactly what it reads", () => {
		expect(run.find("aws:lambda/function:Function", NAME).inputs.environment).to.deep.equal({
			variables: {
				TRIPLANE_ENVIRONMENT: "test",
				TRIPLANE_TRACE_SAMPLE_RATIO: "1",
				OTEL_SERVICE_NAME: NAME,
				TRIPLANE_MODEL: "tumour-risk",
				TRIPLANE_TEAM: "diagnostics",
				TRIPLANE_FEATURE: "screening",
				TRIPLANE_SLO: '{"p95Ms":150,"errorRate":0.005,"jobP95Seconds":60}',
				TRIPLANE_JOBS_TABLE: "jobs-table",
				TRIPLANE_JOBS_BUCKET: "jobs-bucket",
				TRIPLANE_QUEUE_URL: `${QUEUES}/${NAME}-queue`,
				TRIPLANE_DEAD_LETTER_QUEUE_URL: `${QUEUES}/${NAME}-dead-letters`,
				TRIPLANE_CALLBACK_QUEUE_URL: `${QUEUES}/callbacks-queue`,
				TRIPLANE_REGISTRY_TABLE: "registry-table",
				TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
				TRIPLANE_FEATURE_TABLE: "features-table",
			},
		});
	});

	it("grants it what working on these jobs takes, and the features", () => {
		const grants = grantsIn(run.find("aws:iam/rolePolicy:RolePolicy", `${NAME}-policy`));
		expect(grants.slice(0, -2)).to.deep.equal([
			[
				["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
				[`arn:${NAME}-queue`],
			],
			[["sqs:SendMessage"], [`arn:${NAME}-dead-letters`, "arn:callbacks-queue"]],
			[["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]],
			[["dynamodb:GetItem"], ["arn:registry-table"]],
			[["s3:GetObject", "s3:PutObject"], ["arn:jobs-bucket/jobs/*"]],
			[["s3:GetObject"], ["arn:artifacts-bucket/models/tumour-risk/*"]],
			[["dynamodb:BatchGetItem"], ["arn:features-table"]],
		]);
	});
});
