/**
 * What a tenant at ten times its rate does to the others: their p95 job time with it against without it, in interleaved pairs.
 * The real submit path with its token bucket and caps, a real worker, and a model that takes its time as one GPU would. Nothing
 * fails here. A last arm lifts the noisy tenant's limits: it shows that the measure would tell.
 */
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { TriplaneError } from "../../charter/errors.ts";
import { isEnded } from "../../charter/jobs.ts";
import { MEDIAN, quantile } from "../bench/bench.ts";
import { startSlowModel } from "../support/worker-slow-model.ts";
import { type Arrival, arrivalsOf } from "./arrivals.ts";
import type { Say } from "./chaos.ts";
import { type Allowance, type Doors, openDoors } from "./doors.ts";
import { type Payload, payloadOf } from "./payloads.ts";
import { randomOf } from "./random.ts";
import { depthOf, recordsOf } from "./settlement.ts";
import { type Stage, setStage, taskEnvironment } from "./stage.ts";
import { startFleet } from "./tasks.ts";

/** The last line of `--fairness --json`. */
export interface FairnessReport {
	seed: number;
	/** The others' p95 job time in each pair, and with the noisy tenant over without it. */
	pairs: { quietMs: number; noisyMs: number; ratio: number }[];
	/** Median of the pairs' ratios. */
	ratio: number;
	/** The same ratio without the limits on the noisy tenant. */
	unlimitedRatio: number;
	/** Most messages in the queue at once while the limits held, and how many the caps allow. */
	depthMax: number;
	depthBound: number;
	/** The noisy tenant's requests in the three arms, and how many of them were refused. */
	noisySent: number;
	noisyRefused: number;
	seconds: number;
}

const RATIO_MAX = 1.5;
export const isFair = ({ ratio, depthMax, depthBound }: FairnessReport): boolean =>
	ratio <= RATIO_MAX && depthMax <= depthBound;

const OTHERS = ["acme", "borealis", "cinder", "delphi"] as const;
const NOISY = "ember";
const PAIRS = 3;
const ARM_SECONDS = 15;
const WARM_UP_SECONDS = 5;
/** What the tier allows each tenant; the others stay within it. */
const TIER: Allowance = { rps: 3, burst: 6, jobsInFlightMax: 8 };
const OTHERS_RPS = 2;
const NOISY_RPS = TIER.rps * 10;
const UNLIMITED: Allowance = { rps: 1000, burst: 1000, jobsInFlightMax: 100_000 };
/** One worker on a model of 24 jobs a second: enough for all tiers together, and not for what the noisy tenant sends. */
const CALL_MS = 500;
const BATCHING = { maxSize: 12, maxWaitMs: 20 };
const RETRY_MS = 200;
const DEPTH_EVERY_MS = 250;
const ENDS_WITHIN_SECONDS = 90;
const P95 = 0.95;

export async function measureFairness(seed: number, say: Say): Promise<FairnessReport> {
	const startedAtMs = performance.now();
	const scope = new AsyncDisposableStack();
	try {
		const stage = await setStage(scope, say);
		const limited = openDoors(stage, stage.emulator.url, () => TIER);
		scope.defer(() => limited.close());
		const unlimited = openDoors(stage, stage.emulator.url, (tenant) => (tenant === NOISY ? UNLIMITED : TIER));
		scope.defer(() => unlimited.close());
		await startWorker(stage, scope);
		const arm = (name: string, doors: Doors, noisyRps: number, seconds = ARM_SECONDS) => {
			say(`${name}: ${seconds} s of jobs`);
			const tenants = [...OTHERS.map((tenant) => ({ tenant, rps: OTHERS_RPS })), { tenant: NOISY, rps: noisyRps }];
			return runArm(stage, doors, arrivalsOf(tenants, seconds, randomOf(seed, name)));
		};
		await arm("warm-up", limited, 0, WARM_UP_SECONDS);
		const pairs: { quiet: Arm; noisy: Arm }[] = [];
		for (let pair = 1; pair <= PAIRS; pair++) {
			// Taking turns at going first: what drifts meets both alike.
			const first = pair % 2 === 1 ? await arm(`pair ${pair}, without`, limited, 0) : undefined;
			const noisy = await arm(`pair ${pair}, with`, limited, NOISY_RPS);
			pairs.push({ quiet: first ?? (await arm(`pair ${pair}, without`, limited, 0)), noisy });
		}
		const free = await arm("without limits", unlimited, NOISY_RPS);
		await rm(stage.logFolder, { recursive: true });
		return reportOf({ seed, pairs, free, seconds: Math.round((performance.now() - startedAtMs) / 1000) });
	} finally {
		await scope.disposeAsync();
	}
}

