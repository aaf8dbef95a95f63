/**
 * One arm of the fairness measurement: sends what arrives, waits for the jobs' ends, and says how long the others' took.
 * Compares nothing; see fairness.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TriplaneError } from "../../charter/errors.ts";
import { isEnded } from "../../charter/jobs.ts";
import { quantile } from "../bench/bench.ts";
import type { Arrival } from "./arrivals.ts";
import type { Doors } from "./doors.ts";
import { type Payload, payloadOf } from "./payloads.ts";
import { depthOf, recordsOf } from "./settlement.ts";
import type { Stage } from "./stage.ts";

const RETRY_MS = 200;
const LOOK_MS = 250;
const ENDS_WITHIN_SECONDS = 90;
const P95 = 0.95;

export interface Arm {
	/** p95 of the others' job times, from the moment at which their client first asked. */
	othersP95Ms: number;
	depthMax: number;
	noisySent: number;
	noisyRefused: number;
}

export interface ArmOptions {
	stage: Stage;
	doors: Doors;
	arrivals: readonly Arrival[];
	/** The tenant whose own job times are left out, and whose refusals are counted instead of tried again. */
	noisy: string;
}

/** Under which clients send; never twice the same, also over several arms. */
let payloads = 0;

/** @throws {TriplaneError} where a request is refused for good, or the jobs do not end in time */
export async function runArm({ stage, doors, arrivals, noisy }: ArmOptions): Promise<Arm> {
	const { clients, queues } = stage.cloud;
	/** When each accepted job of the others was first asked for. */
	const askedAtMs = new Map<string, number>();
	const noisyJobs: string[] = [];
	const ask = async (payload: Payload): Promise<string | undefined> => {
		const reception = await doors.submit(payload);
		if (reception.kind === "refused") throw new TriplaneError(`A good request was refused: ${reception.why}`);
		return reception.kind === "accepted" ? reception.job : undefined;
	};
	const submit = async ({ tenant }: Arrival) => {
		const payload = payloadOf(payloads++, tenant, stage.heldout);
		const firstAskedAtMs = Date.now();
		let job = await ask(payload);
		if (tenant === noisy) return void (job !== undefined && noisyJobs.push(job));
		for (; job === undefined; job = await ask(payload)) await sleep(RETRY_MS);
		askedAtMs.set(job, firstAskedAtMs);
	};
	const watching = watchDepth(() => depthOf(clients.sqs, queues.queueUrl));
	const startedAtMs = performance.now();
	const submitting: Promise<void>[] = [];
	for (const arrival of arrivals) {
		await sleep(Math.max(0, arrival.afterMs - (performance.now() - startedAtMs)));
		submitting.push(submit(arrival));
	}
	await Promise.all(submitting);
	const endedAtMs = await endsOf(stage, [...askedAtMs.keys(), ...noisyJobs]);
	const times = [...askedAtMs].map(([job, askedMs]) => (endedAtMs.get(job) ?? Number.NaN) - askedMs);
	const noisySent = arrivals.filter(({ tenant }) => tenant === noisy).length;
	return {
		othersP95Ms: quantile(times, P95),
		depthMax: await watching.stop(),
		noisySent,
		noisyRefused: noisySent - noisyJobs.length,
	};
}

function watchDepth(read: () => Promise<number>) {
	const stopping = new AbortController();
	let most = 0;
	const work = (async () => {
		while (!stopping.signal.aborted) {
			most = Math.max(most, await read());
			await sleep(LOOK_MS, undefined, { signal: stopping.signal }).catch(() => {});
		}
	})();
	return {
		stop: async () => {
			stopping.abort();
			await work;
			return most;
		},
	};
}

/** @throws {TriplaneError} where they do not end in time */
async function endsOf({ cloud }: Stage, jobs: readonly string[]): Promise<Map<string, number>> {
	for (const untilMs = Date.now() + ENDS_WITHIN_SECONDS * 1000; Date.now() < untilMs; await sleep(LOOK_MS)) {
		const records = await recordsOf(cloud.clients.dynamodb);
		const ended = jobs.flatMap((job) => {
			const record = records.get(job);
			return record && isEnded(record.state) ? [[job, record.endedAtMs ?? 0] as const] : [];
		});
		if (ended.length === jobs.length) return new Map(ended);
	}
	throw new TriplaneError(`Of ${jobs.length} jobs some have not ended within ${ENDS_WITHIN_SECONDS} s.`);
}
