/**
 * Looks after rollouts that nobody works on: one whose execution has ended is gone on with by another; of one that has ended
 * lately, what came into the canary's slot by a stale route goes on in the champion's.
 */
import { JOB_LIMITS } from "../../charter/jobs.ts";
import type { WatchResponse } from "../../charter/pipeline.ts";
import { isRolloutEnded, type RolloutRecord } from "../../charter/rollout.ts";
import { tell } from "../shared/registry/telling.ts";
import { emptyCanarySlot } from "./drain.ts";
import { isByHand } from "./history.ts";
import type { RolloutPorts } from "./ports.ts";
import { restoreChampionSlot } from "./rollback.ts";

const MINUTE_MS = 60_000;
/** What came into a slot has ended by then in any case. */
const LOOKED_AFTER_MS = JOB_LIMITS.lifeSeconds * 1000;
const RESERVE_MS = 5_000;

/** @param pipelines state machines by model. One model's trouble holds up no other's. */
export async function watch(ports: RolloutPorts, pipelines: ReadonlyMap<string, string>): Promise<WatchResponse> {
	const response: WatchResponse = { resumed: [], failed: [] };
	const models = [...pipelines];
	// Each time another one comes first: one that takes the whole time must not keep the others waiting for ever.
	const first = Math.floor(ports.now() / MINUTE_MS) % Math.max(1, models.length);
	for (const [model, pipeline] of [...models.slice(first), ...models.slice(0, first)]) {
		if (ports.leftMs() < RESERVE_MS) break;
		try {
			if (await lookAfter(ports, model, pipeline)) response.resumed.push(model);
		} catch (thrown) {
			response.failed.push(model);
			ports.log.error(`The rollouts of "${model}" cannot be looked after now`, { model }, thrown);
		}
	}
	return response;
}

/** @returns whether a rollout goes on again */
async function lookAfter(ports: RolloutPorts, model: string, pipeline: string): Promise<boolean> {
	const { store, executions, now } = ports;
	const last = await store.lastRollout(model);
	if (!last) return false;
	const rollout = await tell(ports, last);
	if (isRolloutEnded(rollout.state)) {
		if (now() - (rollout.endedAtMs ?? 0) < LOOKED_AFTER_MS) await tidy(ports, rollout);
		return false;
	}
	if (await executions.isRunning(rollout.execution)) return false;
	// Two watches in one minute start one; in the next minute another name is free, should that one have died at once.
	const name = `resume-${rollout.rollout}-${Math.floor(now() / MINUTE_MS)}`;
	await executions.start(pipeline, name, { resume: true });
	return true;
}

async function tidy(ports: RolloutPorts, rollout: RolloutRecord): Promise<void> {
	const { champion } = await ports.store.aliases(rollout.model);
	if (rollout.state === "ROLLED_BACK" || isByHand(rollout)) await restoreChampionSlot(ports, rollout);
	if (champion !== undefined) await emptyCanarySlot(ports, rollout, champion);
}
