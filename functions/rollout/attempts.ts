/** Reads, decides and writes until a write goes through: who loses a race looks again, and finds what the winner has left. */
import { isRolloutEnded, type RolloutEvent, type RolloutRecord } from "../../charter/rollout.ts";
import type { Write } from "../shared/registry/table.ts";
import { tell } from "../shared/registry/telling.ts";
import { changedRollout, type RolloutChange, rolloutWrite } from "../shared/registry/writes.ts";
import { PipelineBusyError, RolloutConflictError, RolloutRequestError } from "./errors.ts";
import type { RolloutPorts } from "./ports.ts";
import { weightOf } from "./routes.ts";

/** Each lost race means that somebody else's write went through. */
const ATTEMPTS_MAX = 20;

/**
 * @param attempt reads anew and writes on condition of what it read; undefined where the write lost a race
 * @throws {RolloutConflictError} where it lost every time
 */
export async function attempts<T>(model: string, attempt: () => Promise<T | undefined>): Promise<T> {
	for (let tries = 1; tries <= ATTEMPTS_MAX; tries++) {
		const done = await attempt();
		if (done !== undefined) return done;
	}
	throw new RolloutConflictError(
		`Others changed the records of "${model}" during each of ${ATTEMPTS_MAX} attempts. Nothing was changed here; ask again.`,
	);
}

/**
 * @throws {RolloutRequestError} where there is no such rollout
 * @throws {PipelineBusyError} where another execution works on it
 */
export async function ownRollout(
	ports: RolloutPorts,
	{ model, rollout, execution }: { model: string; rollout: number; execution: string },
): Promise<RolloutRecord> {
	const record = await ports.store.rollout(model, rollout);
	if (!record)
		throw new RolloutRequestError(
			`"${model}" has no rollout ${rollout}. \`triplane models show ${model}\` lists those that it has.`,
		);
	if (record.execution !== execution)
		throw new PipelineBusyError(
			`Rollout ${rollout} of "${model}" is worked on by ${record.execution}, not by ${execution}. Leave it to that one; this one has lost it.`,
		);
	return tell(ports, record);
}

/** What goes with a change of a rollout's record. */
interface Along {
	/** Done in the same transaction. */
	writes?: readonly Write[];
	event?: RolloutEvent["type"];
}

/**
 * Changes the rollout that was read, and tells of it.
 * @returns the rollout as it is now; undefined where somebody else changed it, or what goes along, meanwhile
 */
export async function changeRollout(
	ports: RolloutPorts,
	read: RolloutRecord,
	change: RolloutChange,
	{ writes = [], event }: Along = {},
): Promise<RolloutRecord | undefined> {
	const untold = event ? { untold: [...(read.untold ?? []), eventOf(ports, changedRollout(read, change), event)] } : {};
	const changes = { ...change, ...untold };
	if (!(await ports.store.write([rolloutWrite(read, changes), ...writes]))) return undefined;
	return tell(ports, changedRollout(read, changes));
}

export function eventOf(
	{ now }: Pick<RolloutPorts, "now">,
	rollout: RolloutRecord,
	type: RolloutEvent["type"],
): RolloutEvent {
	const { state, reason } = rollout;
	return { type, atMs: now(), state, weight: weightOf(rollout), ...(reason !== undefined && { reason }) };
}

/** The rollout that began last, if it has not ended. */
export async function unfinishedRollout({ store }: RolloutPorts, model: string): Promise<RolloutRecord | undefined> {
	const last = await store.lastRollout(model);
	return last && !isRolloutEnded(last.state) ? last : undefined;
}
