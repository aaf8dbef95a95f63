/** Moves traffic: a rollout's record and its model's route in one transaction, so that neither is ever without the other. */
import { aliasKey, modelKey } from "../../charter/registry.ts";
import type { RolloutEvent, RolloutRecord } from "../../charter/rollout.ts";
import { RegistryRecordError } from "../shared/registry/record-error.ts";
import type { Write } from "../shared/registry/table.ts";
import { changedRollout, type RolloutChange, routeWrite } from "../shared/registry/writes.ts";
import { changeRollout } from "./attempts.ts";
import type { RolloutPorts } from "./ports.ts";
import { rolloutRoute } from "./routes.ts";

/**
 * @param writes of aliases; without any the champion must be the rollout's still
 * @returns the rollout as it is now; undefined where a race was lost
 */
export async function moveTraffic(
	ports: RolloutPorts,
	rollout: RolloutRecord,
	change: RolloutChange,
	event: RolloutEvent["type"],
	writes: readonly Write[] = [championStays(rollout)],
): Promise<RolloutRecord | undefined> {
	const { model } = rollout;
	const route = await ports.store.route(model);
	if (!route)
		throw new RegistryRecordError(
			`"${model}" has a rollout and no route. Restore the item ROUTE of the registry from the table's backup.`,
		);
	const moved = routeWrite(route, rolloutRoute(changedRollout(rollout, change)));
	return changeRollout(ports, rollout, change, { writes: [moved, ...writes], event });
}

const championStays = ({ model, from }: RolloutRecord): Write => ({
	kind: "check",
	pk: modelKey(model),
	sk: aliasKey("champion"),
	condition: { version: from },
});
