/**
 * A rollback that a person asks for: of the rollout in work, whoever works on it; where none is, the champion gives way to the
 * version before it.
 */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { EVENTS, isRolloutEnded, type RolloutRecord } from "../../charter/rollout.ts";
import type { Write } from "../shared/registry/table.ts";
import { tell } from "../shared/registry/telling.ts";
import { aliasRemoval, aliasWrite, routeWrite } from "../shared/registry/writes.ts";
import { answerOf } from "./answer.ts";
import { attempts, changeRollout, eventOf } from "./attempts.ts";
import { RolloutRequestError } from "./errors.ts";
import { endOfExperiment } from "./experiment.ts";
import { newRollout } from "./open.ts";
import type { RolloutPorts } from "./ports.ts";
import { restoreChampionSlot, rollBack } from "./rollback.ts";
import { wholeRoute } from "./routes.ts";

export interface ByHandRollback {
	model: string;
	/** Whoever asks, the same when they ask again: what they have turned back is turned back once. */
	execution: string;
	reason: string;
}

/** @throws {RolloutRequestError} where there is nothing to go back to */
export const rollBackByHand = (ports: RolloutPorts, request: ByHandRollback): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const { model, execution, reason } = request;
		const last = await ports.store.lastRollout(model);
		if (last?.execution === execution) return finishTurn(ports, await tell(ports, last));
		const { rolledBackBy = [] } = last ?? {};
		const isAskedAgain = rolledBackBy.includes(execution);
		if (!last || (isRolloutEnded(last.state) && !isAskedAgain)) return turnBack(ports, request, last);
		const asked = isAskedAgain ? rolledBackBy : [...rolledBackBy, execution];
		if (last.state === "ROLLING_BACK" && !isAskedAgain) {
			// Begun by others: asked again when it has ended, this must not turn back the champion as well.
			await changeRollout(ports, last, { rolledBackBy: asked });
			return undefined;
		}
		return rollBack(ports, await tell(ports, last), { reason, rolledBackBy: asked });
	});

/** Champion and route in one transaction, with a record of it in the model's history; an experiment ends by it. */
async function turnBack(
	ports: RolloutPorts,
	{ model, execution, reason }: ByHandRollback,
	last: RolloutRecord | undefined,
): Promise<RolloutResponse | undefined> {
	const { store, now } = ports;
	const { champion, previous } = await store.aliases(model);
	const route = await store.route(model);
	if (champion === undefined || previous === undefined || route === undefined)
		throw new RolloutRequestError(
			`"${model}" has no rollout in work and no version before its champion to go back to. Roll a registered version out instead, by \`triplane rollout ${model} --version N\`.`,
		);
	const opening = { model, execution, from: champion, to: previous, rollout: (last?.rollout ?? 0) + 1 };
	const nowMs = now();
	const turned: RolloutRecord = {
		...newRollout(opening, undefined, nowMs),
		reason,
		...(last && { plan: { ...last.plan, approval: false } }),
		// Where the last rollout has changed the champion's slot, it goes back to what it was before.
		...(last?.to === champion &&
			last.previousTaskDefinition !== undefined && { previousTaskDefinition: last.previousTaskDefinition }),
	};
	const record = { ...turned, untold: [eventOf(ports, turned, EVENTS.rolledBack)] };
	const writes: Write[] = [
		{ kind: "put", item: record, condition: "absent" },
		routeWrite(route, wholeRoute(previous, turned.plan.serve === "queued", record.rollout)),
		aliasWrite(model, "champion", previous, champion),
		aliasRemoval(model, "previous", previous),
		...(await endOfExperiment(ports, model, route)),
	];
	return (await store.write(writes)) ? finishTurn(ports, await tell(ports, record)) : undefined;
}

async function finishTurn(ports: RolloutPorts, turned: RolloutRecord): Promise<RolloutResponse> {
	await restoreChampionSlot(ports, turned);
	return answerOf(turned, true);
}
