/**
 * What a task needs to run on this machine, read from its definition and overrides: pure, and a reason where it cannot.
 * Nothing is started here.
 */
import type { ContainerDefinition, TaskDefinition, TaskOverride } from "@aws-sdk/client-ecs";

/** What ECS grants a container between SIGTERM and SIGKILL where its definition does not say. */
const STOP_TIMEOUT_SECONDS = 30;

export interface ContainerPlan {
	name: string;
	/** Folder of the program that stands for the image; its entry is `index.mjs`. */
	bundle: string;
	command: readonly string[];
	environment: Readonly<Record<string, string>>;
	essential: boolean;
	stopTimeoutSeconds: number;
	/** Containers that start before this one, and end after it. */
	dependsOn: readonly string[];
	/** Those of them that must have ended before it starts, with exit code 0 for SUCCESS. */
	awaits: readonly AwaitedEnd[];
	mounts: readonly Mount[];
	/** Where its output goes. */
	log?: { group: string; stream: string; createGroup: boolean };
}

/** Where one container has one volume of its task. */
interface Mount {
	volume: string;
	containerPath: string;
}

/** A container that another waits for the end of. */
export interface AwaitedEnd {
	container: string;
	condition: "COMPLETE" | "SUCCESS";
}

export interface TaskPlan {
	/** In the order in which they start. */
	containers: readonly ContainerPlan[];
	roleArn?: string;
}

/** Why a task cannot run here. */
export interface Refusal {
	reason: string;
}

export interface PlanRequest {
	taskId: string;
	definition: TaskDefinition;
	overrides?: TaskOverride | undefined;
	/** Folders of the programs by the name of the container that each stands for. */
	bundles: Readonly<Record<string, string>>;
}

/** Reads the plan of a task. */
export function planOf({ taskId, definition, overrides, bundles }: PlanRequest): TaskPlan | Refusal {
	const containers: ContainerPlan[] = [];
	for (const container of definition.containerDefinitions ?? []) {
		const { name = "" } = container;
		const bundle = Object.hasOwn(bundles, name) ? bundles[name] : undefined;
		if (bundle === undefined)
			return {
				reason: `No program of the sandbox stands for a container named "${name}". It has those of ${Object.keys(bundles).join(", ") || "none"}: give the container one of these names, or the sandbox a program for it.`,
			};
		if ((container.secrets ?? []).length > 0)
			return { reason: `Container "${name}" takes secrets, which the sandbox does not resolve: use the task's role.` };
		const mounts = (container.mountPoints ?? []).map(({ sourceVolume = "", containerPath = "" }) => ({
			volume: sourceVolume,
			containerPath: containerPath.replace(/(?<=.)\/+$/, ""),
		}));
		const strange = mounts.find(({ volume }) => !isOfTheTask(definition, volume));
		if (strange)
			return {
				reason: `Container "${name}" mounts "${strange.volume}", which is no volume of the task's own: the sandbox shares folders among a task's containers, and has no file systems beside them.`,
			};
		const override = overrides?.containerOverrides?.find((each) => each.name === name);
		containers.push({
			name,
			bundle,
			command: override?.command ?? container.command ?? [],
			environment: { ...variables(container.environment), ...variables(override?.environment) },
			essential: container.essential ?? true,
			stopTimeoutSeconds: container.stopTimeout ?? STOP_TIMEOUT_SECONDS,
			dependsOn: (container.dependsOn ?? []).map(({ containerName = "" }) => containerName),
			awaits: (container.dependsOn ?? []).flatMap(({ containerName = "", condition }) =>
				condition === "COMPLETE" || condition === "SUCCESS" ? [{ container: containerName, condition }] : [],
			),
			mounts,
			...logOf(taskId, container),
		});
	}
	const ordered = inOrder(containers);
	if (ordered === undefined)
		return { reason: "Containers of the task depend on each other in a circle, or on one that is not there." };
	return { containers: ordered, ...(definition.taskRoleArn && { roleArn: definition.taskRoleArn }) };
}

/** Bound to the task's life and to nothing outside of it. A name that every file system takes as one part of a path. */
const isOfTheTask = ({ volumes = [] }: TaskDefinition, name: string): boolean =>
	/^[A-Za-z0-9_-]+$/.test(name) &&
	volumes.some(
		({ name: own, host, dockerVolumeConfiguration, efsVolumeConfiguration }) =>
			own === name && !host?.sourcePath && dockerVolumeConfiguration?.scope !== "shared" && !efsVolumeConfiguration,
	);

const variables = (list: ContainerDefinition["environment"]): Record<string, string> =>
	Object.fromEntries((list ?? []).map(({ name = "", value = "" }) => [name, value]));

/** The awslogs driver's stream: prefix, container and task. Output for any other driver stays in the run's directory. */
function logOf(taskId: string, { name = "", logConfiguration }: ContainerDefinition): Pick<ContainerPlan, "log"> {
	const { "awslogs-group": group, "awslogs-stream-prefix": prefix, ...rest } = logConfiguration?.options ?? {};
	if (logConfiguration?.logDriver !== "awslogs" || group === undefined) return {};
	const stream = [prefix, name, taskId].filter((part) => part !== undefined).join("/");
	return { log: { group, stream, createGroup: rest["awslogs-create-group"] === "true" } };
}

/** Dependencies first; undefined where there is no such order. */
function inOrder(containers: readonly ContainerPlan[]): ContainerPlan[] | undefined {
	const ordered: ContainerPlan[] = [];
	for (let left = [...containers]; left.length > 0; ) {
		const ready = left.filter(({ dependsOn }) => dependsOn.every((name) => ordered.some((each) => each.name === name)));
		if (ready.length === 0) return undefined;
		ordered.push(...ready);
		left = left.filter((container) => !ready.includes(container));
	}
	return ordered;
}
