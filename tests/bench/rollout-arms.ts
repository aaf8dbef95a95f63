/**
 * One simulated rollout, minute by minute, as three deciders would end it: the judge that runs in the pipeline, a fixed threshold
 * with Flagger's figures, and a z-test that is repeated at each look. Both versions get their requests at the same time.
 */
import type { ArmCounts, Observation, RolloutPlan } from "../../charter/rollout.ts";
import { SLOW_BUDGET } from "../../charter/rollout.ts";
import { RolloutSettings } from "../../charter/rollout-settings.ts";
import { deadlineAtMs } from "../../charter/rollout-time.ts";
import type { JudgedRollout } from "../../functions/judge/evidence.ts";
import { judge } from "../../functions/judge/judge.ts";
import { binomial, poisson, type Random } from "./seeded-counts.ts";

/** What is released, under how much traffic. */
export interface Release {
	rps: number;
	championErrorRate: number;
	canaryErrorRate: number;
	/** Bound of the error rate. */
	sloErrorRate: number;
}

export interface Ending {
	outcome: "promoted" | "rolled back" | "held";
	minutes: number;
	/** Share of the rollout's traffic that its steps gave to the new version. */
	exposed: number;
	/** The largest of these shares. */
	exposedMost: number;
}

export type Decider = (random: Random, release: Release) => Ending;

const MINUTE_MS = 60_000;
const SECONDS_PER_MINUTE = 60;
const PERCENT = 100;
/** Of both versions: a fifth of what the SLO allows. */
const SLOW_RATE = SLOW_BUDGET / 5;

const NO_COUNTS: ArmCounts = { requests: 0, errors: 0, slow: 0, costUsd: 0, outcomes: 0, badOutcomes: 0 };

/** One minute's counts of both versions. */
function minute(random: Random, { rps, championErrorRate, canaryErrorRate }: Release, weight: number) {
	const all = poisson(random, rps * SECONDS_PER_MINUTE);
	const requests = binomial(random, all, weight / PERCENT);
	const arm = (answered: number, errorRate: number): ArmCounts => ({
		...NO_COUNTS,
		requests: answered,
		errors: binomial(random, answered, errorRate),
		slow: binomial(random, answered, SLOW_RATE),
	});
	return { champion: arm(all - requests, championErrorRate), canary: arm(requests, canaryErrorRate) };
}

const sum = (a: ArmCounts, b: ArmCounts): ArmCounts => ({
	...a,
	requests: a.requests + b.requests,
	errors: a.errors + b.errors,
	slow: a.slow + b.slow,
});

/** How much of the traffic a rollout has given away so far. */
class Exposure {
	#sum = 0;
	#most = 0;
	#minutes = 0;

	add(weight: number): void {
		this.#sum += weight / PERCENT;
		this.#most = Math.max(this.#most, weight / PERCENT);
		this.#minutes++;
	}

	ending(outcome: Ending["outcome"]): Ending {
		return { outcome, minutes: this.#minutes, exposed: this.#sum / this.#minutes, exposedMost: this.#most };
	}
}

const DEFAULTS = RolloutSettings.parse({});

/** The judge of the pipeline, with the default settings. Rolled back only because it was held too long counts as held. */
export const sequential: Decider = (random, release) => {
	const { weights, intervalSeconds, alpha, mirrorPct } = DEFAULTS;
	const bounds = { ...DEFAULTS.bounds, errorRate: release.sloErrorRate, slowRate: SLOW_BUDGET };
	const plan: RolloutPlan = {
		...{ weights, intervalSeconds, alpha, mirrorPct, bounds, rps: release.rps },
		...{ serve: "realtime", sticky: "none", approval: false, outcomes: false, burnAlarms: [] },
	};
	const deadline = deadlineAtMs(plan, 0);
	let rollout: JudgedRollout = {
		...{ state: "SHIFTING", step: 0, plan, from: 1, to: 2, sinceMs: 0, deadlineAtMs: deadline },
		evidence: { logs: {} },
	};
	let seen: Observation = {
		...{ atMs: 0, champion: NO_COUNTS, canary: NO_COUNTS },
		...{ paired: {}, deadLetters: 0, burning: [] },
	};
	const exposure = new Exposure();
	for (;;) {
		const weight = weights[rollout.step] ?? PERCENT;
		const { champion, canary } = minute(random, release, weight);
		exposure.add(weight);
		const atMs = seen.atMs + MINUTE_MS;
		seen = { ...seen, atMs, champion: sum(seen.champion, champion), canary: sum(seen.canary, canary) };
		const { verdict, evidence, cause } = judge(rollout, seen);
		rollout = { ...rollout, evidence };
		if (verdict === "rollback") return exposure.ending(cause === "held" ? "held" : "rolled back");
		if (verdict === "hold") rollout = { ...rollout, heldSinceMs: rollout.heldSinceMs ?? atMs };
		if (verdict !== "promote") continue;
		if (rollout.step === weights.length - 1) return exposure.ending("promoted");
		rollout = { ...rollout, step: rollout.step + 1, sinceMs: atMs };
	}
};

/**
 * Flagger's figures: success of at least 99 % in each minute, back after five minutes that miss it, 10 % more after each that
 * does not, and over when 50 % has passed.
 * @see https://docs.flagger.app/usage/how-it-works
 */
export const fixedThreshold: Decider = (random, release) => {
	const exposure = new Exposure();
	let failed = 0;
	for (let weight = 10; weight <= 50; ) {
		const { requests, errors } = minute(random, release, weight).canary;
		exposure.add(weight);
		if (errors > requests * 0.01 || requests === 0) failed++;
		else weight += 10;
		if (failed === 5) return exposure.ending("rolled back");
	}
	return exposure.ending("promoted");
};

/** One-sided, at 1 % each time. */
const Z = 2.326;
const MINUTES_PER_STEP = 5;

/** All of both versions' counts so far are tested anew each minute, five minutes at each weight; there is no other rule. */
export const repeatedZTest: Decider = (random, release) => {
	const exposure = new Exposure();
	let [champion, canary] = [NO_COUNTS, NO_COUNTS];
	for (const weight of DEFAULTS.weights)
		for (let i = 0; i < MINUTES_PER_STEP; i++) {
			const counts = minute(random, release, weight);
			exposure.add(weight);
			if (weight === PERCENT) continue;
			champion = sum(champion, counts.champion);
			canary = sum(canary, counts.canary);
			if (zScore(champion, canary) > Z) return exposure.ending("rolled back");
		}
	return exposure.ending("promoted");
};

function zScore(champion: ArmCounts, canary: ArmCounts): number {
	const pooled = (champion.errors + canary.errors) / (champion.requests + canary.requests);
	const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / champion.requests + 1 / canary.requests));
	return deviation > 0 ? (canary.errors / canary.requests - champion.errors / champion.requests) / deviation : 0;
}
