/** What a version still lacks for its next step. That it is not to be rolled back has been settled before. */
import { SHADOW_SLICES } from "../../charter/rollout.ts";
import {
	FIRST_EVIDENCE,
	FULL_EVIDENCE_ABOVE_PERCENT,
	SLICE_SHARE_MIN,
	STEP_REQUESTS_MIN,
} from "../../charter/rollout-evidence.ts";
import { differences, rowsOf } from "./counting.ts";
import type { JudgedRollout, SeenEvidence } from "./evidence.ts";
import { count, odds } from "./figures.ts";
import { claimOf } from "./sentence.ts";
import type { TestResult } from "./tests.ts";

export interface Lacking {
	/** As in "20 requests at this weight". */
	what: string;
	/** Whether nothing but time brings it. */
	isTime: boolean;
}

/** Evidence that just tips towards "worse" is no reason to go back, and none to go on. */
const LEAN = 1;
const MS_PER_SECOND = 1000;

export function lackingOf(rollout: JudgedRollout, evidence: SeenEvidence, tests: readonly TestResult[]): Lacking[] {
	const { plan, sinceMs } = rollout;
	const { seen } = evidence;
	const lacking: Lacking[] = [];
	const lack = (what: string, isTime = false) => lacking.push({ what, isTime });
	const leftMs = sinceMs + plan.intervalSeconds * MS_PER_SECOND - seen.atMs;
	if (leftMs > 0) lack(`the end of its interval in ${Math.ceil(leftMs / MS_PER_SECOND)} s`, true);
	if (seen.burning.length > 0) lack(`the alarm ${seen.burning.join(", ")} to end`);
	for (const test of tests.filter(({ claim, value }) => claim !== "good" && value > LEAN))
		lack(`the evidence no longer to tip towards ${claimOf(rollout, test)} (${odds(test.value)})`);
	for (const test of needed(rollout, evidence, tests)) {
		const enough = isFull(rollout) ? test.threshold : FIRST_EVIDENCE;
		if (test.value < enough) lack(`evidence that ${claimOf(rollout, test)} (${odds(test.value)} of ${odds(enough)})`);
	}
	if (rollout.state === "SHADOWING") {
		if (rowsOf(seen.paired) === 0) lack("rows that both versions have answered");
	} else {
		const { requests } = differences(seen, evidence.stepSeen).canary;
		if (requests < STEP_REQUESTS_MIN) lack(`${STEP_REQUESTS_MIN} requests at this weight, after ${count(requests)}`);
	}
	return lacking;
}

/** A shadow harms nobody, so it is left with the full evidence only; a canary needs it to get more than a quarter. */
const isFull = ({ state, step, plan: { weights } }: JudgedRollout): boolean =>
	state === "SHADOWING" || (weights[step + 1] ?? Number.POSITIVE_INFINITY) > FULL_EVIDENCE_ABOVE_PERCENT;

/** Of a shadow, only slices that a good share of the rows is of: the others may take for ever. */
function needed({ state }: JudgedRollout, { seen: { paired } }: SeenEvidence, tests: readonly TestResult[]) {
	const good = tests.filter(({ claim }) => claim === "good");
	if (state !== "SHADOWING") return good;
	const rows = rowsOf(paired);
	return good.filter(
		({ slice = "" }) => slice === SHADOW_SLICES.failed || (paired[slice]?.compared ?? 0) >= rows * SLICE_SHARE_MIN,
	);
}
