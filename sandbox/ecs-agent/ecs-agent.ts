/**
 * What a container host does on AWS: it makes processes of this machine of the tasks that ECS wants to run, ends those that it no
 * longer wants, and reports how they ended. Scheduling is the embedded AWS's; a container's program is a bundle, not its image.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { STSClient } from "@aws-sdk/client-sts";
import { TriplaneError } from "../../charter/errors.ts";
import { EMULATOR_CREDENTIALS } from "../emulator/emulator.ts";
import type { Warden } from "../processes/warden.ts";
import { ControlPlane, type KnownTask } from "./control-plane.ts";
import { startEndpoint } from "./endpoint.ts";
import { type Launched, type Launcher, launch, taskIdOf } from "./launch.ts";
import { planOf } from "./plan.ts";
import { Restarts } from "./restarts.ts";
import type { TaskEnd } from "./task.ts";

const POLL_MS = 500;
/** More tasks wait: they share this machine. */
const TASKS_MAX = 8;
/** What EC2 gives a spot instance between its notice and its end. */
const SPOT_NOTICE_SECONDS = 120;
const CLOSING_SECONDS = 5;

export interface EcsAgentOptions {
	endpoint: string;
	region: string;
	/** Directory of the run; the tasks' own are below it. */
	runDir: string;
	/** Starts a child, and ends it with its parent. */
	spawn: Warden["spawn"];
	/** Folders of the programs by the name of the container that each stands for; a program is `index.mjs` in its folder. */
	bundles: Readonly<Record<string, string>>;
	/** Time between two looks at the control plane. @default 500 */
	pollMs?: number;
}

/** A task whose containers run here. */
interface AgentTask {
	taskArn: string;
	/** As ECS has it, "service:" and the service's name for one of a service. */
	group: string;
	/** Process ids by container. */
	pids: Record<string, number>;
}

export interface EcsAgent {
	tasks(): AgentTask[];
	/**
	 * A spot notice: SIGTERM now, SIGKILL after two minutes at the latest, and the service starts another task.
	 * @returns when the task has ended: how
	 * @throws {TriplaneError} where no such task runs here
	 */
	interrupt(taskArn: string): Promise<TaskEnd>;
	/** SIGKILL now, to one container or to all of them; returns and throws as {@link EcsAgent.interrupt}. */
	kill(taskArn: string, container?: string): Promise<TaskEnd>;
	/** Rounds that failed, as while the embedded AWS ends. */
	failures(): number;
	/** Ends all tasks, within seconds, and the agent. */
	stop(): Promise<void>;
}

interface Held {
	known: KnownTask;
	launched?: Launched;
	/** It was killed on purpose: its service need not wait. */
	killed?: true;
	ended: Promise<TaskEnd | undefined>;
}

/** The service that started a task; one that was run alone waits for no other. */
const startedBy = ({ taskArn, task }: KnownTask): string => (task.group?.startsWith("service:") ? task.group : taskArn);

