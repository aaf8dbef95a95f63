/**
 * The verdict on a run: what was lost, what ended twice, what differs from a quiet run, what poison is where it belongs.
 * Pure: judges what the witness saw, what the table and the dead-letter queue hold in the end, and what the workers logged.
 */
import { isEnded, type JobRecord } from "../../charter/jobs.ts";
import { assertEqualsTrainer } from "../../cli/platform/heldout.ts";
import type { Payload } from "./payloads.ts";
import type { Histories } from "./witness.ts";

/** A message in the dead-letter queue. */
export interface DeadLetter {
	body: string;
	/** Of the job that it names; undefined where it is unreadable. */
	job: string | undefined;
	reason: string | undefined;
}

export interface Evidence {
	/** Payload of each accepted job, by the job's id. */
	accepted: ReadonlyMap<string, Payload>;
	/** Bodies of the unreadable messages that were put into the queue. */
	unreadable: readonly string[];
	histories: Histories;
	/** Each job's record and response as they are in the end, by id. */
	records: ReadonlyMap<string, JobRecord>;
	/** Response text by job's id, wherever it lies. */
	responses: ReadonlyMap<string, string>;
	deadLetters: readonly DeadLetter[];
	/** Job of each commit that the workers logged. */
	loggedCommits: readonly string[];
}

export interface Verdict {
	/** Jobs that have not ended, or were accepted and are not there. */
	lost: string[];
	/** Jobs that ended more than once or that one submission made beside its own, and counters of places in flight that are off. */
	doubled: string[];
	/** Healthy jobs whose result is not a quiet run's, or that have none. */
	mismatched: string[];
	poison: number;
	/** Distinct poison with its reason in the dead-letter queue. */
	poisonInDlq: number;
	/** What is wrong with each fault above, for people. */
	faults: string[];
}

export function judge(evidence: Evidence): Verdict {
	const { accepted, histories, records, unreadable } = evidence;
	const faults: string[] = [];
	const lost = [...accepted.keys()].filter((job) => {
		const state = records.get(job)?.state;
		if (state && isEnded(state)) return false;
		faults.push(`${job} is lost: ${state ?? "it has no record"}`);
		return true;
	});
	const untold = [...records.keys()].filter((job) => !accepted.has(job));
	faults.push(...untold.map((job) => `${job} is there, but no client was told of it`));
	const doubled = [...doubledJobs(evidence, faults), ...untold, ...countersOff(histories, faults)];
	const setAside = new Map(evidence.deadLetters.map(({ job, reason }) => [job, reason]));
	const mismatched = [...accepted].flatMap(([job, { rows }]) => {
		const why =
			rows &&
			(setAside.has(job)
				? `a healthy job is in the dead-letter queue: ${setAside.get(job)}`
				: mismatchOf(evidence, job, rows));
		if (!why) return [];
		faults.push(`${job} is mismatched: ${why}`);
		return [job];
	});
	const poison = [...accepted].filter(([, payload]) => payload.poison);
	const found = new Set(evidence.deadLetters.filter(({ reason }) => reason).map(({ job, body }) => job ?? body));
	const missing = [
		...poison.filter(([job]) => !found.has(job)).map(([job, payload]) => `${job} (${payload.poison})`),
		...unreadable.filter((body) => !found.has(body)).map((body) => `the message ${body}`),
	];
	faults.push(...missing.map((what) => `${what} is poison, and is not in the dead-letter queue with a reason`));
	const total = poison.length + unreadable.length;
	return { lost, doubled, mismatched, poison: total, poisonInDlq: total - missing.length, faults };
}

/** By what was written, and by what the workers say that they committed. */
function doubledJobs({ histories, loggedCommits }: Evidence, faults: string[]): string[] {
	const byHistory = [...histories.jobs].filter(([, { endings }]) => endings > 1);
	faults.push(...byHistory.map(([job, { endings }]) => `${job} ended ${endings} times`));
	const logged = new Map<string, number>();
	for (const job of loggedCommits) logged.set(job, (logged.get(job) ?? 0) + 1);
	const byLog = [...logged].filter(([, times]) => times > 1);
	faults.push(...byLog.map(([job, times]) => `${job} was committed ${times} times, by the workers' logs`));
	return [...new Set([...byHistory, ...byLog].map(([job]) => job))];
}

/** A place given back twice shows even where the job's record does not. */
function countersOff({ inFlight }: Histories, faults: string[]): string[] {
	const off = [...inFlight.now].filter(([, jobs]) => jobs !== 0).map(([pk]) => pk);
	faults.push(...off.map((pk) => `${pk} is ${inFlight.now.get(pk)} in the end, not 0`));
	if (inFlight.least < 0) faults.push(`A counter of jobs in flight was ${inFlight.least}`);
	return inFlight.least < 0 && off.length === 0 ? ["INFLIGHT"] : off;
}

function mismatchOf({ records, responses }: Evidence, job: string, rows: NonNullable<Payload["rows"]>) {
	const record = records.get(job);
	if (!record || !isEnded(record.state)) return undefined;
	if (record.state !== "SUCCEEDED")
		return `a healthy job is ${record.state} after ${record.attempt} attempts and ${record.failures} failures: ${record.error?.message ?? "no reason"}`;
	const text = responses.get(job);
	if (text === undefined) return "its response is missing";
	try {
		assertEqualsTrainer({ status: 200, body: JSON.parse(text) }, rows);
		return undefined;
	} catch (thrown) {
		return String(thrown);
	}
}
