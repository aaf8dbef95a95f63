/**
 * What runs in a queued model's slots: brings a slot's service to a task definition, and stops the canary's. A service that ECS
 * does not run, as SageMaker's endpoints are, has nothing here.
 */
import type { Slot } from "../../charter/jobs.ts";
import { CANARY_SLOT, isRolloutEnded, type RolloutRecord } from "../../charter/rollout.ts";
import { SlotFailedError } from "./errors.ts";
import type { RolloutPorts, SlotService } from "./ports.ts";

/** Hosts of a spot pool may take half of it to come. */
const UP_MAX_MS = 60 * 60 * 1000;

export function serviceOf({ plan }: Pick<RolloutRecord, "plan">, slot: Slot): SlotService | undefined {
	const { cluster, service } = plan.slots?.[slot] ?? {};
	return cluster !== undefined && service !== undefined ? { cluster, service } : undefined;
}

/** Registers the task definition by which a slot serves the rollout's version; whatever goes wrong after it, it costs nothing. */
export async function versionDefinition(
	{ slots }: RolloutPorts,
	service: SlotService,
	version: number,
): Promise<{ current: string; made: string }> {
	const { taskDefinition: current } = await slots.look(service);
	return { current, made: await slots.register(current, version) };
}

export interface Wanted {
	taskDefinition: string;
	/** Where the service has to change over, it gets at least so many tasks. */
	tasksMin: number;
}

/**
 * @param sinceMs when it began to be waited for
 * @returns whether the slot's tasks run by the task definition; else it is on its way, and asked for again later
 * @throws {SlotFailedError} where they do not come up
 */
export async function isUp(
	{ slots, now }: RolloutPorts,
	service: SlotService,
	{ taskDefinition, tasksMin }: Wanted,
	sinceMs: number,
): Promise<boolean> {
	const look = await slots.look(service);
	if (look.failed.includes(taskDefinition))
		throw new SlotFailedError(
			`The tasks of ${service.service} do not come up by ${taskDefinition}: ECS has given them up. Look into their logs, and into the service's events.`,
		);
	const hasTasks = look.desiredCount > 0 || tasksMin === 0;
	if (look.taskDefinition === taskDefinition && hasTasks && look.isStable) return true;
	if (now() - sinceMs > UP_MAX_MS)
		throw new SlotFailedError(
			`The tasks of ${service.service} are not up by ${taskDefinition} after ${UP_MAX_MS / 60_000} minutes. Look into the service's events: there may be no host for them.`,
		);
	const desiredCount = Math.max(tasksMin, look.desiredCount);
	if (look.taskDefinition !== taskDefinition || desiredCount !== look.desiredCount)
		await slots.set(service, { taskDefinition, desiredCount });
	return false;
}

/** Takes the canary's tasks away: nothing is left for them, unless they are a later rollout's by now. */
export async function stopCanary({ slots, store }: RolloutPorts, rollout: RolloutRecord): Promise<void> {
	const service = serviceOf(rollout, CANARY_SLOT);
	if (!service || (await slots.look(service)).desiredCount === 0) return;
	const last = await store.lastRollout(rollout.model);
	const isAnothers = last !== undefined && last.rollout !== rollout.rollout && !isRolloutEnded(last.state);
	if (!isAnothers) await slots.set(service, { desiredCount: 0 });
}
