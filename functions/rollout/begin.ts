/**
 * Begins an execution: the model's lock, then what is to be done. One execution at a time works on a model; a lock whose
 * holder has ended holds nobody up.
 */
import type { BeginResponse, PipelineInput, PipelineModel } from "../../charter/pipeline.ts";
import { modelKey } from "../../charter/registry.ts";
import { LOCK_KEY, type LockRecord } from "../../charter/rollout.ts";
import { attempts, changeRollout, unfinishedRollout } from "./attempts.ts";
import { PipelineBusyError, RolloutRequestError } from "./errors.ts";
import type { RolloutPorts } from "./ports.ts";

export type BeginRequest = Pick<PipelineModel, "model" | "trainImage"> & { execution: string; input: PipelineInput };

const MS_PER_SECOND = 1000;
/**
 * Longer than an execution may take: an end is known by the execution's own state, and this is for when nobody knows that
 * any more.
 */
const LOCK_MS = 31 * 24 * 60 * 60 * MS_PER_SECOND;
const RUN_MAX_CHARACTERS = 128;

/**
 * @throws {PipelineBusyError} where another execution that runs has the lock
 * @throws {RolloutRequestError} where there is nothing that could be done
 */
export async function begin(ports: RolloutPorts, request: BeginRequest): Promise<BeginResponse> {
	const { model, execution, input, trainImage } = request;
	await takeLock(ports, model, execution);
	const run = runOf(execution);
	const left = await attempts(model, async () => {
		const unfinished = await unfinishedRollout(ports, model);
		if (!unfinished || unfinished.execution === execution) return { unfinished };
		// Whoever worked on it has ended: else it would have the lock.
		const taken = await changeRollout(ports, unfinished, { execution });
		return taken && { unfinished: taken };
	});
	if (left.unfinished) {
		const { rollout, state, to } = left.unfinished;
		return { next: "RESUME", run, rollout, state, version: to };
	}
	if (input.resume) return { next: "OPEN", run, version: await championOf(ports, model) };
	if (input.version !== undefined) return { next: "OPEN", run, version: input.version };
	if (trainImage === undefined)
		throw new RolloutRequestError(
			`"${model}" has no "train" in its settings, so there is nothing to train. Start its pipeline with {"version": N}, a registered one.`,
		);
	return { next: "TRAIN", run };
}

async function takeLock(ports: RolloutPorts, model: string, execution: string): Promise<void> {
	const { store, executions, now } = ports;
	await attempts(model, async () => {
		const lock = await store.lock(model);
		if (
			lock &&
			lock.execution !== execution &&
			lock.expiresAtMs > now() &&
			(await executions.isRunning(lock.execution))
		)
			throw new PipelineBusyError(
				`The execution ${lock.execution} works on "${model}", and one at a time may. Wait for its end, or stop it, then start again.`,
			);
		const expiresAtMs = now() + LOCK_MS;
		const expiresAt = Math.ceil(expiresAtMs / MS_PER_SECOND);
		const item: LockRecord = { pk: modelKey(model), sk: LOCK_KEY, execution, expiresAtMs, expiresAt };
		const condition = lock ? { execution: lock.execution, expiresAtMs: lock.expiresAtMs } : ("absent" as const);
		return (await store.write([{ kind: "put", item, condition }])) || undefined;
	});
}

/** Nothing is left: to roll the champion out is to do nothing. */
async function championOf({ store }: RolloutPorts, model: string): Promise<number> {
	const { champion } = await store.aliases(model);
	if (champion === undefined)
		throw new RolloutRequestError(
			`"${model}" has neither a champion nor a rollout to go on with. Register a version first.`,
		);
	return champion;
}

/** The execution's name, as far as it can be a part of keys. */
const runOf = (execution: string): string =>
	(execution.split(":").at(-1) ?? "")
		.replace(/[^A-Za-z0-9_-]/g, "-")
		.replace(/^[_-]+/, "")
		.slice(0, RUN_MAX_CHARACTERS) || "run";
