/** A model's rollouts from the last one back. */
import type { RolloutRecord } from "../../charter/rollout.ts";
import type { RolloutPorts } from "./ports.ts";

/** Of a long history only so much is looked at: what is asked for has not come up for as many rollouts. */
const LOOKED_BACK_MAX = 50;

/** @param last the model's last rollout, which is the first one here */
export async function* backFrom(
	{ store }: Pick<RolloutPorts, "store">,
	last: RolloutRecord | undefined,
): AsyncGenerator<RolloutRecord> {
	if (!last) return;
	yield last;
	for (let number = last.rollout - 1; number > Math.max(0, last.rollout - LOOKED_BACK_MAX); number--) {
		const rollout = await store.rollout(last.model, number);
		if (rollout) yield rollout;
	}
}

/** A champion that a person has turned back: nobody has judged it, and there is a reason. */
export const isByHand = ({ state, judgements, reason }: RolloutRecord): boolean =>
	state === "PROMOTED" && judgements === 0 && reason !== undefined;
