/**
 * Brings the version up: a queued model's in slot "b", until its tasks run; then it gets its shadow or its first traffic.
 * From here on it is judged.
 */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { CANARY_SLOT, EVENTS, type RolloutRecord } from "../../charter/rollout.ts";
import { deadlineAtMs } from "../../charter/rollout-time.ts";
import { answerOf } from "./answer.ts";
import { attempts, changeRollout, ownRollout } from "./attempts.ts";
import type { RolloutPorts } from "./ports.ts";
import { isUp, serviceOf, stopCanary, versionDefinition } from "./slot.ts";
import { moveTraffic } from "./traffic.ts";

export interface StepRequest {
	model: string;
	execution: string;
	rollout: number;
}

/** @throws {SlotFailedError} where the version's tasks do not come up */
export const deploy = (ports: RolloutPorts, request: StepRequest): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const rollout = await ownRollout(ports, request);
		if (rollout.state === "AWAITING_APPROVAL") {
			// The pipeline comes here by a person's word alone.
			await changeRollout(ports, rollout, { state: "DEPLOYING", sinceMs: ports.now(), approvalToken: undefined });
			return undefined;
		}
		// By an earlier try that came after a rollback: nothing may run on.
		if (rollout.state === "ROLLED_BACK") await stopCanary(ports, rollout);
		if (rollout.state !== "DEPLOYING") return answerOf(rollout, true);
		const service = serviceOf(rollout, CANARY_SLOT);
		if (service) {
			if (rollout.taskDefinition === undefined) {
				const { made: taskDefinition } = await versionDefinition(ports, service, rollout.to);
				await changeRollout(ports, rollout, { taskDefinition });
				return undefined;
			}
			const { taskDefinition, sinceMs } = rollout;
			if (!(await isUp(ports, service, { taskDefinition, tasksMin: 1 }, sinceMs)))
				return (await isStillDeploying(ports, request)) ? answerOf(rollout, false) : undefined;
		}
		const deployed = await startJudging(ports, rollout);
		return deployed && answerOf(deployed, true);
	});

/** Else it was rolled back while its tasks were asked for; the next attempt takes them back. */
async function isStillDeploying({ store }: RolloutPorts, { model, rollout }: StepRequest): Promise<boolean> {
	return (await store.rollout(model, rollout))?.state === "DEPLOYING";
}

function startJudging(ports: RolloutPorts, rollout: RolloutRecord): Promise<RolloutRecord | undefined> {
	const { plan } = rollout;
	const nowMs = ports.now();
	const isShadowed = plan.mirrorPct > 0;
	const change = {
		...(isShadowed ? { state: "SHADOWING" as const } : { state: "SHIFTING" as const, step: 0 }),
		sinceMs: nowMs,
		deadlineAtMs: deadlineAtMs(plan, nowMs),
	};
	return moveTraffic(ports, rollout, change, EVENTS.shifted);
}