/** Starts it; its first round begins at once. */
export async function startEcsAgent(options: EcsAgentOptions): Promise<EcsAgent> {
	const { endpoint: url, region, runDir, spawn, bundles, pollMs = POLL_MS } = options;
	const aws = { endpoint: url, region };
	const control = new ControlPlane(aws);
	const logs = new CloudWatchLogsClient({ ...aws, credentials: EMULATOR_CREDENTIALS });
	const sts = new STSClient({ ...aws, credentials: EMULATOR_CREDENTIALS });
	const endpoint = await startEndpoint(aws);
	const launcher: Launcher = { aws, directory: join(runDir, "ecs"), spawn, endpoint, logs, sts };
	const restarts = new Restarts();
	const held = new Map<string, Held>();
	const stopping = new AbortController();
	let failures = 0;

	/** From start to report; the first await is after the task is held, so that it is never started twice. */
	const live = async (entry: Held): Promise<TaskEnd | undefined> => {
		const { known } = entry;
		const startedMs = Date.now();
		let reason = "Essential container in task exited";
		let end: TaskEnd | undefined;
		try {
			const definition = await control.definition(known.taskDefinitionArn);
			const plan = planOf({ taskId: taskIdOf(known.taskArn), definition, overrides: known.task.overrides, bundles });
			if ("reason" in plan) throw new TriplaneError(plan.reason);
			await control.started(known);
			entry.launched = await launch(launcher, known, plan);
			if (stopping.signal.aborted) entry.launched.stop({ withinSeconds: CLOSING_SECONDS });
			end = await entry.launched.ended;
			reason = end.reason ?? reason;
			await entry.launched.release();
		} catch (error) {
			reason = error instanceof Error ? error.message : String(error);
		}
		const byItself = end === undefined || end.endedBy !== undefined || end.reason !== undefined;
		if (byItself && !entry.killed) restarts.ended(startedBy(known), Date.now() - startedMs, Date.now());
		if (entry.launched) await rm(entry.launched.directory, { recursive: true, force: true, maxRetries: 5 });
		// The embedded AWS may be gone before its tasks are.
		await control.stopped(known, reason, end?.exitCodes ?? {}).catch(() => {
			failures += 1;
		});
		held.delete(known.taskArn);
		return end;
	};

	const round = async () => {
		const wanted = await control.wanted();
		const arns = new Set([...wanted.values()].flat());
		for (const [arn, { launched }] of held) if (!arns.has(arn)) launched?.stop();
		for (const [cluster, tasks] of wanted)
			for (const known of await control.describe(
				cluster,
				tasks.filter((arn) => !held.has(arn)),
			)) {
				const mayStart = restarts.mayStart(startedBy(known), Date.now());
				if (!mayStart || held.size >= TASKS_MAX || stopping.signal.aborted) continue;
				const entry: Held = { known, ended: Promise.resolve(undefined) };
				held.set(known.taskArn, entry);
				entry.ended = live(entry);
			}
		await Promise.all([...held.values()].flatMap(({ launched }) => (launched?.logs ?? []).map((log) => log.flush())));
	};
	const loop = (async () => {
		while (!stopping.signal.aborted) {
			// The embedded AWS may be busy or gone; the next round sees what this one did not.
			await round().catch(() => {
				failures += 1;
			});
			await sleep(pollMs, undefined, { signal: stopping.signal }).catch(() => {});
		}
	})();

	const running = (taskArn: string): { entry: Held; launched: Launched } => {
		const entry = held.get(taskArn);
		if (entry?.launched === undefined)
			throw new TriplaneError(
				`Task ${taskArn} does not run here: ${held.size === 0 ? "no task does" : `${[...held.keys()].join(", ")} do`}.`,
			);
		return { entry, launched: entry.launched };
	};
	const endOf = async ({ ended }: Held): Promise<TaskEnd> => (await ended) ?? { exitCodes: {} };
	return {
		tasks: () =>
			[...held.values()].flatMap(({ known: { taskArn, task }, launched }) => {
				if (launched === undefined) return [];
				const pids = Object.fromEntries(launched.containers.map(({ plan, pid }) => [plan.name, pid]));
				return [{ taskArn, group: task.group ?? "", pids }];
			}),
		async interrupt(taskArn) {
			const { entry, launched } = running(taskArn);
			launched.stop({ withinSeconds: SPOT_NOTICE_SECONDS });
			await control.stop(entry.known, "Host EC2 instance terminated: spot interruption notice");
			return endOf(entry);
		},
		async kill(taskArn, container) {
			const { entry, launched } = running(taskArn);
			entry.killed = true;
			launched.kill(container);
			return endOf(entry);
		},
		failures: () => failures,
		async stop() {
			stopping.abort();
			await loop;
			for (const { launched } of held.values()) launched?.stop({ withinSeconds: CLOSING_SECONDS });
			await Promise.all([...held.values()].map(({ ended }) => ended));
			await endpoint.stop();
			control.close();
			logs.destroy();
			sts.destroy();
		},
	};
}
