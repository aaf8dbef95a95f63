/**
 * Watches a run until all of its jobs have ended, and tells people how far it is.
 * What became of them is settled elsewhere.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Disturber } from "./disturbances.ts";
import type { FaultProxy } from "./fault-proxy.ts";
import type { Payload } from "./payloads.ts";
import type { Sweeper } from "./sweeping.ts";
import type { Fleet } from "./tasks.ts";
import { statesOf, type Witness } from "./witness.ts";

export type Say = (text: string) => void;

const LOOK_MS = 1000;
const SAY_EVERY_LOOKS = 5;
/** The last jobs end undisturbed, so that a run has an end. */
const DISTURBED_SHARE = 0.97;

export interface Look {
	jobs: number;
	accepted: ReadonlyMap<string, Payload>;
	witness: Witness;
	disturber: Disturber;
	proxy: FaultProxy;
	sweeper: Sweeper;
	fleet: Fleet;
	say: Say;
}

/** Waits for the end of all jobs, and tells how far they are. */
export async function untilEnded(look: Look, limit: AbortSignal) {
	const { jobs, accepted, witness, disturber } = look;
	let isDisturbed = true;
	for (let looks = 1; !limit.aborted; looks++) {
		await sleep(LOOK_MS);
		const { ended } = statesOf(witness.histories);
		if (looks % SAY_EVERY_LOOKS === 0) look.say(progressOf(look));
		if (isDisturbed && ended >= jobs * DISTURBED_SHARE) {
			isDisturbed = false;
			disturber.calm();
		}
		if (accepted.size === jobs && ended === jobs) return;
	}
}

function progressOf({ jobs, witness, disturber, proxy, sweeper, fleet }: Look): string {
	const { ended, FAILED, QUEUED, RUNNING } = statesOf(witness.histories);
	const { calls, ...faults } = proxy.counts();
	const failed = Object.values(faults).reduce((sum, count) => sum + count, 0);
	const done = `${ended} of ${jobs} jobs ended (${FAILED} failed), ${QUEUED} queued, ${RUNNING} running`;
	const disturbed = Object.entries(disturber.counts()).map(([kind, count]) => `${kind} ${count}`);
	return `${done}; ${failed} of ${calls} calls failed; ${sweeper.counts().resent} swept; ${fleet.started()} tasks, ${disturbed.join(", ")}`;
}
