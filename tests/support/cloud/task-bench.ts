/** The ecs-agent beside the embedded AWS for end-to-end tests: two programs, and what tests ask of tasks. */
import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, RunTaskCommand, type Task } from "@aws-sdk/client-ecs";
import { expect } from "chai";
import { type EcsAgent, startEcsAgent } from "../../../sandbox/ecs-agent/ecs-agent.ts";
import { eventually } from "../eventually.ts";
import { makeBundle, type TestContainer } from "./tasks.ts";
import { type Made, startTestCloud, type TestCloud } from "./test-cloud.ts";

const GROUP = "/triplane/test/worker";
export const CLUSTER = "pool";
export const PATIENCE_MS = 20_000;

/** Talks to SQS and its model server, and does as its environment says: drains, ignores SIGTERM, protects itself, or ends. */
const WORKER = `
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
const { QUEUE_URL: QueueUrl, EXIT_CODE, IGNORE_SIGTERM, PROTECT, ECS_AGENT_URI, TRIPLANE_MODEL_SERVER_URL } = process.env;
const ask = () => fetch(TRIPLANE_MODEL_SERVER_URL).then((r) => r.text(), (e) => "no answer: " + e.message);
process.on("SIGTERM", async () => {
	if (IGNORE_SIGTERM) return console.log("ignoring");
	await new Promise((resolve) => setTimeout(resolve, 300));
	console.log("drained beside a model server that says " + (await ask()));
	process.exit(0);
});
console.log("environment " + Object.keys(process.env).sort().join());
console.log("arguments " + process.argv.slice(2).join());
for (let answer = ""; !answer.startsWith("ready"); await new Promise((resolve) => setTimeout(resolve, 50))) {
	answer = TRIPLANE_MODEL_SERVER_URL && !EXIT_CODE ? await ask() : "ready";
}
if (QueueUrl) {
	const sqs = new SQSClient();
	await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "from the task" }));
	await sqs.send(new ReceiveMessageCommand({ QueueUrl })).catch((error) => console.log("denied " + error.name));
}
if (PROTECT) {
	const body = JSON.stringify({ ProtectionEnabled: true, ExpiresInMinutes: 1 });
	const answer = await fetch(ECS_AGENT_URI + "/task-protection/v1/state", { method: "PUT", body });
	console.log("protection " + answer.status + " " + (await answer.text()));
}
console.log("up");
if (EXIT_CODE) process.exit(Number(EXIT_CODE));
setInterval(() => {}, 1000);
`;
const MODEL_SERVER = `
import { createServer } from "node:http";
createServer((_, response) => response.end("ready")).listen(Number(process.env.TRIPLANE_MODEL_SERVER_PORT), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
`;

export interface TaskBench {
	cloud: TestCloud;
	agent: EcsAgent;
	run(definition: Made): Promise<string>;
	makeService(name: string, definition: Made, desiredCount?: number): Promise<Made>;
	describeTask(taskArn: string): Promise<Task>;
	/** The task, once it has stopped. */
	stopped(taskArn: string): Promise<Task>;
	/** Lines of the task's worker. */
	logOf(taskArn: string): Promise<string[]>;
	/** Once its worker says that it is up. */
	up(taskArn: string): Promise<void>;
	/** The service's tasks that run here and are up, once there are so many. */
	serving(name: string, count?: number): Promise<string[]>;
	/** Lets a role do one thing more. */
	permit(role: Made, action: string, resource: string): Promise<Made>;
}

/** Starts both; they end with `scope`. */
export async function startTaskBench(scope: AsyncDisposableStack): Promise<TaskBench> {
	const cloud = await startTestCloud(scope);
	const { ecs, logs } = cloud.context.clients;
	await cloud.make("aws:ecs/cluster:Cluster", CLUSTER, { name: CLUSTER });
	await cloud.make("aws:cloudwatch/logGroup:LogGroup", "logs", { name: GROUP });
	const { url: endpoint, region } = cloud.emulator;
	const bundles = {
		worker: await makeBundle(cloud, "worker", WORKER),
		"model-server": await makeBundle(cloud, "model-server", MODEL_SERVER),
	};
	const { spawn } = cloud.warden;
	const agent = await startEcsAgent({ endpoint, region, runDir: cloud.runDir, spawn, bundles, pollMs: 100 });
	scope.defer(() => agent.stop());

	const bench: TaskBench = {
		cloud,
		agent,
		async run(definition) {
			const { tasks: [task] = [] } = await ecs.send(
				new RunTaskCommand({ cluster: CLUSTER, taskDefinition: definition.text("arn") }),
			);
			return task?.taskArn ?? "";
		},
		makeService: (name, definition, desiredCount = 1) =>
			cloud.make("aws:ecs/service:Service", name, {
				name,
				cluster: CLUSTER,
				taskDefinition: definition.text("arn"),
				desiredCount,
			}),
		async describeTask(taskArn) {
			const { tasks: [task] = [] } = await ecs.send(new DescribeTasksCommand({ cluster: CLUSTER, tasks: [taskArn] }));
			if (task === undefined) throw new Error(`There is no task ${taskArn}.`);
			return task;
		},
		async stopped(taskArn) {
			const lastStatus = async () => (await bench.describeTask(taskArn)).lastStatus;
			await eventually(async () => expect(await lastStatus()).to.equal("STOPPED"), PATIENCE_MS);
			return bench.describeTask(taskArn);
		},
		async logOf(taskArn) {
			const logStreamNames = [`task/worker/${taskArn.split("/").at(-1)}`];
			const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, logStreamNames }));
			return events.map(({ message = "" }) => message);
		},
		up: (taskArn) => eventually(async () => expect(await bench.logOf(taskArn)).to.include("up"), PATIENCE_MS),
		async serving(name, count = 1) {
			const arns = () => agent.tasks().flatMap(({ group, taskArn }) => (group === `service:${name}` ? [taskArn] : []));
			await eventually(async () => expect(arns()).to.have.length(count), PATIENCE_MS);
			for (const arn of arns()) await bench.up(arn);
			return arns();
		},
		permit: (role, Action, Resource) =>
			cloud.make("aws:iam/rolePolicy:RolePolicy", "permit", {
				role: role.id,
				policy: JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] }),
			}),
	};
	return bench;
}

/** A worker with this environment, and the model server that it depends on. */
export const workerWith = (
	environment: Record<string, string> = {},
	more: Partial<TestContainer> = {},
): TestContainer[] => [
	{ name: "worker", environment, group: GROUP, dependsOn: "model-server", ...more },
	{ name: "model-server" },
];

export const exitCodes = ({ containers = [] }: Task): Record<string, number | undefined> =>
	Object.fromEntries(containers.map(({ name = "", exitCode }) => [name, exitCode]));