async function startWorker(stage: Stage, scope: AsyncDisposableStack): Promise<void> {
	const between = async (modelServerUrl: string) => {
		const slow = await startSlowModel(modelServerUrl, CALL_MS);
		scope.defer(() => slow.crash());
		return `http://127.0.0.1:${slow.port}`;
	};
	const environment = taskEnvironment(stage, stage.emulator.url, BATCHING);
	const fleet = await startFleet({ ...stage, environment, between }, 1);
	scope.defer(() => fleet.stop());
}

interface Arm {
	/** p95 of the others' job times, from the moment at which their client first asked. */
	othersP95Ms: number;
	depthMax: number;
	noisySent: number;
	noisyRefused: number;
}

let payloads = 0;

async function runArm(stage: Stage, doors: Doors, arrivals: readonly Arrival[]): Promise<Arm> {
	const { clients, queues } = stage.cloud;
	/** When each accepted job of the others was first asked for. */
	const askedAtMs = new Map<string, number>();
	const noisyJobs: string[] = [];
	let noisySent = 0;
	const submit = async ({ tenant }: Arrival) => {
		const payload: Payload = payloadOf(payloads++, tenant, stage.heldout);
		const firstAskedAtMs = Date.now();
		if (tenant === NOISY) {
			noisySent += 1;
			const reception = await doors.submit(payload);
			if (reception.kind === "accepted") noisyJobs.push(reception.job);
			return;
		}
		for (;;) {
			const reception = await doors.submit(payload);
			if (reception.kind === "accepted") return void askedAtMs.set(reception.job, firstAskedAtMs);
			await sleep(RETRY_MS);
		}
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
			await sleep(DEPTH_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => {});
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
	for (const untilMs = Date.now() + ENDS_WITHIN_SECONDS * 1000; Date.now() < untilMs; await sleep(DEPTH_EVERY_MS)) {
		const records = await recordsOf(cloud.clients.dynamodb);
		const ended = jobs.flatMap((job) => {
			const record = records.get(job);
			return record && isEnded(record.state) ? [[job, record.endedAtMs ?? 0] as const] : [];
		});
		if (ended.length === jobs.length) return new Map(ended);
	}
	throw new TriplaneError(`Of ${jobs.length} jobs some have not ended within ${ENDS_WITHIN_SECONDS} s.`);
}

interface Measured {
	seed: number;
	pairs: readonly { quiet: Arm; noisy: Arm }[];
	free: Arm;
	seconds: number;
}

function reportOf({ seed, pairs, free, seconds }: Measured): FairnessReport {
	const rounded = (value: number): number => Number(value.toPrecision(3));
	const sum = (of: (arm: Arm) => number): number => pairs.reduce((total, { noisy }) => total + of(noisy), 0);
	const ratios = pairs.map(({ quiet, noisy }) => noisy.othersP95Ms / quiet.othersP95Ms);
	const quietMs = quantile(
		pairs.map(({ quiet }) => quiet.othersP95Ms),
		MEDIAN,
	);
	return {
		seed,
		pairs: pairs.map(({ quiet, noisy }, i) => ({
			quietMs: Math.round(quiet.othersP95Ms),
			noisyMs: Math.round(noisy.othersP95Ms),
			ratio: rounded(ratios[i] ?? Number.NaN),
		})),
		ratio: rounded(quantile(ratios, MEDIAN)),
		unlimitedRatio: rounded(free.othersP95Ms / quietMs),
		depthMax: Math.max(...pairs.map(({ noisy }) => noisy.depthMax)),
		depthBound: (OTHERS.length + 1) * TIER.jobsInFlightMax,
		noisySent: sum(({ noisySent }) => noisySent),
		noisyRefused: sum(({ noisyRefused }) => noisyRefused),
		seconds,
	};
}
