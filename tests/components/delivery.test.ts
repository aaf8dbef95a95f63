import { expect } from "chai";
import program from "../../index.ts";
import { asConfig, grantsIn, jsonOf } from "../support/components.ts";
import { grantsNeeded, type Workflow } from "../support/components-workflow.ts";
import { titles, underMocks } from "../support/pulumi-mocks.ts";
import { rawModel, rawQueuedModel, rawSageMakerModel, rawSettings, WORKER_IMAGE } from "../support/settings.ts";
import type { JsonataWorkflow } from "../support/workflow-run.ts";

const image = `123456789012.dkr.ecr.us-east-1.amazonaws.com/trainer@sha256:${"2".repeat(64)}`;
const network = { kind: "adopt", vpcId: "vpc-1", subnetIds: ["subnet-1"] };
const train = { kind: "ecs", image, command: ["tumour-risk"], schedule: "rate(7 days)", onDataset: true };
const deployed = (change: object = {}) => {
	const settings = Object.entries({ ...rawSettings(), workerImage: WORKER_IMAGE, network, ...change });
	return underMocks(program, asConfig(Object.fromEntries(settings.map(([key, value]) => [`triplane:${key}`, value]))));
};
type Run = Awaited<ReturnType<typeof deployed>>;

const MACHINE = "aws:sfn/stateMachine:StateMachine";
const POLICY = "aws:iam/rolePolicy:RolePolicy";
const ownGrants = ({ find }: Run, name: string) =>
	grantsIn(find(POLICY, `${name}-policy`)).filter(([[action = ""]]) => !/^(logs|xray):/.test(action));
const workflowOf = ({ find }: Run, name: string) => jsonOf(find(MACHINE, name), "definition") as JsonataWorkflow;
const states = "arn:aws:states:us-east-1:123456789012";
const QUEUES = "https://sqs.us-east-1.amazonaws.com/123456789012";

