/**
 * Whether a version has been turned back before: what a training gives again, byte for byte, on each schedule, is not to meet
 * the same end each time. Who names the version tries it again.
 */
import type { RolloutRecord } from "../../charter/rollout.ts";
import type { RolloutPorts } from "./ports.ts";

/** Of a long history only so much is looked at: a version of before has not come up for as many rollouts. */
const LOOKED_BACK_MAX = 50;

/**
 * The last rollout that this version's fate was decided in, where it was turned back by it.
 * @param last the model's last rollout, which has ended
 */
export async function turnedBackBy(
	{ store }: Pick<RolloutPorts, "store">,
	{ model, version }: { model: string; version: number },
	last: RolloutRecord | undefined,
): Promise<RolloutRecord | undefined> {
	if (!last) return undefined;
	for (let number = last.rollout; number > Math.max(0, last.rollout - LOOKED_BACK_MAX); number--) {
		const rollout = number === last.rollout ? last : await store.rollout(model, number);
		if (!rollout) continue;
		if (rollout.from === version && isByHand(rollout)) return rollout;
		if (rollout.to === version) return rollout.state === "ROLLED_BACK" ? rollout : undefined;
	}
	return undefined;
}

/** A champion that a person has turned back: nobody has judged it, and there is a reason. */
const isByHand = ({ state, judgements, reason }: RolloutRecord): boolean =>
	state === "PROMOTED" && judgements === 0 && reason !== undefined;

export const whyNotAgain = (model: string, version: number, { rollout, reason = "" }: RolloutRecord): string =>
	`Version ${version} of "${model}" is what the training has given again, and it was rolled back before, by rollout ${rollout} (${reason.replace(/\.$/, "")}). It is tried again by \`triplane rollout ${model} --version ${version}\` alone.`;
