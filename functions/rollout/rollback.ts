/**
 * Takes a version's traffic away: the champion's route and the rollout's state in one write, from whatever state it is in.
 * What is left then is to move the canary's jobs and to stop its tasks, as often as it takes.
 */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { CHAMPION_SLOT, EVENTS, type RolloutRecord } from "../../charter/rollout.ts";
import { aliasRemoval } from "../shared/registry/writes.ts";
import { answerOf } from "./answer.ts";
import { attempts, changeRollout, ownRollout } from "./attempts.ts";
import type { StepRequest } from "./deploy.ts";
import { emptyCanarySlot } from "./drain.ts";
import type { RolloutPorts } from "./ports.ts";
import { serviceOf } from "./slot.ts";
import { moveTraffic } from "./traffic.ts";

/** @param request `reason` as a sentence */
export const rollback = (ports: RolloutPorts, request: StepRequest & { reason: string }): Promise<RolloutResponse> =>
	attempts(request.model, async () => rollBack(ports, await ownRollout(ports, request), request.reason));

/**
 * @param rollout as it is now; whether the caller may roll it back is for the caller to say
 * @param reason kept in the record where this call begins the rollback
 * @returns undefined where it is to be read anew
 */
export async function rollBack(
	ports: RolloutPorts,
	rollout: RolloutRecord,
	reason: string,
): Promise<RolloutResponse | undefined> {
	switch (rollout.state) {
		case "PROMOTED":
		case "ROLLED_BACK":
			return answerOf(rollout, true);
		case "ROLLING_BACK":
			return bringToEnd(ports, rollout);
		default: {
			const change = { state: "ROLLING_BACK" as const, sinceMs: ports.now(), reason };
			await moveTraffic(ports, rollout, change, EVENTS.rolledBack, [aliasRemoval(rollout.model, "challenger")]);
			return undefined;
		}
	}
}

async function bringToEnd(ports: RolloutPorts, rollout: RolloutRecord): Promise<RolloutResponse | undefined> {
	const { approvalToken, reason = "It was rolled back." } = rollout;
	// Else the pipeline would wait on for a person's word, and nobody is asked any more.
	if (approvalToken !== undefined) await ports.executions.refuse(approvalToken, reason);
	await restoreChampionSlot(ports, rollout);
	if (!(await emptyCanarySlot(ports, rollout, rollout.from))) return answerOf(rollout, false);
	const ended = { state: "ROLLED_BACK" as const, endedAtMs: ports.now(), approvalToken: undefined };
	const rolledBack = await changeRollout(ports, rollout, ended);
	return rolledBack && answerOf(rolledBack, true);
}

/** What finalizing may have put into the champion's slot. */
export async function restoreChampionSlot({ slots }: RolloutPorts, rollout: RolloutRecord): Promise<void> {
	const service = serviceOf(rollout, CHAMPION_SLOT);
	const { previousTaskDefinition: taskDefinition } = rollout;
	if (!service || taskDefinition === undefined) return;
	if ((await slots.look(service)).taskDefinition !== taskDefinition) await slots.set(service, { taskDefinition });
}
