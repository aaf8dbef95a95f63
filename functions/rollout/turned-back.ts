/**
 * Whether a version has been turned back before: what a training gives again, byte for byte, on each schedule, is not to meet
 * the same end each time. Who names the version tries it again.
 */
import type { RolloutRecord } from "../../charter/rollout.ts";
import { backFrom, isByHand } from "./history.ts";
import type { RolloutPorts } from "./ports.ts";

/**
 * The last rollout that this version's fate was decided in, where it was turned back by it.
 * @param last the model's last rollout, which has ended
 */
export async function turnedBackBy(
	ports: Pick<RolloutPorts, "store">,
	version: number,
	last: RolloutRecord | undefined,
): Promise<RolloutRecord | undefined> {
	for await (const rollout of backFrom(ports, last)) {
		if (rollout.from === version && isByHand(rollout)) return rollout;
		if (rollout.to === version) return rollout.state === "ROLLED_BACK" ? rollout : undefined;
	}
	return undefined;
}

export const whyNotAgain = (model: string, version: number, { rollout, reason = "" }: RolloutRecord): string =>
	`Version ${version} of "${model}" is what the training has given again, and it was rolled back before, by rollout ${rollout} (${reason.replace(/\.$/, "")}). It is tried again by \`triplane rollout ${model} --version ${version}\` alone.`;
