/**
 * Submits a run's payloads as impatient clients do: several at once, each again and again under one key until it is accepted,
 * and now and then once more after that. Knows nothing of what becomes of the jobs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TriplaneError } from "../../charter/errors.ts";
import type { Payload } from "./payloads.ts";
import type { Random } from "./random.ts";

/** What the door said to one submission. */
export type Reception =
	| { kind: "accepted"; job: string }
	/** Too many jobs, or the door has trouble: worth another try. */
	| { kind: "later" }
	| { kind: "refused"; why: string };

export interface SubmissionOptions {
	payloads: readonly Payload[];
	submit: (payload: Payload) => Promise<Reception>;
	random: Random;
	/** Rest of a client between two payloads: so a run lasts long enough to be disturbed, however fast the machine is. */
	restMs: number;
	signal: AbortSignal;
}

export interface Submissions {
	/** Payload of each accepted job, by the job's id; grows while submitting. */
	readonly accepted: ReadonlyMap<string, Payload>;
	/** Settles when all are accepted, or `signal` has aborted. */
	readonly done: Promise<void>;
}

const AT_ONCE = 12;
const RETRY_MS = 150;
/** Share of the clients that lost the answer, and ask again. */
const REPEATED_SHARE = 0.05;

export function startSubmissions({ payloads, submit, random, restMs, signal }: SubmissionOptions): Submissions {
	const accepted = new Map<string, Payload>();
	const left = [...payloads].reverse();
	const rest = (ms: number) => sleep(ms, undefined, { signal }).catch(() => {});
	const jobOf = async (payload: Payload): Promise<string | undefined> => {
		while (!signal.aborted) {
			const reception = await submit(payload);
			if (reception.kind === "accepted") return reception.job;
			if (reception.kind === "refused")
				throw new TriplaneError(`The payload ${payload.number} was refused, but is good: ${reception.why}`);
			await rest(RETRY_MS);
		}
		return undefined;
	};
	const client = async () => {
		for (let payload = left.pop(); payload && !signal.aborted; payload = left.pop()) {
			const job = await jobOf(payload);
			if (job === undefined) return;
			accepted.set(job, payload);
			await rest(restMs);
			if (!random.isHit(REPEATED_SHARE)) continue;
			const again = await jobOf(payload);
			if (again !== undefined && again !== job)
				throw new TriplaneError(`The payload ${payload.number} became two jobs under one key: ${job} and ${again}.`);
		}
	};
	const done = Promise.all(Array.from({ length: AT_ONCE }, client)).then(() => {});
	return { accepted, done };
}
