import { expect } from "chai";
import { Analysis } from "../../../policies/analysis.ts";
import { RULES } from "../../../policies/pack.ts";
import { built, environmentOf, image, pipeline, policyOf, type Run } from "../../support/components-batch.ts";
import { resourcesOf } from "../../support/policies-programs.ts";

describe("components/parts/batch-pipeline", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Run;
	before(async () => {
		run = await built();
	});

	it("bounds each function: as many scores as chunks in work, and a time for each", async () => {
		const { find } = await built({ batch: { maxConcurrency: 12 } });
		const bounds = ["nightly-plan", "nightly-score", "nightly-commit"].map((name) => {
			const { inputs } = find("aws:lambda/function:Function", name);
			return [inputs.timeout, inputs.reservedConcurrentExecutions, inputs.memorySize];
		});
		expect(bounds).to.deep.equal([
			[900, 2, 1024],
			[900, 12, 1024],
			[300, 2, 1024],
		]);
	});

	it("tells each function exactly what it reads", () => {
		const common = {
			TRIPLANE_ENVIRONMENT: "test",
			TRIPLANE_TRACE_SAMPLE_RATIO: "1",
			TRIPLANE_TEAM: "diagnostics",
			TRIPLANE_FEATURE: "screening",
			TRIPLANE_BATCH_BUCKET: "batch-data-bucket",
		};
		const batch =
			'{"chunkRows":1000,"maxConcurrency":4,"toleratedFailurePct":0,"writesFeatures":false,"windowSeconds":86400}';
		expect(environmentOf(run, "nightly-plan")).to.deep.equal({
			variables: {
				...common,
				OTEL_SERVICE_NAME: "nightly-plan",
				TRIPLANE_MODEL: "nightly",
				TRIPLANE_BATCH: batch,
				TRIPLANE_OFFSETS_TABLE: "batch-offsets-table",
				TRIPLANE_REGISTRY_TABLE: "registry-table",
			},
		});
		expect(environmentOf(run, "nightly-score")).to.deep.equal({
			variables: {
				...common,
				OTEL_SERVICE_NAME: "nightly-score",
				TRIPLANE_SLO: '{"p95Ms":150,"errorRate":0.005}',
				TRIPLANE_MEMORY_MB: "1024",
				TRIPLANE_REGISTRY_TABLE: "registry-table",
				TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
			},
		});
		expect(environmentOf(run, "nightly-commit")).to.deep.equal({
			variables: {
				...common,
				OTEL_SERVICE_NAME: "nightly-commit",
				TRIPLANE_BATCH: batch,
				TRIPLANE_OFFSETS_TABLE: "batch-offsets-table",
			},
		});
	});

	it("lets each function at its own model's objects and records alone", () => {
		const data = "arn:batch-data-bucket";
		const grants = (name: string) => policyOf(run, `${name}-policy`).slice(0, -2);
		expect(grants("nightly-plan")).to.deep.equal([
			[["dynamodb:GetItem"], ["arn:registry-table", "arn:batch-offsets-table"]],
			[["s3:ListBucket"], [data]],
			[["s3:GetObject"], [`${data}/input/nightly/*`, `${data}/output/nightly/*`]],
			[["s3:PutObject"], [`${data}/windows/nightly/*`]],
		]);
		expect(grants("nightly-score")).to.deep.equal([
			[["dynamodb:GetItem"], ["arn:registry-table"]],
			[["s3:GetObject"], [`${data}/input/nightly/*`, "arn:artifacts-bucket/models/nightly/*"]],
			[["s3:ListBucket"], [data]],
			[["s3:PutObject"], [`${data}/output/nightly/*`]],
		]);
		expect(grants("nightly-commit")).to.deep.equal([
			[["dynamodb:GetItem", "dynamodb:PutItem"], ["arn:batch-offsets-table"]],
			[["s3:ListBucket"], [data]],
			[["s3:GetObject"], [`${data}/windows/nightly/*`, `${data}/output/nightly/*`]],
			[["s3:PutObject", "s3:DeleteObject"], [`${data}/output/nightly/*`]],
		]);
	});

	it("lets the scoring at the feature table where the settings ask for it", async () => {
		const asked = await built({ batch: { writesFeatures: true } });
		expect(policyOf(asked, "nightly-score-policy")).to.deep.include([["dynamodb:PutItem"], ["arn:features-table"]]);
		for (const fn of ["nightly-plan", "nightly-score"])
			expect(environmentOf(asked, fn)).to.have.nested.property("variables.TRIPLANE_FEATURE_TABLE", "features-table");
	});

	it("starts the workflow by the model's schedule, with its own role, retries and a place for what fails", () => {
		const { inputs } = run.find("aws:scheduler/schedule:Schedule", "nightly-schedule");
		expect([inputs.scheduleExpression, inputs.scheduleExpressionTimezone, inputs.flexibleTimeWindow]).to.deep.equal([
			"rate(1 day)",
			"UTC",
			{ mode: "OFF" },
		]);
		expect(inputs.target).to.deep.equal({
			arn: "arn:nightly-batch",
			roleArn: "arn:nightly-schedule-role",
			input: "{}",
			retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 86_400 },
			deadLetterConfig: { arn: "arn:nightly-schedule-dead-letters" },
		});
		expect(policyOf(run, "nightly-schedule-policy")).to.deep.equal([
			[["states:StartExecution"], ["arn:nightly-batch"]],
			[["sqs:SendMessage"], ["arn:nightly-schedule-dead-letters"]],
		]);
		expect(run.find("aws:sqs/queue:Queue", "nightly-schedule-dead-letters").inputs).to.include({
			messageRetentionSeconds: 1_209_600,
			sqsManagedSseEnabled: true,
		});
	});

	it("keeps the data bucket private, versioned and beyond the stack's end", () => {
		const { find } = run;
		expect(
			find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "batch-data-public-access").inputs,
		).to.include({ blockPublicAcls: true, restrictPublicBuckets: true });
		expect(
			find("aws:s3/bucketVersioning:BucketVersioning", "batch-data-versioning").inputs.versioningConfiguration,
		).to.deep.equal({ status: "Enabled" });
		expect(find("aws:s3/bucket:Bucket", "batch-data-bucket").inputs.forceDestroy).to.equal(false);
		expect(find("aws:dynamodb/table:Table", "batch-offsets-table").inputs.pointInTimeRecovery).to.deep.equal({
			enabled: true,
		});
	});

	it("is rejected by no policy, in a function or in a container", async () => {
		for (const change of [{}, { runtime: { kind: "fargate", image } }]) {
			const resources = await resourcesOf(() => void pipeline(change), "applied");
			const analysis = new Analysis({ resources, rules: RULES, fromStack: {}, today: "2026-11-24" });
			const verdicts = RULES.flatMap((rule) =>
				analysis.judge(rule).verdicts.map((verdict) => ({ rule: rule.name, ...verdict })),
			);
			expect(verdicts.filter(({ answer }) => answer === "fail")).to.deep.equal([]);
			const passed = new Set(verdicts.filter(({ answer }) => answer === "pass").map(({ rule }) => rule));
			expect([...passed]).to.include.members([
				"workflow-guards",
				"workflow-type",
				"one-orchestrator",
				"tracing-on",
				"log-retention",
			]);
		}
	});
});
