/** Ends an execution: its lock is given back, and what a rollout's end may have left is looked after once more. */
import type { EndResponse } from "../../charter/pipeline.ts";
import { modelKey } from "../../charter/registry.ts";
import { isRolloutEnded, LOCK_KEY } from "../../charter/rollout.ts";
import { tell } from "../shared/registry/telling.ts";
import type { RolloutPorts } from "./ports.ts";
import { restoreChampionSlot } from "./rollback.ts";
import { stopCanary } from "./slot.ts";

/** A lock that is another's stays as it is. */
export async function end(
	ports: RolloutPorts,
	{ model, execution }: { model: string; execution: string },
): Promise<EndResponse> {
	const { store, log } = ports;
	const pk = modelKey(model);
	const isReleased = await store.write([{ kind: "delete", pk, sk: LOCK_KEY, condition: { execution } }]);
	try {
		const last = await store.lastRollout(model);
		const rollout = last && (await tell(ports, last));
		if (rollout?.execution === execution && rollout.state === "ROLLED_BACK") {
			// A step that was under way when it was rolled back by hand may have asked for tasks since.
			await restoreChampionSlot(ports, rollout);
			await stopCanary(ports, rollout);
		}
		if (rollout && !isRolloutEnded(rollout.state))
			log.warn(`Rollout ${rollout.rollout} is ${rollout.state} at the execution's end; the watch goes on with it`, {
				model,
			});
	} catch (thrown) {
		log.warn("What the rollout may have left could not be looked after; the watch does it", { model }, thrown);
	}
	return { isReleased };
}
