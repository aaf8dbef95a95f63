/**
 * A rollback that a person asks for: of the rollout in work, whoever works on it. Where the last one was promoted, its version
 * gives way to the one before; where it is rolled back already, nothing is left to do, unless the champion is meant as well.
 */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { EVENTS, type RolloutRecord } from "../../charter/rollout.ts";
import type { Write } from "../shared/registry/table.ts";
import { tell } from "../shared/registry/telling.ts";
import { aliasRemoval, aliasWrite, routeWrite } from "../shared/registry/writes.ts";
import { answerOf } from "./answer.ts";
import { attempts, eventOf } from "./attempts.ts";
import { RolloutRequestError } from "./errors.ts";
import { endOfExperiment } from "./experiment.ts";
import { backFrom, isByHand } from "./history.ts";
import { newRollout } from "./open.ts";
import type { RolloutPorts } from "./ports.ts";
import { restoreChampionSlot, rollBack } from "./rollback.ts";
import { wholeRoute } from "./routes.ts";

export interface ByHandRollback {
	model: string;
	/** Whoever asks, the same when they ask again: what they have turned back is turned back once. */
	execution: string;
	reason: string;
	/** The last rollout that whoever asks has seen, 0 where there was none: what has begun since then is left alone. */
	seen?: number;
	/** Whether the champion goes where the last rollout has gone already: it has served before, and still does. */
	champion?: boolean;
}

/** @throws {RolloutRequestError} where there is nothing to go back to */
export const rollBackByHand = (ports: RolloutPorts, request: ByHandRollback): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const { model, execution, reason, seen, champion = false } = request;
		const found = await ports.store.lastRollout(model);
		const last = found && (await tell(ports, found));
		if (last && (last.execution === execution || (isByHand(last) && !champion))) return finishTurn(ports, last);
		if (last && seen !== undefined && last.rollout !== seen) return ofBefore(ports, seen, last, champion);
		if (!last || last.state === "PROMOTED" || (champion && last.state === "ROLLED_BACK"))
			return turnBack(ports, request, last);
		if (champion)
			throw new RolloutRequestError(
				`Rollout ${last.rollout} of "${model}" is ${last.state}, so its champion was not touched. End the rollout first, by \`triplane rollback ${model}\`, then ask again.`,
			);
		return rollBack(ports, last, reason);
	});

/** @throws {RolloutRequestError} where another rollout has begun, and the one that was meant is not rolled back */
async function ofBefore(
	{ store }: RolloutPorts,
	seen: number,
	{ model, rollout }: RolloutRecord,
	champion: boolean,
): Promise<RolloutResponse> {
	const meant = await store.rollout(model, seen);
	if (meant?.state === "ROLLED_BACK" && !champion) return answerOf(meant, true);
	throw new RolloutRequestError(
		`Rollout ${rollout} of "${model}" has begun since then, and was not touched. See \`triplane models show ${model}\`, then ask again.`,
	);
}

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
		...(await slotBefore(ports, champion, last)),
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

/** The rollout that has made the champion may have changed its slot, which goes back to what it was before. */
async function slotBefore(
	ports: RolloutPorts,
	champion: number,
	last: RolloutRecord | undefined,
): Promise<Pick<RolloutRecord, "previousTaskDefinition">> {
	for await (const { state, to, previousTaskDefinition } of backFrom(ports, last))
		if (state === "PROMOTED" && to === champion)
			return previousTaskDefinition === undefined ? {} : { previousTaskDefinition };
	return {};
}

async function finishTurn(ports: RolloutPorts, turned: RolloutRecord): Promise<RolloutResponse> {
	await restoreChampionSlot(ports, turned);
	return answerOf(turned, true);
}
