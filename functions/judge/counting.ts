/**
 * From running totals to what has come since the last look. Totals come from outside and may be incomplete: where one is no
 * number or smaller than it was, all that belongs to it stays as it was seen last, so that nothing is ever counted twice.
 */
import type { ArmCounts, Observation, PairedCounts } from "../../charter/rollout.ts";

/** What both arms and each slice have had between two looks. */
export type Differences = Pick<Observation, "champion" | "canary" | "paired">;

export const NO_COUNTS: ArmCounts = { requests: 0, errors: 0, slow: 0, costUsd: 0, outcomes: 0, badOutcomes: 0 };
const NO_PAIRS: PairedCounts = { compared: 0, disagreed: 0 };

/** The observation as far as it can be one that follows on `seen`; before the first look everything is zero. */
export function sound(observation: Observation, seen: Observation | undefined): Observation {
	const { atMs, champion, canary, paired, deadLetters, burning } = observation;
	const slices = new Set([...Object.keys(seen?.paired ?? {}), ...Object.keys(paired)]);
	return {
		atMs: isAmount(atMs) ? atMs : (seen?.atMs ?? 0),
		champion: soundArm(champion, seen?.champion),
		canary: soundArm(canary, seen?.canary),
		paired: Object.fromEntries(
			[...slices].map((slice) => [slice, soundPairs(pairsOf(paired, slice), pairsOf(seen?.paired, slice))]),
		),
		deadLetters: isCount(deadLetters) ? deadLetters : (seen?.deadLetters ?? 0),
		burning: [...burning],
	};
}

/** @param now sound, as it follows on `before` */
export function differences(now: Observation, before: Observation | undefined): Differences {
	return {
		champion: armDifference(now.champion, before?.champion),
		canary: armDifference(now.canary, before?.canary),
		paired: Object.fromEntries(
			Object.entries(now.paired).map(([slice, { compared, disagreed }]) => {
				const was = pairsOf(before?.paired, slice) ?? NO_PAIRS;
				return [slice, { compared: compared - was.compared, disagreed: disagreed - was.disagreed }];
			}),
		),
	};
}

/** Rows that champion and shadow have both had. */
export const rowsOf = (paired: Observation["paired"]): number =>
	Object.values(paired).reduce((sum, { compared }) => sum + compared, 0);

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const isAmount = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER;

const pairsOf = (paired: Observation["paired"] | undefined, slice: string): PairedCounts | undefined =>
	paired !== undefined && Object.hasOwn(paired, slice) ? paired[slice] : undefined;

function soundArm(now: ArmCounts, before: ArmCounts = NO_COUNTS): ArmCounts {
	const { costUsd, ...counts } = now;
	const names = Object.keys(counts) as (keyof typeof counts)[];
	if (!names.every((name) => isCount(counts[name]) && counts[name] >= before[name])) return before;
	// A sum of fractions: what it is short of may be rounding.
	return { ...counts, costUsd: isAmount(costUsd) ? Math.max(costUsd, before.costUsd) : before.costUsd };
}

function soundPairs(now: PairedCounts = NO_PAIRS, before: PairedCounts = NO_PAIRS): PairedCounts {
	const { compared, disagreed } = now;
	const hasGrown = compared >= before.compared && disagreed >= before.disagreed;
	return isCount(compared) && isCount(disagreed) && hasGrown ? { compared, disagreed } : before;
}

function armDifference(now: ArmCounts, before: ArmCounts = NO_COUNTS): ArmCounts {
	return {
		requests: now.requests - before.requests,
		errors: now.errors - before.errors,
		slow: now.slow - before.slow,
		costUsd: now.costUsd - before.costUsd,
		outcomes: now.outcomes - before.outcomes,
		badOutcomes: now.badOutcomes - before.badOutcomes,
	};
}
