/** Starts one task's containers: directory, ports, log streams, credentials, processes. What becomes of them is task.ts. */
import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import type { STSClient } from "@aws-sdk/client-sts";
import { freePort } from "../processes/ports.ts";
import type { Warden } from "../processes/warden.ts";
import { type Container, startContainer } from "./container.ts";
import { ContainerLog } from "./container-log.ts";
import type { KnownTask } from "./control-plane.ts";
import { sessionOf } from "./credentials.ts";
import type { Endpoint } from "./endpoint.ts";
import { environmentOf } from "./environment.ts";
import { openLogStream } from "./log-stream.ts";
import type { ContainerPlan, TaskPlan } from "./plan.ts";
import { byStart, type RunningTask, runTask } from "./task.ts";
import { volumeFolder, withFolders } from "./volumes.ts";

/** What every task is started with. */
export interface Launcher {
	aws: { endpoint: string; region: string };
	directory: string;
	spawn: Warden["spawn"];
	endpoint: Endpoint;
	logs: CloudWatchLogsClient;
	sts: STSClient;
}

export interface Launched extends RunningTask {
	directory: string;
	logs: readonly ContainerLog[];
	/** Closes what it held open; after its end. */
	release(): Promise<void>;
}

/** @throws where its output has nowhere to go or a process cannot be started; nothing of it is left then */
export async function launch(launcher: Launcher, known: KnownTask, plan: TaskPlan): Promise<Launched> {
	const taskId = taskIdOf(known.taskArn);
	const directory = join(launcher.directory, taskId);
	const secret = randomUUID();
	const logs: ContainerLog[] = [];
	const containers: Container[] = [];
	const release = async () => {
		launcher.endpoint.remove(secret);
		await Promise.all(logs.map((log) => log.close()));
	};
	try {
		await mkdir(directory, { recursive: true });
		for (const { volume } of plan.containers.flatMap(({ mounts }) => mounts))
			await mkdir(volumeFolder(directory, volume), { recursive: true });
		const logFile = (name: string) => join(directory, `${name}.log`);
		for (const { name, log } of plan.containers)
			if (log !== undefined) logs.push(await ContainerLog.open(logFile(name), await openLogStream(launcher.logs, log)));
		const { taskArn, clusterArn, task } = known;
		const credentials = plan.roleArn === undefined ? undefined : sessionOf(launcher.sts, plan.roleArn, taskId);
		launcher.endpoint.add(secret, { taskArn, clusterArn, ...(credentials && { credentials }) });
		const urls = launcher.endpoint.urls(secret);
		const place = {
			...launcher.aws,
			directory,
			agentUri: urls.agent,
			...(credentials && { credentialsUri: urls.credentials }),
			launchType: task.launchType ?? "EC2",
			modelServerPort: await freePort(),
			healthPort: await freePort(),
		};
		const start = (container: ContainerPlan): Promise<Container> => {
			const placed = withFolders(container, directory);
			return startContainer({
				plan: placed,
				environment: environmentOf(placed, place),
				directory,
				logFile: logFile(container.name),
				name: `ecs-${taskId}-${container.name}`,
				spawn: launcher.spawn,
			});
		};
		const { now, later } = byStart(plan.containers);
		for (const container of now) containers.push(await start(container));
		return { ...runTask(containers, { plans: later, start }), directory, logs, release };
	} catch (error) {
		for (const container of containers) container.kill();
		await Promise.all(containers.map(({ exited }) => exited));
		await release();
		throw error;
	}
}

export const taskIdOf = (taskArn: string): string => taskArn.slice(taskArn.lastIndexOf("/") + 1);
