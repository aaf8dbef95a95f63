/**
 * What a rollout's verdicts go by: the alternatives that evidence is weighed against, and how much of it decides what.
 * Constants only; functions/judge does the weighing, and docs/rollouts.md says what it means.
 */
import { type JudgedMetric, SHADOW_LABELS_MAX, SHADOW_SLICES } from "./rollout.ts";

/** One of the claims that a mixture stands for, and its share in it; the shares of a mixture sum to 1. */
export interface Alternative {
	factor: number;
	share: number;
}

/**
 * How many times the champion's rate a worse version's may be. The large ones have the larger shares: they have to be found in
 * a few requests, while small ones have time, and less to lose. The same of a bound, where that is what is exceeded.
 */
export const WORSE: readonly Alternative[] = [
	{ factor: 10, share: 0.7 },
	{ factor: 4, share: 0.2 },
	{ factor: 2, share: 0.1 },
];

/** Which part of its bound a good version's rate may be. */
export const GOOD: readonly Alternative[] = [0.05, 0.1, 0.25, 0.5].map((factor) => ({ factor, share: 0.25 }));

/** How far above the champion's a rate may be and still count as no worse: a new version starts with cold caches. */
export const MARGINS: Readonly<Record<JudgedMetric, number>> = { errors: 1, slow: 1.25, outcomes: 1 };

/**
 * What a rollout's α is spent on: whatever a healthy version could be rolled back by has a share, and they sum to 1. Errors have
 * most of it, as they are rarest: what a small share costs is made up for by a few more slow answers, and by many more errors.
 */
export const ALPHA_SHARES: Readonly<Record<JudgedMetric | "disagreement", number>> = {
	errors: 0.9,
	slow: 0.04,
	outcomes: 0.02,
	disagreement: 0.04,
};
/**
 * Of each relative test's α: what goes to the evidence of the present weight alone, over all weights but the first. At 100 %
 * there is nobody to compare with, and it is spent on the claim that a bound is exceeded.
 */
export const STEP_ALPHA_SHARE = 0.1;

/** Above this traffic, in percent, comes only what has shown by the full evidence that it keeps its bounds. */
export const FULL_EVIDENCE_ABOVE_PERCENT = 25;
/** How many times likelier good must be than just at the bound for a step below it. */
export const FIRST_EVIDENCE = 5;
/** A step whose canary has answered fewer has shown nothing, whatever the time it took. */
export const STEP_REQUESTS_MIN = 20;

/** Most slices that a shadow is judged by: its labels', what has none, and what it failed on. */
export const SLICES_MAX = SHADOW_LABELS_MAX + Object.keys(SHADOW_SLICES).length;
/** Slices with a smaller share of the rows hold no rollout up; they can still end it. */
export const SLICE_SHARE_MIN = 0.05;
