/** Rollouts and observations as the judge's tests start from; each test makes one change. */
import { modelKey } from "../../charter/registry.ts";
import {
	type ArmCounts,
	type Observation,
	type PairedCounts,
	type RolloutPlan,
	type RolloutRecord,
	rolloutKey,
	SLOW_BUDGET,
} from "../../charter/rollout.ts";
import { deadlineAtMs } from "../../charter/rollout-time.ts";

/** A whole minute, so that nothing is rounded. */
export const T0 = Date.UTC(2026, 0, 5, 12);
export const MINUTE_MS = 60_000;

export const rolloutPlan = (change: Partial<RolloutPlan> = {}): RolloutPlan => ({
	serve: "realtime",
	weights: [10, 25, 50, 100],
	intervalSeconds: 60,
	alpha: 0.01,
	mirrorPct: 0,
	sticky: "none",
	approval: false,
	outcomes: false,
	rps: 20,
	bounds: { errorRate: 0.005, slowRate: SLOW_BUDGET, disagreementRate: 0.05, costFactor: 2 },
	burnAlarms: ["tumour-risk-burn"],
	...change,
});

/** At its first weight since {@link T0}, with nothing seen yet. */
export function judgedRollout(change: Partial<RolloutRecord> = {}): RolloutRecord {
	const plan = change.plan ?? rolloutPlan();
	return {
		...{ pk: modelKey("tumour-risk"), sk: rolloutKey(7), model: "tumour-risk", rollout: 7, from: 3, to: 4 },
		...{ state: "SHIFTING", revision: 5, step: 0, plan, startedAtMs: T0 - MINUTE_MS, sinceMs: T0 },
		...{ deadlineAtMs: deadlineAtMs(plan, T0), evidence: { logs: {} }, judgements: 0, execution: "arn:execution" },
		...change,
	};
}

export const arm = (requests: number, change: Partial<ArmCounts> = {}): ArmCounts => ({
	...{ requests, errors: 0, slow: 0, costUsd: 0, outcomes: 0, badOutcomes: 0 },
	...change,
});

export const pairs = (compared: number, disagreed: number): PairedCounts => ({ compared, disagreed });

/** @param minute of the rollout */
export const seenAt = (minute: number, change: Partial<Observation> = {}): Observation => ({
	...{ atMs: T0 + minute * MINUTE_MS, champion: arm(0), canary: arm(0), paired: {}, deadLetters: 0, burning: [] },
	...change,
});
