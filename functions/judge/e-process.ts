/**
 * The sequential tests: likelihood ratios of counts, summed up as logarithms, one for each alternative of a mixture. Where a
 * test's null hypothesis holds, its value exceeds x in the course of a whole rollout with a probability of at most 1/x.
 * Knows nothing of rollouts; docs/rollouts.md has the why.
 * @see Lindon, Sanden, Shirikian, "Rapid Regression Detection in Software Deployments through Sequential Testing", KDD 2022
 */
import type { Alternative } from "../../charter/rollout-evidence.ts";

/** Requests, and the bad ones among them. */
export interface Trials {
	bad: number;
	all: number;
}

/** There are never more bad ones than there are, whatever the counts say. */
export const trialsOf = (bad: number, all: number): Trials => ({ bad: Math.min(bad, all), all });

/** Beyond these a value says no more, and DynamoDB could not hold it. */
const VALUE_MAX = 1e12;
const VALUE_MIN = 1e-12;

/**
 * Evidence that the canary's rate is higher than `margin` times the champion's, from what both have answered at the same time:
 * given how many bad ones there are, how many of them are the canary's. Says nothing where only one of them has answered.
 */
export function worseIncrements(
	alternatives: readonly Alternative[],
	{ champion, canary, margin }: { champion: Trials; canary: Trials; margin: number },
): number[] {
	if (champion.all === 0 || canary.all === 0) return alternatives.map(() => 0);
	const shareAt = (ratio: number) => (canary.all * ratio) / (canary.all * ratio + champion.all);
	const expected = shareAt(margin);
	return alternatives.map(({ factor }) => {
		const claimed = shareAt(margin * factor);
		return canary.bad * Math.log(claimed / expected) + champion.bad * Math.log((1 - claimed) / (1 - expected));
	});
}

/** Evidence that a rate is one of the alternatives, as factors of `bound`, and not at the bound. */
export function boundIncrements(
	alternatives: readonly Alternative[],
	{ trials, bound }: { trials: Trials; bound: number },
): number[] {
	return alternatives.map(({ factor }) => {
		const claimed = claimedRate(bound, factor);
		return trials.bad * Math.log(claimed / bound) + (trials.all - trials.bad) * Math.log((1 - claimed) / (1 - bound));
	});
}

/** A rate above the bound is at most halfway between it and all. */
const claimedRate = (bound: number, factor: number): number => Math.min(bound * factor, (1 + bound) / 2);

/** @param logs one for each alternative; none yet is no evidence */
export function evidenceOf(alternatives: readonly Alternative[], logs: readonly number[] = []): number {
	const value = alternatives.reduce((sum, { share }, i) => sum + share * Math.exp(logs[i] ?? 0), 0);
	return value < VALUE_MIN ? 0 : Math.min(value, VALUE_MAX);
}

export const added = (logs: readonly number[] | undefined, increments: readonly number[]): number[] =>
	increments.map((increment, i) => (logs?.[i] ?? 0) + increment);
