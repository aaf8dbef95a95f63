/** The ecs-agent against the embedded AWS: a task as processes under its own role, and how it ends. */
import { RunTaskCommand, StopTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import {
	CLUSTER,
	exitCodes,
	PATIENCE_MS,
	startTaskBench,
	type TaskBench,
	workerWith,
} from "../support/cloud/task-bench.ts";
import { makeDefinition, makeTaskRole } from "../support/cloud/tasks.ts";
import { eventually } from "../support/eventually.ts";

describe("The ecs-agent", () => {
	const scope = new AsyncDisposableStack();
	let bench: TaskBench;
	before(async () => {
		bench = await startTaskBench(scope);
	});
	after(() => scope.disposeAsync());

	it("runs a task under its own role, with its environment and no other, beside its model server.", async () => {
		const queue = await bench.cloud.make("aws:sqs/queue:Queue", "results", {});
		const { definition, role } = await makeDefinition(bench.cloud, "roled", workerWith({ QUEUE_URL: queue.id }));
		await bench.permit(role, "sqs:SendMessage", queue.text("arn"));
		const taskArn = await bench.run(definition);
		await bench.up(taskArn);
		const { Messages = [] } = await bench.cloud.context.clients.sqs.send(
			new ReceiveMessageCommand({ QueueUrl: queue.id }),
		);
		expect(Messages.map(({ Body }) => Body)).to.deep.equal(["from the task"]);
		const log = await bench.logOf(taskArn);
		expect(log).to.include("denied AccessDenied");
		expect(log[0]).to.equal(
			`environment ${[
				"AWS_CONTAINER_CREDENTIALS_FULL_URI",
				"AWS_DEFAULT_REGION",
				"AWS_EC2_METADATA_DISABLED",
				"AWS_ENDPOINT_URL",
				"AWS_EXECUTION_ENV",
				"AWS_REGION",
				"ECS_AGENT_URI",
				"HOME",
				"PATH",
				"QUEUE_URL",
				"TMPDIR",
				"TRIPLANE_HEALTH_PORT",
				"TRIPLANE_MODEL_SERVER_PORT",
				"TRIPLANE_MODEL_SERVER_URL",
				"TRIPLANE_PROCESS",
			].join()}`,
		);
		await bench.cloud.context.clients.ecs.send(
			new StopTaskCommand({ cluster: CLUSTER, task: taskArn, reason: "enough" }),
		);
		const end = await bench.stopped(taskArn);
		expect(exitCodes(end)).to.deep.equal({ worker: 0, "model-server": 0 });
		expect(end).to.include({ stopCode: "UserInitiated", stoppedReason: "enough" });
		expect(await bench.logOf(taskArn)).to.include("drained beside a model server that says ready");
	});

	it("passes a run's own variables and arguments on.", async () => {
		const { definition } = await makeDefinition(bench.cloud, "overridden", workerWith({ EXIT_CODE: "1" }));
		const { tasks: [task] = [] } = await bench.cloud.context.clients.ecs.send(
			new RunTaskCommand({
				cluster: CLUSTER,
				taskDefinition: definition.text("arn"),
				overrides: {
					containerOverrides: [
						{ name: "worker", environment: [{ name: "EXIT_CODE", value: "4" }], command: ["--chunk", "7"] },
					],
				},
			}),
		);
		const end = await bench.stopped(task?.taskArn ?? "");
		expect(exitCodes(end)).to.deep.include({ worker: 4 });
		expect(await bench.logOf(end.taskArn ?? "")).to.include("arguments --chunk,7");
	});

	it("kills what has not ended by its stop timeout.", async () => {
		const { definition } = await makeDefinition(
			bench.cloud,
			"stubborn",
			workerWith({ IGNORE_SIGTERM: "1" }, { stopTimeout: 2 }),
		);
		const taskArn = await bench.run(definition);
		await bench.up(taskArn);
		const startedMs = performance.now();
		await bench.cloud.context.clients.ecs.send(new StopTaskCommand({ cluster: CLUSTER, task: taskArn }));
		expect(exitCodes(await bench.stopped(taskArn))).to.deep.equal({ worker: 137, "model-server": 0 });
		expect(performance.now() - startedMs).to.be.within(2_000, 10_000);
		expect(await bench.logOf(taskArn)).to.include("ignoring");
	});

	it("reports the exit code of a container that ends by itself, and a workflow that waits fails by it.", async () => {
		const { sfn } = bench.cloud.context.clients;
		const role = await makeTaskRole(bench.cloud, "workflow", "states.amazonaws.com");
		const outcomeOf = async (family: string, exitCode: string) => {
			const { definition } = await makeDefinition(bench.cloud, family, workerWith({ EXIT_CODE: exitCode }));
			const machine = await bench.cloud.make("aws:sfn/stateMachine:StateMachine", family, {
				roleArn: role.text("arn"),
				definition: JSON.stringify({
					StartAt: "Run",
					States: {
						Run: {
							Type: "Task",
							Resource: "arn:aws:states:::ecs:runTask.sync",
							Parameters: { Cluster: CLUSTER, TaskDefinition: definition.text("arn"), LaunchType: "FARGATE" },
							TimeoutSeconds: 60,
							End: true,
						},
					},
				}),
			});
			const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn: machine.id, input: "{}" }));
			const outcome = () => sfn.send(new DescribeExecutionCommand({ executionArn }));
			await eventually(async () => expect((await outcome()).status).not.to.equal("RUNNING"), PATIENCE_MS);
			return outcome();
		};
		const failed = await outcomeOf("failing", "3");
		expect(failed).to.include({ status: "FAILED", error: "States.TaskFailed" });
		const task: Task = JSON.parse(failed.cause ?? "{}");
		expect(exitCodes(task)).to.deep.include({ worker: 3 });
		expect(task.stopCode).to.equal("EssentialContainerExited");
		expect((await outcomeOf("succeeding", "0")).status).to.equal("SUCCEEDED");
	});

	it("refuses a container that no program stands for, and says so as the reason.", async () => {
		const { definition } = await makeDefinition(bench.cloud, "strange", [{ name: "trainer" }]);
		const end = await bench.stopped(await bench.run(definition));
		expect(end.stopCode).to.equal("TaskFailedToStart");
		expect(end.stoppedReason).to.contain('No program of the sandbox stands for a container named "trainer"');
	});

	it("refuses a task whose log group is missing, as the driver does.", async () => {
		const { definition } = await makeDefinition(
			bench.cloud,
			"groupless",
			workerWith({}, { group: "/triplane/test/absent" }),
		);
		const end = await bench.stopped(await bench.run(definition));
		expect(end.stopCode).to.equal("TaskFailedToStart");
		expect(end.stoppedReason).to.contain("log group does not exist");
	});
});
