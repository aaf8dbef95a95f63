import { expect } from "chai";
import { SettingsError } from "../../../charter/errors.ts";
import { jsonOf } from "../../support/components.ts";
import { built, ECS, image, pipeline, policyOf, type Run, workflowOf } from "../../support/components-batch.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

describe("components/parts/batch-container", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let contained: Run;
	before(async () => {
		contained = await built({ runtime: { kind: "fargate", image, cpuUnits: 2048, memoryMb: 8192, spotShare: 0.75 } });
	});

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
			"arn:nightly-score-ecs-role",
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
		expect(grants).to.deep.include([["iam:PassRole"], ["arn:nightly-score-role", "arn:nightly-score-ecs-role"]]);
	});

	it("lets ECS fetch its own image and write its own log", () => {
		expect(policyOf(contained, "nightly-score-ecs-policy")).to.deep.equal([
			[["ecr:GetAuthorizationToken"], ["*"]],
			[
				["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
				["arn:aws:ecr:eu-west-1:123456789012:repository/ml/score"],
			],
			[["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:nightly-score-logs:*"]],
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