describe("components/delivery", function () {
	// Each run bundles the functions.
	this.timeout(120_000);
	let run: Run;
	before(async () => {
		run = await deployed({ models: [{ ...rawModel(), train, rollout: { mirrorPct: 10 } }, rawQueuedModel()] });
	});

	it("gives each model a pipeline, trained or not, and tells what it and the bus are called", () => {
		expect(run.result).to.deep.include({
			rolloutFunction: "rollout",
			pipelines: [
				{ name: "tumour-risk", stateMachine: "arn:tumour-risk-pipeline", trains: true },
				{ name: "digit-reader", stateMachine: "arn:digit-reader-pipeline", trains: false },
			],
			eventBus: "triplane-dev-events",
			shadowQueueUrl: `${QUEUES}/shadow-queue`,
		});
		expect(run.find(MACHINE, "tumour-risk-pipeline").inputs).to.deep.include({
			name: "triplane-dev-tumour-risk-pipeline",
			type: "STANDARD",
			tracingConfiguration: { enabled: true },
		});
	});

	it("gives a batch model a pipeline, trained or not, and no shadow", async () => {
		const { budget: _, ...bare } = rawModel();
		const nightly = { ...bare, name: "nightly", serve: "batch", schedule: "rate(1 day)" };
		const untrained = await deployed({ models: [nightly] });
		expect(untrained.result).to.deep.include({
			pipelines: [{ name: "nightly", stateMachine: "arn:nightly-pipeline", trains: false }],
		});
		expect(titles(untrained.resources).join()).not.to.match(/shadow/);
		const payloadOf = (deployment: Run) => {
			const begin = workflowOf(deployment, "nightly-pipeline").States.Begin?.Arguments;
			return (begin as { Payload: object }).Payload;
		};
		expect(payloadOf(untrained)).to.include({ model: "nightly" });
		expect(payloadOf(untrained)).not.to.have.any.keys("trainImage", "plan");
		const trained = await deployed({ models: [{ ...nightly, train: { kind: "ecs", image } }] });
		expect(payloadOf(trained)).to.include({ model: "nightly", trainImage: image });
		expect(payloadOf(trained)).not.to.have.property("plan");
	});

	it("tells the steps what a rollout goes by: settings, alarms and slots", () => {
		const planOf = (name: string) => {
			const given = workflowOf(run, `${name}-pipeline`).States.Open?.Arguments as { Payload: { plan: object } };
			return given.Payload.plan;
		};
		expect(planOf("tumour-risk")).to.deep.include({
			serve: "realtime",
			mirrorPct: 10,
			outcomes: false,
			rps: 20,
			bounds: { errorRate: 0.005, slowRate: 0.05, disagreementRate: 0.05, costFactor: 2 },
			burnAlarms: ["errors-fast", "errors-steady", "slow-fast", "slow-steady"].map(
				(burn) => `triplane-dev-tumour-risk-${burn}-burn`,
			),
		});
		const slot = (name: string) => ({
			queueUrl: `${QUEUES}/digit-reader-${name}-queue`,
			deadLetterQueueUrl: `${QUEUES}/digit-reader-${name}-dead-letters`,
			cluster: "pool-digit-reader-cluster",
			service: `digit-reader-${name}`,
		});
		expect(planOf("digit-reader")).to.deep.include({ serve: "queued", slots: { a: slot("a"), b: slot("b") } });
	});

	it("lets each pipeline do exactly what its definition asks for", () => {
		for (const name of ["tumour-risk", "digit-reader"]) {
			const granted = grantsIn(run.find(POLICY, `${name}-pipeline-policy`));
			const workflow = jsonOf(run.find(MACHINE, `${name}-pipeline`), "definition") as Workflow;
			expect([...new Set(granted.flatMap(([actions]) => actions))].sort()).to.deep.equal(grantsNeeded(workflow));
		}
		const [invoked] = ownGrants(run, "digit-reader-pipeline");
		expect(invoked).to.deep.equal([["lambda:InvokeFunction"], ["arn:rollout", "arn:judge"]]);
	});

	it("trains in one task of two containers that share a folder, the uploader after the trainer's success", () => {
		const { inputs } = run.find("aws:ecs/taskDefinition:TaskDefinition", "tumour-risk-train");
		expect([inputs.cpu, inputs.memory, inputs.volumes]).to.deep.equal(["1024", "4096", [{ name: "run" }]]);
		const [trainer, upload] = jsonOf(
			run.find("aws:ecs/taskDefinition:TaskDefinition", "tumour-risk-train"),
			"containerDefinitions",
		) as Record<string, unknown>[];
		expect(trainer).to.deep.include({
			name: "trainer",
			image,
			essential: false,
			command: ["tumour-risk"],
			mountPoints: [{ sourceVolume: "run", containerPath: "/triplane/run", readOnly: false }],
			environment: [
				{ name: "TRIPLANE_MODEL", value: "tumour-risk" },
				{ name: "TRIPLANE_RUN_DIRECTORY", value: "/triplane/run" },
				{ name: "TRIPLANE_TRAIN_IMAGE", value: image },
			],
		});
		expect(upload).to.deep.include({
			name: "upload-run",
			image: WORKER_IMAGE,
			essential: true,
			entryPoint: ["node"],
			command: ["/worker/upload-run.mjs"],
			dependsOn: [{ containerName: "trainer", condition: "SUCCESS" }],
			mountPoints: [{ sourceVolume: "run", containerPath: "/triplane/run", readOnly: true }],
		});
		expect(upload?.environment).to.deep.include({ name: "TRIPLANE_ARTIFACT_BUCKET", value: "artifacts-bucket" });
	});

	it("lets a training at its own model's data and runs alone", () => {
		expect(ownGrants(run, "tumour-risk-train")).to.deep.equal([
			[["s3:GetObject"], ["arn:artifacts-bucket/datasets/tumour-risk/*"]],
			[["s3:PutObject"], ["arn:artifacts-bucket/staging/tumour-risk/*"]],
		]);
	});

	it("trains by schedule and by new data, with a place for what could not be started", () => {
		const schedule = run.find("aws:scheduler/schedule:Schedule", "tumour-risk-train-schedule").inputs;
		expect([schedule.scheduleExpression, schedule.target]).to.deep.equal([
			"rate(7 days)",
			{
				arn: "arn:tumour-risk-pipeline",
				roleArn: "arn:tumour-risk-train-schedule-role",
				input: "{}",
				retryPolicy: { maximumRetryAttempts: 10, maximumEventAgeInSeconds: 86_400 },
				deadLetterConfig: { arn: "arn:tumour-risk-train-schedule-dead-letters" },
			},
		]);
		expect(run.find("aws:s3/bucketNotification:BucketNotification", "dataset-events").inputs.eventbridge).to.equal(
			true,
		);
		expect(jsonOf(run.find("aws:cloudwatch/eventRule:EventRule", "tumour-risk-dataset"), "eventPattern")).to.deep.equal(
			{
				source: ["aws.s3"],
				"detail-type": ["Object Created"],
				detail: { bucket: { name: ["artifacts-bucket"] }, object: { key: [{ prefix: "datasets/tumour-risk/" }] } },
			},
		);
		expect(run.find("aws:cloudwatch/eventTarget:EventTarget", "tumour-risk-dataset").inputs).to.deep.include({
			arn: "arn:tumour-risk-pipeline",
			inputTransformer: { inputPaths: { key: "$.detail.object.key" }, inputTemplate: '{"dataset": <key>}' },
			deadLetterConfig: { arn: "arn:tumour-risk-dataset-dead-letters" },
		});
		expect(ownGrants(run, "tumour-risk-dataset")).to.deep.equal([
			[["states:StartExecution"], ["arn:tumour-risk-pipeline"]],
		]);
	});

	it("lets rollout move routes, jobs and slots, and start and end pipelines, and nothing else", () => {
		const pipelines = ["tumour-risk", "digit-reader"].map((name) => `triplane-dev-${name}-pipeline`);
		const roles = ["a", "b"].flatMap((slot) =>
			["task", "launch"].map((role) => `arn:digit-reader-${slot}-${role}-role`),
		);
		expect(ownGrants(run, "rollout")).to.deep.equal([
			[
				["GetItem", "Query", "PutItem", "DeleteItem", "ConditionCheckItem"].map((action) => `dynamodb:${action}`),
				["arn:registry-table"],
			],
			[["states:StartExecution", "states:SendTaskFailure"], pipelines.map((name) => `${states}:stateMachine:${name}`)],
			[["states:DescribeExecution"], pipelines.map((name) => `${states}:execution:${name}:*`)],
			[["events:PutEvents"], ["arn:events"]],
			[["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]],
			[["dynamodb:Query"], ["arn:jobs-table/index/open"]],
			[["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], ["arn:digit-reader-b-queue"]],
			[["sqs:SendMessage"], ["arn:digit-reader-a-queue", "arn:digit-reader-b-dead-letters"]],
			[
				["ecs:DescribeServices", "ecs:UpdateService"],
				["arn:digit-reader-a", "arn:digit-reader-b"],
			],
			[
				["ecs:TagResource"],
				["a", "b"].map(
					(slot) => `arn:aws:ecs:us-east-1:123456789012:task-definition/triplane-dev-digit-reader-${slot}:*`,
				),
			],
			[["ecs:RegisterTaskDefinition", "ecs:DescribeTaskDefinition"], ["*"]],
			[["iam:PassRole"], roles],
			[["sqs:SendMessage"], ["arn:rollout-failures"]],
		]);
		expect(run.find("aws:lambda/function:Function", "rollout").inputs.environment).to.deep.equal({
			variables: {
				TRIPLANE_ENVIRONMENT: "test",
				OTEL_SERVICE_NAME: "rollout",
				TRIPLANE_TRACE_SAMPLE_RATIO: "1",
				TRIPLANE_REGISTRY_TABLE: "registry-table",
				TRIPLANE_EVENT_BUS: "triplane-dev-events",
				TRIPLANE_JOBS_TABLE: "jobs-table",
				TRIPLANE_PIPELINES: JSON.stringify({
					"tumour-risk": `${states}:stateMachine:${pipelines[0]}`,
					"digit-reader": `${states}:stateMachine:${pipelines[1]}`,
				}),
			},
		});
	});

	it("lets judge read what CloudWatch counted, and evaluate read runs and models", () => {
		expect(ownGrants(run, "judge").slice(1)).to.deep.equal([
			[["cloudwatch:GetMetricData", "cloudwatch:ListMetrics", "cloudwatch:DescribeAlarms"], ["*"]],
			[["events:PutEvents"], ["arn:events"]],
			[["sqs:GetQueueAttributes"], ["arn:digit-reader-b-dead-letters"]],
		]);
		expect(ownGrants(run, "evaluate")).to.deep.equal([
			[["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], ["arn:registry-table"]],
			[["s3:GetObject"], ["arn:artifacts-bucket/staging/*", "arn:artifacts-bucket/models/*"]],
			[["events:PutEvents"], ["arn:events"]],
		]);
		expect(run.find("aws:lambda/function:Function", "evaluate").inputs).to.deep.include({
			layers: ["arn:onnx-runtime"],
			memorySize: 2048,
			timeout: 300,
		});
	});

	it("looks each minute after rollouts that nobody works on", () => {
		const { inputs } = run.find("aws:scheduler/schedule:Schedule", "watch-schedule");
		expect(inputs.scheduleExpression).to.equal("rate(1 minute)");
		expect(inputs.target).to.deep.include({ arn: "arn:rollout", input: '{"action":"watch"}' });
	});

	it("compares in the shadow so many at a time, each message on its own, and reads what it needs", () => {
		const { tags: _, ...mapping } = run.find(
			"aws:lambda/eventSourceMapping:EventSourceMapping",
			"shadow-mapping",
		).inputs;
		expect(mapping).to.deep.equal({
			eventSourceArn: "arn:shadow-queue",
			functionName: "arn:shadow",
			batchSize: 5,
			functionResponseTypes: ["ReportBatchItemFailures"],
			scalingConfig: { maximumConcurrency: 5 },
		});
		expect(run.find("aws:lambda/function:Function", "shadow").inputs.environment)
			.to.have.property("variables")
			.that.includes({
				TRIPLANE_SHADOW_QUEUE_URL: `${QUEUES}/shadow-queue`,
				TRIPLANE_SHADOW_MODELS: JSON.stringify({
					"tumour-risk": { team: "diagnostics", feature: "screening", p95Ms: 150, tolerance: 0.05 },
					"digit-reader": { team: "documents", feature: "form-entry", p95Ms: 500, tolerance: 0.05 },
				}),
			});
	});

	it("tells of burning budgets on its own bus", () => {
		const rule = jsonOf(run.find("aws:cloudwatch/eventRule:EventRule", "slo-burning"), "eventPattern");
		expect(rule).to.have.nested.property("detail.alarmName").that.has.length(8);
		expect(ownGrants(run, "slo-burning")).to.deep.equal([[["events:PutEvents"], ["arn:events"]]]);
	});

	it("alarms where a pipeline failed, a training could not be started, or comparisons wait", () => {
		const names = run.resources.filter(({ type }) => type.endsWith(":MetricAlarm")).map(({ name }) => name);
		expect(names).to.include.members([
			"tumour-risk-pipeline-failed",
			"digit-reader-pipeline-failed",
			"tumour-risk-training-0-dead-letters",
			"tumour-risk-training-1-dead-letters",
			"shadow-queue-age",
			"shadow-dead-letters",
			"rollout-dead-letters",
		]);
	});

	it("needs no services of its own where SageMaker serves the slots", async () => {
		const served = await deployed({ models: [rawModel(), rawSageMakerModel()] });
		expect(ownGrants(served, "rollout").flatMap(([actions]) => actions)).not.to.include("ecs:UpdateService");
	});

	it("trains on SageMaker by jobs of the model's own name, and unpacks what they leave", async () => {
		const onSageMaker = { kind: "sagemaker", image, instanceType: "ml.m5.xlarge" };
		const trained = await deployed({ models: [{ ...rawModel(), train: onSageMaker }] });
		const workflow = jsonOf(trained.find(MACHINE, "tumour-risk-pipeline"), "definition") as Workflow;
		const granted = grantsIn(trained.find(POLICY, "tumour-risk-pipeline-policy"));
		expect([...new Set(granted.flatMap(([actions]) => actions))].sort()).to.deep.equal(grantsNeeded(workflow));
		expect(granted.map(([, resources]) => resources)).to.deep.include([
			"arn:aws:sagemaker:us-east-1:123456789012:training-job/tumour-risk-*",
		]);
		expect(ownGrants(trained, "collect-run")).to.deep.equal([
			[["s3:GetObject", "s3:PutObject"], ["arn:artifacts-bucket/staging/*"]],
		]);
		expect(titles(trained.resources).join()).not.to.include("aws:ecs/");
	});
});
