/** What the agent reads from ECS's control plane and reports to it. Decides nothing. */
import {
	DescribeTaskDefinitionCommand,
	DescribeTasksCommand,
	ECSClient,
	paginateListClusters,
	paginateListTasks,
	StopTaskCommand,
	SubmitTaskStateChangeCommand,
	type Task,
	type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { TriplaneError } from "../../charter/errors.ts";
import { EMULATOR_CREDENTIALS } from "../emulator/emulator.ts";

/** What DescribeTasks takes in one call. */
const DESCRIBED_MAX = 100;

/** A task that has all that the agent needs to know. */
export interface KnownTask {
	taskArn: string;
	clusterArn: string;
	taskDefinitionArn: string;
	task: Task;
}

export class ControlPlane {
	readonly #ecs: ECSClient;
	/** A revision never changes. */
	readonly #definitions = new Map<string, TaskDefinition>();

	constructor({ endpoint, region }: { endpoint: string; region: string }) {
		this.#ecs = new ECSClient({ endpoint, region, credentials: EMULATOR_CREDENTIALS });
	}

	/** ARNs of the tasks that should run, by their cluster's. */
	async wanted(): Promise<Map<string, string[]>> {
		const wanted = new Map<string, string[]>();
		for await (const { clusterArns = [] } of paginateListClusters({ client: this.#ecs }, {}))
			for (const cluster of clusterArns) {
				const arns: string[] = [];
				for await (const { taskArns = [] } of paginateListTasks({ client: this.#ecs }, { cluster }))
					arns.push(...taskArns);
				wanted.set(cluster, arns);
			}
		return wanted;
	}

	/** Those of the tasks that should still run. */
	async describe(cluster: string, taskArns: readonly string[]): Promise<KnownTask[]> {
		const known: KnownTask[] = [];
		for (let at = 0; at < taskArns.length; at += DESCRIBED_MAX) {
			const call = new DescribeTasksCommand({ cluster, tasks: taskArns.slice(at, at + DESCRIBED_MAX) });
			const { tasks = [] } = await this.#ecs.send(call);
			for (const task of tasks) {
				const { taskArn, clusterArn, taskDefinitionArn, desiredStatus } = task;
				if (taskArn && clusterArn && taskDefinitionArn && desiredStatus === "RUNNING")
					known.push({ taskArn, clusterArn, taskDefinitionArn, task });
			}
		}
		return known;
	}

	async definition(arn: string): Promise<TaskDefinition> {
		const cached = this.#definitions.get(arn);
		if (cached !== undefined) return cached;
		const { taskDefinition } = await this.#ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
		if (taskDefinition === undefined) throw new TriplaneError(`ECS has no task definition ${arn}.`);
		this.#definitions.set(arn, taskDefinition);
		return taskDefinition;
	}

	/** From here on, stopping it is the agent's. */
	async started({ taskArn, clusterArn }: KnownTask): Promise<void> {
		await this.#ecs.send(new SubmitTaskStateChangeCommand({ cluster: clusterArn, task: taskArn, status: "RUNNING" }));
	}

	async stopped({ taskArn, clusterArn }: KnownTask, reason: string, exitCodes: Record<string, number>): Promise<void> {
		const containers = Object.entries(exitCodes).map(([containerName, exitCode]) => ({ containerName, exitCode }));
		await this.#ecs.send(
			new SubmitTaskStateChangeCommand({ cluster: clusterArn, task: taskArn, status: "STOPPED", reason, containers }),
		);
	}

	async stop({ taskArn, clusterArn }: KnownTask, reason: string): Promise<void> {
		await this.#ecs.send(new StopTaskCommand({ cluster: clusterArn, task: taskArn, reason }));
	}

	close(): void {
		this.#ecs.destroy();
	}
}
