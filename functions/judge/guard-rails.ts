/**
 * What rolls a version back whatever the statistics say: bursts of failures, of dead letters, a burn alarm, cost. Figures only;
 * how likely they are by chance is asked in tests.ts.
 */
import type { ArmCounts, Observation } from "../../charter/rollout.ts";
import { differences } from "./counting.ts";
import type { JudgedRollout, SeenEvidence } from "./evidence.ts";
import { count, percent, usd } from "./figures.ts";
import type { Claim, TestResult } from "./tests.ts";

/** More of the canary's requests have failed than any SLO allows, be it the last few. */
const BURST_SHARE = 0.25;
const BURST_REQUESTS_MIN = 20;
/** Single ones are failed jobs like others, which every version has, and count among the errors. */
const DEAD_LETTERS_MIN = 5;
/** Below these the first requests, which start everything cold, would be most of the cost. */
const COST_REQUESTS_MIN = 200;
/** Evidence that the canary is worse, from which on an alarm is not held against it. */
const CLEARED = 0.5;
const PER_THOUSAND = 1000;

/** Why the version is to be rolled back at once, as a clause; undefined where it is not. */
export function breachOf(rollout: JudgedRollout, evidence: SeenEvidence, tests: readonly TestResult[]) {
	const before = rollout.evidence.seen;
	return (
		burst(differences(evidence.seen, before).canary, "since the last look") ??
		burst(differences(evidence.seen, evidence.stepSeen).canary, "at this weight") ??
		deadLetters(evidence, before) ??
		burning(rollout, evidence.seen, before, tests) ??
		cost(rollout, evidence.seen)
	);
}

function burst({ requests, errors }: ArmCounts, when: string): string | undefined {
	if (requests < BURST_REQUESTS_MIN || errors <= requests * BURST_SHARE) return undefined;
	return `${count(errors)} of its ${count(requests)} requests ${when} failed, more than ${percent(BURST_SHARE)}`;
}

/**
 * What lay there when the weight began is of others. Those of the last look are set against the jobs that have ended by now:
 * queues are known at once, and requests a minute later.
 */
function deadLetters({ seen, stepSeen }: SeenEvidence, before: Observation | undefined): string | undefined {
	const letters = (before?.deadLetters ?? 0) - stepSeen.deadLetters;
	const { requests } = differences(seen, stepSeen).canary;
	if (letters < DEAD_LETTERS_MIN || letters <= requests * BURST_SHARE) return undefined;
	return `${count(letters)} jobs at this weight became dead letters, more than ${percent(BURST_SHARE)} of ${count(requests)} that have ended`;
}

/**
 * An alarm that went off during the rollout, unless the evidence of this weight clears the canary: an incident of both arms has
 * many failures, and as many of them on either side as there are requests. At 100 % there is no other side, and nothing clears.
 */
function burning(
	{ step }: JudgedRollout,
	seen: Observation,
	before: Observation | undefined,
	tests: readonly TestResult[],
): string | undefined {
	const started = before === undefined ? [] : seen.burning.filter((alarm) => !before.burning.includes(alarm));
	const blaming: Claim = step > 0 ? "worse/step" : "worse";
	const blames = tests.filter(({ claim }) => claim === blaming).map(({ value }) => value);
	const isCleared = blames.every((value) => value <= 1) && blames.some((value) => value <= CLEARED);
	if (started.length === 0 || isCleared) return undefined;
	return `the burn-rate alarm ${started.join(", ")} went off, and nothing says that it is not the new version's`;
}

function cost({ plan: { bounds }, from }: JudgedRollout, { champion, canary }: Observation): string | undefined {
	const least = Math.min(champion.requests, canary.requests);
	if (least < COST_REQUESTS_MIN || champion.costUsd <= 0) return undefined;
	const costOf = ({ costUsd, requests }: ArmCounts) => (costUsd * PER_THOUSAND) / requests;
	const [was, is] = [costOf(champion), costOf(canary)];
	if (is <= was * bounds.costFactor) return undefined;
	return `1,000 requests cost ${usd(is)}, more than ${bounds.costFactor} times the ${usd(was)} of version ${from}`;
}
