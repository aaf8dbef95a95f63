import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { type BatchModel, batchModels } from "../../../charter/batch.ts";
import { BATCH_ERRORS } from "../../../charter/batch-messages.ts";
import { SettingsError } from "../../../charter/errors.ts";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { BatchPipeline } from "../../../components/parts/batch-pipeline.ts";
import { BatchStore } from "../../../components/parts/batch-store.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { onnxRuntimeLayerVersion } from "../../../components/parts/onnx-runtime-layer.ts";
import { Analysis } from "../../../policies/analysis.ts";
import { RULES } from "../../../policies/pack.ts";
import { jsonOf, settingsWith, TAGS } from "../../support/components.ts";
import { grantsNeeded, statesOf, type Workflow } from "../../support/components-workflow.ts";
import { resourcesOf } from "../../support/policies-programs.ts";
import { type Registered, titles, underMocks } from "../../support/pulumi-mocks.ts";
import { rawModel } from "../../support/settings.ts";

const ECS = "arn:aws:ecs:us-east-1:123456789012";
const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/ml/score@sha256:${"0".repeat(64)}`;
const { budget: _, ...bare } = rawModel();
const rawBatch = (change: object) => ({ ...bare, name: "nightly", serve: "batch", schedule: "rate(1 day)", ...change });
const tags = { ...TAGS, model: "nightly" };

function pipeline(change: object = {}, hasNetwork = true) {
	const settings = settingsWith({ models: [rawModel(), rawBatch(change)] });
	const [model] = batchModels(settings) as [BatchModel];
	const table = (name: string) => new OnDemandTable(name, { hasSortKey: false, isRecoverable: true, tags: TAGS });
	return new BatchPipeline("nightly", {
		settings,
		model,
		store: new BatchStore("batch", { tags: TAGS }),
		registry: table("registry"),
		artifacts: new ArtifactStore("artifacts", { tags: TAGS }),
		features: table("features"),
		runtimeLayer: onnxRuntimeLayerVersion("onnx-runtime", "arm64", {}),
		...(hasNetwork && { network: NETWORK }),
	});
}
const NETWORK = {
	subnetIds: pulumi.output(["subnet-1", "subnet-2"]),
	securityGroup: { id: pulumi.output("sg-1") },
};
const built = (change: object = {}) => underMocks(() => void pipeline(change));
type Run = Awaited<ReturnType<typeof built>>;

const workflowOf = ({ find }: Run): Workflow =>
	jsonOf(find("aws:sfn/stateMachine:StateMachine", "nightly-batch"), "definition") as Workflow;
const grantsOf = (policy: Registered): [string[], string[]][] => {
	const { Statement } = jsonOf(policy, "policy") as { Statement: { Action: string[]; Resource: string[] }[] };
	return Statement.map(({ Action, Resource }) => [Action, Resource]);
};
const policyOf = ({ find }: Run, name: string) => grantsOf(find("aws:iam/rolePolicy:RolePolicy", name));
const environmentOf = ({ find }: Run, fn: string): unknown =>
	find("aws:lambda/function:Function", fn).inputs.environment;

describe("components/parts/batch-pipeline", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Run;
	let contained: Run;
	before(async () => {
		run = await built();
		contained = await built({ runtime: { kind: "fargate", image, cpuUnits: 2048, memoryMb: 8192, spotShare: 0.75 } });
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

	it("guards every task of the workflow by time, retries and a catcher, and bounds the map", () => {
		for (const each of [run, contained]) {
			const states = statesOf(workflowOf(each));
			const tasks = states.filter(({ Type }) => Type === "Task");
			expect(tasks).to.have.length(each === run ? 3 : 4);
			for (const { TimeoutSeconds = 0, Retry = [], Catch = [] } of tasks) {
				expect(TimeoutSeconds).to.be.greaterThan(0).and.at.most(3600);
				expect(Retry.some(({ MaxAttempts = 3 }) => MaxAttempts > 0)).to.equal(true);
				expect(Catch.map(({ ErrorEquals }) => ErrorEquals)).to.deep.equal([["States.ALL"]]);
			}
			const maps = states.filter(({ Type }) => Type === "Map");
			expect(
				maps.map(({ MaxConcurrency, ToleratedFailurePercentage }) => [MaxConcurrency, ToleratedFailurePercentage]),
			).to.deep.equal([[4, 0]]);
		}
	});

	it("waits longer for each function than it may run", () => {
		const { find } = run;
		for (const { Resource, Parameters, TimeoutSeconds = 0 } of statesOf(workflowOf(run))) {
			if (Resource !== "arn:aws:states:::lambda:invoke") continue;
			const name = String(Parameters?.FunctionName).replace("arn:", "");
			expect(TimeoutSeconds).to.equal(Number(find("aws:lambda/function:Function", name).inputs.timeout) + 30);
		}
	});

	it("retries no error that another try does not change", () => {
		for (const { Resource, Retry = [] } of statesOf(workflowOf(run)))
			if (Resource)
				expect(Retry[0]).to.deep.equal({
					ErrorEquals: [...Object.values(BATCH_ERRORS), "ArtifactError"],
					MaxAttempts: 0,
				});
	});

	it("leads every state to one that is there", () => {
		for (const each of [run, contained]) {
			const scopes = [
				workflowOf(each),
				...statesOf(workflowOf(each)).flatMap(({ ItemProcessor }) => ItemProcessor ?? []),
			];
			for (const { StartAt, States } of scopes) {
				const named = Object.values(States).flatMap(({ Next, Default, Catch = [], Choices = [] }) => [
					Next,
					Default,
					...[...Catch, ...Choices].map((way) => way.Next),
				]);
				expect(Object.keys(States)).to.include.members([StartAt, ...named.filter((name) => name !== undefined)]);
			}
		}
	});

	it("lets the workflow do exactly what its definition asks for", () => {
		for (const each of [run, contained]) {
			const granted = policyOf(each, "nightly-batch-policy");
			expect([...new Set(granted.flatMap(([actions]) => actions))].sort()).to.deep.equal(
				grantsNeeded(workflowOf(each)),
			);
			const open = granted.filter(([, resources]) => resources.includes("*")).flatMap(([actions]) => actions);
			expect(
				open.every((action) => /^(logs|xray):/.test(action)),
				open.join(),
			).to.equal(true);
		}
		const invoked = policyOf(run, "nightly-batch-policy").find(([actions]) => actions[0] === "lambda:InvokeFunction");
		expect(invoked?.[1]).to.have.members(["arn:nightly-plan", "arn:nightly-score", "arn:nightly-commit"]);
	});

	it("lets the workflow start itself and its chunks, by the name that it has", () => {
		const { inputs } = run.find("aws:sfn/stateMachine:StateMachine", "nightly-batch");
		expect([inputs.name, inputs.type, inputs.tracingConfiguration, inputs.tags]).to.deep.equal([
			"triplane-dev-nightly-batch",
			"STANDARD",
			{ enabled: true },
			tags,
		]);
		const self = "arn:aws:states:us-east-1:123456789012";
		const grants = policyOf(run, "nightly-batch-policy");
		expect(grants).to.deep.include([["states:StartExecution"], [`${self}:stateMachine:triplane-dev-nightly-batch`]]);
		expect(grants).to.deep.include([
			["states:DescribeExecution", "states:StopExecution"],
			[`${self}:execution:triplane-dev-nightly-batch:*`, `${self}:execution:triplane-dev-nightly-batch/*`],
		]);
	});

	it("logs the workflow's failures, without the data, for as long as all logs are kept", () => {
		const { inputs } = run.find("aws:sfn/stateMachine:StateMachine", "nightly-batch");
		expect(inputs.loggingConfiguration).to.deep.equal({
			level: "ERROR",
			includeExecutionData: false,
			logDestination: "arn:nightly-batch-logs:*",
		});
		expect(run.find("aws:cloudwatch/logGroup:LogGroup", "nightly-batch-logs").inputs).to.include({
			name: "/aws/vendedlogs/states/triplane-dev-nightly-batch",
			retentionInDays: 30,
		});
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

	describe("with a container", () => {
		it("has no score function, and a task that starts with the container's own role", () => {
			expect(titles(contained.resources)).not.to.include("aws:lambda/function:Function::nightly-score");
			const { inputs } = contained.find("aws:ecs/taskDefinition:TaskDefinition", "nightly-score");
			expect([inputs.cpu, inputs.memory, inputs.networkMode, inputs.requiresCompatibilities]).to.deep.equal([
				"2048",
				"8192",
				"awsvpc",
				["FARGATE"],
			]);
			expect([inputs.taskRoleArn, inputs.executionRoleArn]).to.deep.equal([
				"arn:nightly-score-role",
				"arn:nightly-score-execution-role",
			]);
			expect(inputs.runtimePlatform).to.deep.equal({ operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" });
			const [container, ...others] = jsonOf(
				contained.find("aws:ecs/taskDefinition:TaskDefinition", "nightly-score"),
				"containerDefinitions",
			) as Record<string, unknown>[];
			expect(others).to.deep.equal([]);
			expect(container).to.include({
				name: "score",
				image,
				essential: true,
				readonlyRootFilesystem: true,
				stopTimeout: 120,
			});
			expect(container?.environment).to.deep.include({ name: "TRIPLANE_CPU_UNITS", value: "2048" });
			expect(container?.environment).to.deep.include({ name: "TRIPLANE_ARTIFACT_BUCKET", value: "artifacts-bucket" });
		});

		it("runs a task a chunk on spot and on demand by share, and on demand where that failed", () => {
			const { ScoreChunk, ScoreOnDemand } = workflowOf(contained).States.Score?.ItemProcessor?.States ?? {};
			const strategies = [ScoreChunk, ScoreOnDemand].map((state) => state?.Parameters?.CapacityProviderStrategy);
			expect(strategies).to.deep.equal([
				[
					{ CapacityProvider: "FARGATE_SPOT", Weight: 75 },
					{ CapacityProvider: "FARGATE", Weight: 25 },
				],
				[{ CapacityProvider: "FARGATE", Weight: 1 }],
			]);
			expect(ScoreChunk?.Catch?.[0]?.Next).to.equal("ScoreOnDemand");
			expect(ScoreChunk?.Parameters).to.deep.include({
				Cluster: `${ECS}:cluster/nightly-score-cluster`,
				TaskDefinition: "arn:nightly-score",
				PropagateTags: "TASK_DEFINITION",
				NetworkConfiguration: {
					AwsvpcConfiguration: {
						Subnets: ["subnet-1", "subnet-2"],
						SecurityGroups: ["sg-1"],
						AssignPublicIp: "DISABLED",
					},
				},
				Overrides: {
					ContainerOverrides: [
						{ Name: "score", Environment: [{ Name: "TRIPLANE_SCORE_REQUEST", "Value.$": "States.JsonToString($)" }] },
					],
				},
			});
			expect(
				contained.find("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "nightly-score-capacity").inputs
					.capacityProviders,
			).to.deep.equal(["FARGATE", "FARGATE_SPOT"]);
		});

		it("lets the workflow stop the tasks of its own cluster, and hand on the roles of its own task", () => {
			const grants = policyOf(contained, "nightly-batch-policy");
			expect(grants).to.deep.include([
				["ecs:StopTask", "ecs:DescribeTasks", "ecs:TagResource"],
				[`${ECS}:task/nightly-score-cluster/*`],
			]);
			expect(grants).to.deep.include([["ecs:RunTask"], ["arn:nightly-score"]]);
			expect(grants).to.deep.include([
				["iam:PassRole"],
				["arn:nightly-score-role", "arn:nightly-score-execution-role"],
			]);
		});

		it("lets ECS fetch its own image and write its own log", () => {
			expect(policyOf(contained, "nightly-score-execution-policy")).to.deep.equal([
				[["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:nightly-score-logs:*"]],
				[["ecr:GetAuthorizationToken"], ["*"]],
				[
					["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"],
					["arn:aws:ecr:eu-west-1:123456789012:repository/ml/score"],
				],
			]);
		});

		it("is refused without a network before anything of it is registered", async () => {
			const { resources } = await underMocks(() => {
				expect(() => pipeline({ runtime: { kind: "fargate", image } }, false)).to.throw(
					SettingsError,
					'The batch model "nightly" runs in containers, but no network was handed to its pipeline.',
				);
			});
			expect(titles(resources).filter((title) => title.includes("nightly"))).to.deep.equal([]);
		});
	});
});
