/**
 * Makes the version the champion: a queued model's slot "a" gets it first, then route and aliases change over in one
 * transaction, then the canary's slot is emptied and stopped.
 */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { CANARY_SLOT, CHAMPION_SLOT, EVENTS, type RolloutRecord } from "../../charter/rollout.ts";
import { answerOf } from "./answer.ts";
import { attempts, changeRollout, ownRollout } from "./attempts.ts";
import type { StepRequest } from "./deploy.ts";
import { emptyCanarySlot, isAtWork } from "./drain.ts";
import { promotion } from "./open.ts";
import type { RolloutPorts, SlotService } from "./ports.ts";
import { restoreChampionSlot } from "./rollback.ts";
import { isUp, serviceOf, versionDefinition } from "./slot.ts";
import { moveTraffic } from "./traffic.ts";

/** @throws {SlotFailedError} where the version's tasks do not come up in the champion's slot */
export const finalize = (ports: RolloutPorts, request: StepRequest): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const rollout = await ownRollout(ports, request);
		if (rollout.state === "PROMOTED") return answerOf(rollout, await emptyCanarySlot(ports, rollout, rollout.to));
		// By an earlier try that came after a rollback: the champion's slot is the champion's.
		if (rollout.state === "ROLLED_BACK") await restoreChampionSlot(ports, rollout);
		if (rollout.state !== "FINALIZING") return answerOf(rollout, true);
		const service = serviceOf(rollout, CHAMPION_SLOT);
		const isReady = service === undefined || (await isChampionSlotReady(ports, rollout, service));
		if (isReady === "again") return undefined;
		if (!isReady) return (await isStillFinalizing(ports, request)) ? answerOf(rollout, false) : undefined;
		const nowMs = ports.now();
		const change = {
			state: "PROMOTED" as const,
			sinceMs: nowMs,
			endedAtMs: nowMs,
			reason: `Version ${rollout.to} has kept its bounds at every weight.`,
		};
		await moveTraffic(ports, rollout, change, EVENTS.promoted, promotion(rollout));
		// Whoever has won: what is left is in the record.
		return undefined;
	});

/** "again": the record has changed, and is to be read anew. */
async function isChampionSlotReady(
	ports: RolloutPorts,
	rollout: RolloutRecord,
	service: SlotService,
): Promise<boolean | "again"> {
	const { championTaskDefinition: taskDefinition, sinceMs, from, to } = rollout;
	if (taskDefinition === undefined) {
		// By the present revision: the old version's jobs need not be interrupted.
		if (await isAtWork(ports, rollout, from)) return false;
		const { current, made } = await versionDefinition(ports, service, to);
		await changeRollout(ports, rollout, {
			previousTaskDefinition: current,
			championTaskDefinition: made,
			sinceMs: ports.now(),
		});
		return "again";
	}
	const canary = serviceOf(rollout, CANARY_SLOT);
	// All of the traffic comes back: as many tasks as the canary's slot has needed for it.
	const tasksMin = canary ? (await ports.slots.look(canary)).desiredCount : 0;
	return isUp(ports, service, { taskDefinition, tasksMin }, sinceMs);
}

/** Else it was rolled back while its tasks were asked for; the next attempt takes them back. */
async function isStillFinalizing({ store }: RolloutPorts, { model, rollout }: StepRequest): Promise<boolean> {
	return (await store.rollout(model, rollout))?.state === "FINALIZING";
}
