/**
 * Tells on the bus what writes of a rollout have decided. What is to be told lies in the record until it has been: a crash in
 * between makes it come late, or twice, and never not at all.
 */
import type { RolloutRecord } from "../../../charter/rollout.ts";
import type { Events } from "../events.ts";
import type { Log } from "../telemetry/log.ts";
import type { RolloutStore } from "./rollout-store.ts";
import { changedRollout, rolloutWrite } from "./writes.ts";

export interface TellingPorts {
	events: Events;
	store: Pick<RolloutStore, "write">;
	log: Log;
}

/**
 * @returns the rollout as it is afterwards. A bus that cannot be reached holds nothing up: the next action tells.
 */
export async function tell({ events, store, log }: TellingPorts, rollout: RolloutRecord): Promise<RolloutRecord> {
	const { untold = [], model, from, to } = rollout;
	if (untold.length === 0) return rollout;
	try {
		for (const { type, ...event } of untold)
			await events.tell(type, { model, rollout: rollout.rollout, from, to, ...event });
	} catch (thrown) {
		log.warn(`Events of rollout ${rollout.rollout} could not be told now; the next step tells them`, { model }, thrown);
		return rollout;
	}
	const told = { untold: undefined };
	// Where it loses a race, the winner's record has them still: they are told once more.
	return (await store.write([rolloutWrite(rollout, told)])) ? changedRollout(rollout, told) : rollout;
}
