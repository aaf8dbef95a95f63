/** The ecs-agent against the embedded AWS: the tasks of services, interrupted, killed, protected, and ended with the agent. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
	GetTaskProtectionCommand,
	ListTasksCommand,
	UpdateServiceCommand,
	UpdateTaskProtectionCommand,
} from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { CLUSTER, exitCodes, startTaskBench, type TaskBench, workerWith } from "../support/cloud/task-bench.ts";
import { makeDefinition } from "../support/cloud/tasks.ts";
import { eventually } from "../support/eventually.ts";

const isAlive = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

describe("The ecs-agent, of services,", () => {
	const scope = new AsyncDisposableStack();
	let bench: TaskBench;
	before(async () => {
		bench = await startTaskBench(scope);
	});
	after(() => scope.disposeAsync());

	it("lets the service replace a task that is killed, and one that gets a spot notice.", async () => {
		const { definition } = await makeDefinition(bench.cloud, "served", workerWith());
		const service = await bench.makeService("served", definition);
		const [first = ""] = await bench.serving("served");
		expect(await bench.agent.kill(first, "worker")).to.deep.equal({
			exitCodes: { worker: 137, "model-server": 0 },
			endedBy: "worker",
		});
		const [second = ""] = await bench.serving("served");
		expect(second).not.to.equal(first);
		expect(exitCodes(await bench.describeTask(first))).to.deep.equal({ worker: 137, "model-server": 0 });

		expect(await bench.agent.interrupt(second)).to.deep.equal({ exitCodes: { worker: 0, "model-server": 0 } });
		const [third = ""] = await bench.serving("served");
		expect([first, second]).not.to.include(third);
		expect((await bench.describeTask(second)).stoppedReason).to.contain("spot interruption");
		await service.delete();
		expect((await bench.describeTask(third)).lastStatus).to.equal("STOPPED");
	});

	it("ends an idle task before a protected one when its service scales in, and the protected one when it is released.", async () => {
		const { ecs } = bench.cloud.context.clients;
		const { definition } = await makeDefinition(bench.cloud, "idle", workerWith());
		const service = await bench.makeService("idle", definition, 2);
		const tasks = await Promise.all((await bench.serving("idle", 2)).map(bench.describeTask));
		const newestFirst = tasks.sort((a, b) => Number(b.createdAt) - Number(a.createdAt));
		const [busy = "", idle = ""] = newestFirst.map(({ taskArn = "" }) => taskArn);
		const protect = (protectionEnabled: boolean) =>
			ecs.send(new UpdateTaskProtectionCommand({ cluster: CLUSTER, tasks: [busy], protectionEnabled }));
		const scale = (desiredCount: number) =>
			ecs.send(new UpdateServiceCommand({ cluster: CLUSTER, service: service.id, desiredCount }));
		await protect(true);
		await scale(1);
		expect((await bench.stopped(idle)).stoppedReason).to.equal("Service scaling down");
		await scale(0);
		await new Promise((resolve) => setTimeout(resolve, 500));
		expect((await bench.describeTask(busy)).lastStatus).to.equal("RUNNING");
		await protect(false);
		expect((await bench.stopped(busy)).stopCode).to.equal("ServiceSchedulerInitiated");
		await service.delete();
	});

	it("lets a task protect itself where its role permits it.", async () => {
		const { definition, role } = await makeDefinition(bench.cloud, "protected", workerWith({ PROTECT: "1" }));
		await bench.permit(role, "ecs:UpdateTaskProtection", `arn:aws:ecs:us-east-1:000000000000:task/${CLUSTER}/*`);
		const service = await bench.makeService("protected", definition);
		const [task = ""] = await bench.serving("protected");
		const answer = (await bench.logOf(task)).find((line) => line.startsWith("protection"));
		expect(answer).to.match(
			/^protection 200 {"protection":{"TaskArn":".*","ProtectionEnabled":true,"ExpirationDate":"/,
		);
		const call = new GetTaskProtectionCommand({ cluster: CLUSTER, tasks: [task] });
		const { protectedTasks = [] } = await bench.cloud.context.clients.ecs.send(call);
		expect(protectedTasks.map(({ protectionEnabled }) => protectionEnabled)).to.deep.equal([true]);
		await service.delete();
	});

	it("denies protection by the task's role, as a message to the task.", async () => {
		const { definition } = await makeDefinition(bench.cloud, "unpermitted", workerWith({ PROTECT: "1" }));
		const service = await bench.makeService("unpermitted", definition);
		const [task = ""] = await bench.serving("unpermitted");
		const answer = (await bench.logOf(task)).find((line) => line.startsWith("protection"));
		expect(answer).to.match(/^protection 400 {"error":{"Arn":".*","Code":"AccessDenied/);
		await service.delete();
	});

	it("starts a service's tasks less and less often while they end at once.", async () => {
		const { definition } = await makeDefinition(bench.cloud, "crashing", workerWith({ EXIT_CODE: "1" }));
		const service = await bench.makeService("crashing", definition);
		const call = new ListTasksCommand({ cluster: CLUSTER, serviceName: "crashing", desiredStatus: "STOPPED" });
		const ended = async () => (await bench.cloud.context.clients.ecs.send(call)).taskArns?.length ?? 0;
		await new Promise((resolve) => setTimeout(resolve, 5_000));
		expect(await ended()).to.be.at.most(4);
		await eventually(async () => expect(await ended()).to.be.at.least(2), 30_000);
		await service.delete();
	});

	it("leaves no process and no file behind when it stops.", async () => {
		const { definition } = await makeDefinition(bench.cloud, "left", workerWith({ IGNORE_SIGTERM: "1" }));
		await bench.makeService("left", definition, 2);
		await bench.serving("left", 2);
		const pids = bench.agent.tasks().flatMap((task) => Object.values(task.pids));
		expect(pids).to.have.length(4);
		expect(pids.every(isAlive)).to.equal(true);
		await bench.agent.stop();
		expect(pids.filter(isAlive)).to.deep.equal([]);
		expect(bench.agent.tasks()).to.deep.equal([]);
		expect(await readdir(join(bench.cloud.runDir, "ecs"))).to.deep.equal([]);
		expect(bench.agent.failures()).to.equal(0);
	});
});
