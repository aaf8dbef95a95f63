/**
 * A task's volumes on this machine: one folder for each, which its containers share. A process sees the machine's own paths, so
 * what its definition says about a mount's path is said of the folder instead. Pure.
 */
import { join } from "node:path";
import type { ContainerPlan } from "./plan.ts";

/** Folder of a task's volume. */
export const volumeFolder = (directory: string, volume: string): string => join(directory, "volumes", volume);

/** The container's environment and words, with each value that is a path in a mount, or the mount's own, in its folder. */
export function withFolders(plan: ContainerPlan, directory: string): ContainerPlan {
	if (plan.mounts.length === 0) return plan;
	// The longest path first: mounts may lie in each other.
	const mounts = plan.mounts.toSorted((a, b) => b.containerPath.length - a.containerPath.length);
	const place = (value: string): string => {
		const mount = mounts.find(({ containerPath: path }) => value === path || value.startsWith(`${path}/`));
		return mount ? volumeFolder(directory, mount.volume) + value.slice(mount.containerPath.length) : value;
	};
	const environment = Object.fromEntries(Object.entries(plan.environment).map(([name, value]) => [name, place(value)]));
	return { ...plan, environment, command: plan.command.map(place) };
}
