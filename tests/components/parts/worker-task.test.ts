import * as aws from "@pulumi/aws";
import { expect } from "chai";
import fc from "fast-check";
import { planPool } from "../../../charter/pool.ts";
import type { EcsModel } from "../../../charter/queued.ts";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { JobStore } from "../../../components/parts/job-store.ts";
import { OnDemandTable } from "../../../components/parts/on-demand-table.ts";
import { ecrRepositoryArn } from "../../../components/parts/task-roles.ts";
import { WorkQueue } from "../../../components/parts/work-queue.ts";
import { WorkerTask } from "../../../components/parts/worker-task.ts";
import { ecsModelWith, grantsIn, jsonOf, queuedSettingsWith, TAGS } from "../../support/components.ts";
import { underMocks } from "../../support/pulumi-mocks.ts";
import { WORKER_IMAGE } from "../../support/settings.ts";

const DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";
const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
const DIGEST = "0".repeat(64);
const settings = queuedSettingsWith();

interface Container {
	name: string;
	environment: { name: string; value: string }[];
	healthCheck?: unknown;
	[property: string]: unknown;
}

const deployed = (model: EcsModel = ecsModelWith()) =>
	underMocks(() => {
		const tags = TAGS;
		const queue = { visibilitySeconds: 60, retentionSeconds: 60, receivesMax: 9, tags };
		new WorkerTask("digit-reader-a", {
			settings,
			model,
			plan: planPool(model),
			work: new WorkQueue("digit-reader-a", queue),
			store: new JobStore("jobs", { tags }),
			registry: new OnDemandTable("registry", { hasSortKey: true, isRecoverable: true, tags }),
			artifacts: new ArtifactStore("artifacts", { tags }),
			cluster: new aws.ecs.Cluster("cluster", {}),
			tags,
		});
	});
async function containersOf(model?: EcsModel): Promise<[worker: Container, modelServer: Container]> {
	const containers = jsonOf((await deployed(model)).find(DEFINITION, "digit-reader-a"), "containerDefinitions");
	const [worker, modelServer] = containers as Container[];
	if (!worker || !modelServer) throw new Error("The task lacks a container.");
	return [worker, modelServer];
}
const environmentOf = ({ environment }: Container) =>
	Object.fromEntries(environment.map(({ name, value }) => [name, value]));
const logsTo = (container: string) => ({
	logDriver: "awslogs",
	options: {
		"awslogs-group": `/triplane/dev/digit-reader-a-${container}`,
		"awslogs-region": "us-east-1",
		"awslogs-stream-prefix": "task",
		mode: "non-blocking",
		"max-buffer-size": "25m",
	},
});

