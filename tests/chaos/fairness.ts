/**
 * What a tenant at ten times its rate does to the others: their p95 job time with it against without it, in interleaved pairs.
 * The real submit path with its token bucket and caps, a real worker, and a model that takes its time as one GPU would. Nothing
 * fails here. A last arm lifts the noisy tenant's limits: it shows that the measure would tell.
 */
import { rm } from "node:fs/promises";
import { MEDIAN, quantile } from "../bench/bench.ts";
import { startSlowModel } from "../support/worker-slow-model.ts";
import { arrivalsOf } from "./arrivals.ts";
import { type Allowance, type Doors, openDoors } from "./doors.ts";
import { type Arm, runArm } from "./fairness-arm.ts";
import type { Say } from "./progress.ts";
import { randomOf } from "./random.ts";
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
			const arrivals = arrivalsOf(tenants, seconds, randomOf(seed, name));
			return runArm({ stage, doors, arrivals, noisy: NOISY });
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
