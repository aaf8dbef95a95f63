import { expect } from "chai";
import { askedOf, ECS_TRAINING, fails, ran, SAGEMAKER_TRAINING } from "../../support/components-pipeline.ts";

const NAMED = { dataset: "datasets/tumour-risk/2026.csv", arguments: ["--depth", "4"] };
const overrides = async (input: object, command: readonly string[] = ECS_TRAINING.command) => {
	const task = askedOf(await ran({}, { input, train: { ...ECS_TRAINING, command } }), "Train");
	return (task as { Overrides: { ContainerOverrides: unknown } }).Overrides.ContainerOverrides;
};
const RUN = { Name: "TRIPLANE_RUN", Value: "run-1" };

describe("components/parts/training-states", () => {
	it("trains in a task of the model's own definition, in private subnets, and waits for its end", async () => {
		const task = askedOf(await ran(), "Train");
		expect(task).to.deep.include({
			LaunchType: "FARGATE",
			Cluster: "arn:cluster",
			TaskDefinition: "arn:trainer:1",
			PropagateTags: "TASK_DEFINITION",
			NetworkConfiguration: {
				AwsvpcConfiguration: {
					Subnets: ["subnet-1", "subnet-2"],
					SecurityGroups: ["sg-1"],
					AssignPublicIp: "DISABLED",
				},
			},
		});
	});

	it("tells both containers the run, and leaves the trainer's command as the definition has it", async () => {
		expect(await overrides({})).to.deep.equal([
			{ Name: "trainer", Environment: [RUN] },
			{ Name: "upload-run", Environment: [RUN] },
		]);
	});

	it("tells the trainer the data set, and adds the execution's arguments to the settings'", async () => {
		const dataset = { Name: "TRIPLANE_DATASET", Value: "s3://artifacts/datasets/tumour-risk/2026.csv" };
		expect(await overrides(NAMED)).to.deep.equal([
			{ Name: "trainer", Environment: [RUN, dataset], Command: ["--rounds", "100", "--depth", "4"] },
			{ Name: "upload-run", Environment: [RUN] },
		]);
	});

	it("hands on a single argument, of a settings' command or of none, as a list", async () => {
		for (const [command, all] of [
			[["a"], ["a", "b"]],
			[[], ["b"]],
		] as const)
			expect(await overrides({ arguments: ["b"] }, command)).to.have.deep.nested.property("[0].Command", all);
	});

	it("does not train again, hours later, what its own exit code has failed", async () => {
		const failed = await ran({ Train: fails("States.TaskFailed", "exit code 1") });
		expect(failed.asked.filter(({ state }) => state === "Train")).to.have.length(1);
		const busy = await ran({ Train: fails("ECS.AmazonECSException") });
		expect(busy.asked.filter(({ state }) => state === "Train")).to.have.length(6);
	});

	it("trains in a SageMaker job with a stopping condition, and collects what it leaves", async () => {
		const ended = await ran({}, { input: NAMED, train: { ...SAGEMAKER_TRAINING, command: ["--rounds", "100"] } });
		expect(askedOf(ended, "Train")).to.deep.equal({
			TrainingJobName: `tumour-risk-${"0".repeat(36)}`,
			RoleArn: "arn:trainer-role",
			AlgorithmSpecification: {
				TrainingImage: SAGEMAKER_TRAINING.image,
				TrainingInputMode: "File",
				ContainerArguments: ["--rounds", "100", "--depth", "4"],
			},
			OutputDataConfig: { S3OutputPath: "s3://artifacts/staging/tumour-risk/run-1/archive" },
			ResourceConfig: { InstanceCount: 1, InstanceType: "ml.m5.xlarge", VolumeSizeInGB: 30 },
			StoppingCondition: { MaxRuntimeInSeconds: 3600 },
			Environment: {
				TRIPLANE_MODEL: "tumour-risk",
				TRIPLANE_RUN: "run-1",
				TRIPLANE_DATASET: "s3://artifacts/datasets/tumour-risk/2026.csv",
			},
		});
		expect(askedOf(ended, "Collect")).to.deep.equal({
			FunctionName: "arn:collect-run",
			Payload: { model: "tumour-risk", run: "run-1", archive: "s3://artifacts/archive" },
		});
		expect(ended.path.slice(2, 5)).to.deep.equal(["Train", "Collect", "Evaluate"]);
	});

	it("hands a SageMaker job no arguments where there are none, and the settings' where only they have some", async () => {
		const words = async (command: string[]) =>
			askedOf(await ran({}, { train: { ...SAGEMAKER_TRAINING, command } }), "Train") as {
				AlgorithmSpecification: { ContainerArguments?: string[] };
			};
		expect((await words([])).AlgorithmSpecification).not.to.have.property("ContainerArguments");
		expect((await words(["a"])).AlgorithmSpecification.ContainerArguments).to.deep.equal(["a"]);
	});
});