describe("components/parts/worker-task", () => {
	it("is a task of its own network interface and its own two roles, on EC2", async () => {
		const { containerDefinitions: _, ...inputs } = (await deployed()).find(DEFINITION, "digit-reader-a").inputs;
		expect(inputs).to.deep.equal({
			family: "triplane-dev-digit-reader-a",
			networkMode: "awsvpc",
			requiresCompatibilities: ["EC2"],
			runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "X86_64" },
			executionRoleArn: "arn:digit-reader-a-launch-role",
			taskRoleArn: "arn:digit-reader-a-task-role",
			skipDestroy: true,
			tags: TAGS,
		});
	});

	it("has the platform's worker, with a memory of its own, whose health is asked for and which ends first", async () => {
		const [worker] = await containersOf();
		const { environment: _, healthCheck, ...own } = worker;
		expect(own).to.deep.equal({
			name: "worker",
			image: WORKER_IMAGE,
			essential: true,
			cpu: 512,
			stopTimeout: 120,
			memory: 2048,
			dependsOn: [{ containerName: "model-server", condition: "START" }],
			logConfiguration: logsTo("worker"),
		});
		expect(healthCheck).to.deep.include({ interval: 30, timeout: 5, retries: 3, startPeriod: 300 });
		expect(JSON.stringify(healthCheck)).to.include("http://127.0.0.1:8081/health");
	});

	it("has the team's model server, with the GPU and the rest of the instance", async () => {
		const [, modelServer] = await containersOf();
		const { environment: _, ...own } = modelServer;
		expect(own).to.deep.equal({
			name: "model-server",
			image: `123456789012.dkr.ecr.us-east-1.amazonaws.com/digit-reader@sha256:${DIGEST}`,
			essential: true,
			cpu: 3584,
			stopTimeout: 120,
			memoryReservation: 12_697,
			resourceRequirements: [{ type: "GPU", value: "1" }],
			logConfiguration: logsTo("model-server"),
		});
	});

	it("asks for no GPU where the model needs none, and for the processor that its types have", async () => {
		const model = ecsModelWith({}, { gpuCount: 0, instanceTypes: ["m6g.xlarge", "m7g.xlarge"] });
		const { find } = await deployed(model);
		const { inputs } = find(DEFINITION, "digit-reader-a");
		expect(inputs.runtimePlatform).to.deep.equal({ operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" });
		expect(String(inputs.containerDefinitions)).to.not.include("resourceRequirements");
	});

	it("tells each container exactly what it reads, in an order that never changes", async () => {
		const [worker, modelServer] = await containersOf();
		const common = { TRIPLANE_ENVIRONMENT: "test", TRIPLANE_TRACE_SAMPLE_RATIO: "1", AWS_REGION: "us-east-1" };
		const queues = "https://sqs.us-east-1.amazonaws.com/123456789012";
		expect(environmentOf(worker)).to.deep.equal({
			...common,
			OTEL_SERVICE_NAME: "digit-reader-a-worker",
			TRIPLANE_MODEL: "digit-reader",
			TRIPLANE_TEAM: "documents",
			TRIPLANE_FEATURE: "form-entry",
			TRIPLANE_SLO: '{"p95Ms":500,"errorRate":0.005,"jobP95Seconds":30}',
			TRIPLANE_JOBS_TABLE: "jobs-table",
			TRIPLANE_JOBS_BUCKET: "jobs-bucket",
			TRIPLANE_QUEUE_URL: `${queues}/digit-reader-a-queue`,
			TRIPLANE_DEAD_LETTER_QUEUE_URL: `${queues}/digit-reader-a-dead-letters`,
			TRIPLANE_CALLBACK_QUEUE_URL: `${queues}/callbacks-queue`,
			TRIPLANE_MODEL_SERVER_URL: "http://127.0.0.1:8080",
			TRIPLANE_HEALTH_PORT: "8081",
			TRIPLANE_BATCH_MAX_SIZE: "16",
			TRIPLANE_BATCH_MAX_WAIT_MS: "20",
		});
		expect(environmentOf(modelServer)).to.deep.equal({
			...common,
			OTEL_SERVICE_NAME: "digit-reader-a-model-server",
			TRIPLANE_MODEL: "digit-reader",
			TRIPLANE_MODEL_SERVER_PORT: "8080",
			TRIPLANE_REGISTRY_TABLE: "registry-table",
			TRIPLANE_ARTIFACT_BUCKET: "artifacts-bucket",
		});
		const names = worker.environment.map(({ name }) => name);
		expect(names).to.deep.equal(names.toSorted());
	});

	it("keeps both containers' logs as long as the settings say", async () => {
		const { find } = await deployed();
		for (const container of ["worker", "model-server"])
			expect(find("aws:cloudwatch/logGroup:LogGroup", `digit-reader-a-${container}-logs`).inputs).to.deep.equal({
				name: `/triplane/dev/digit-reader-a-${container}`,
				retentionInDays: 30,
				tags: TAGS,
			});
	});
});

describe("components/parts/task-roles", () => {
	it("lets a task work on its queue, the jobs and its own model, and nothing else", async () => {
		const { find } = await deployed();
		expect(grantsIn(find(ROLE_POLICY, "digit-reader-a-task-policy"))).to.deep.equal([
			[
				["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"],
				["arn:digit-reader-a-queue"],
			],
			[["sqs:SendMessage"], ["arn:digit-reader-a-dead-letters", "arn:callbacks-queue"]],
			[["dynamodb:GetItem", "dynamodb:UpdateItem"], ["arn:jobs-table"]],
			[["dynamodb:GetItem"], ["arn:registry-table"]],
			[["s3:GetObject", "s3:PutObject"], ["arn:jobs-bucket/jobs/*"]],
			[["s3:GetObject"], ["arn:artifacts-bucket/models/digit-reader/*"]],
			[["ecs:GetTaskProtection", "ecs:UpdateTaskProtection"], ["arn:aws:ecs:us-east-1:123456789012:task/cluster/*"]],
			[["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]],
		]);
	});

	it("lets ECS pull the task's own images and write its logs", async () => {
		const { find } = await deployed();
		const repository = "arn:aws:ecr:us-east-1:123456789012:repository";
		expect(grantsIn(find(ROLE_POLICY, "digit-reader-a-launch-policy"))).to.deep.equal([
			[["ecr:GetAuthorizationToken"], ["*"]],
			[
				["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
				[`${repository}/triplane-worker`, `${repository}/digit-reader`],
			],
			[
				["logs:CreateLogStream", "logs:PutLogEvents"],
				["arn:digit-reader-a-worker-logs:*", "arn:digit-reader-a-model-server-logs:*"],
			],
		]);
	});

	it("lets both roles be assumed by ECS's tasks alone", async () => {
		const { find } = await deployed();
		for (const role of ["task", "launch"])
			expect(jsonOf(find("aws:iam/role:Role", `digit-reader-a-${role}-role`), "assumeRolePolicy")).to.deep.equal({
				Version: "2012-10-17",
				Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ecs-tasks.amazonaws.com" } }],
			});
	});

	it("finds the repository of an image in ECR, in every partition, and of no other registry", () => {
		const at = (registry: string) => ecrRepositoryArn(`${registry}/team/model@sha256:${DIGEST}`);
		expect(at("123456789012.dkr.ecr.eu-west-1.amazonaws.com")).to.equal(
			"arn:aws:ecr:eu-west-1:123456789012:repository/team/model",
		);
		expect(at("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn")).to.equal(
			"arn:aws-cn:ecr:cn-north-1:123456789012:repository/team/model",
		);
		expect(at("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com")).to.equal(
			"arn:aws-us-gov:ecr:us-gov-west-1:123456789012:repository/team/model",
		);
		for (const registry of ["public.ecr.aws", "nvcr.io", "12.dkr.ecr.eu-west-1.amazonaws.com"])
			expect(at(registry), registry).to.equal(undefined);
	});

	it("names one repository or none, whatever the image is called", () => {
		fc.assert(
			fc.property(fc.string(), (image) => {
				expect(ecrRepositoryArn(image) ?? "arn:aws:ecr:r:1:repository/x").to.match(/^arn:[^*]*:repository\/[^*]+$/);
			}),
		);
	});
});
