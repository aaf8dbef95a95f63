/** The clauses of a verdict's sentence: what a test claims, and the figures it goes by. */
import { type ArmCounts, type JudgedMetric, SHADOW_SLICES } from "../../charter/rollout.ts";
import { MARGINS } from "../../charter/rollout-evidence.ts";
import type { JudgedRollout, SeenEvidence } from "./evidence.ts";
import { count, odds, percent } from "./figures.ts";
import { boundOf, type TestResult, TRIALS_OF } from "./tests.ts";

const NOUNS: Readonly<Record<JudgedMetric, string>> = {
	errors: "errors",
	slow: "slow answers",
	outcomes: "bad outcomes",
};

/** As in "it has more errors than version 4". */
export function claimOf({ plan, from }: JudgedRollout, { of, claim, slice = "" }: TestResult): string {
	const bound = percent(boundOf(plan, of));
	const isGood = claim === "good";
	if (of === "disagreement") {
		const what = slice === SHADOW_SLICES.failed ? "fails on" : `differs from version ${from} on`;
		const where = slice === SHADOW_SLICES.failed || slice === SHADOW_SLICES.all ? "" : ` of the slice "${slice}"`;
		return `it ${what} ${isGood ? "less" : "more"} than ${bound} of the rows${where}`;
	}
	if (isGood) return `it has fewer ${NOUNS[of]} than ${bound}`;
	if (claim === "over") return `it has more ${NOUNS[of]} than the ${bound} that are allowed, at 100 %`;
	const margin = MARGINS[of] > 1 ? ` ${MARGINS[of]} times as many` : "";
	const more = margin ? `more than${margin} ${NOUNS[of]} as` : `more ${NOUNS[of]} than`;
	return `it has ${more} version ${from}${claim === "worse/step" ? " at this weight" : ""}`;
}

export const whyWorse = (rollout: JudgedRollout, test: TestResult): string =>
	`${claimOf(rollout, test)}, for which the evidence is ${odds(test.value)}, and ${odds(test.threshold)} is enough`;

/** What both have had so far, as in "Errors 2 of 1,830 (0.109 %), of version 4: 5 of 5,490 (0.0911 %)". */
export function figuresOf({ state, from }: JudgedRollout, { seen }: SeenEvidence): string {
	const { champion, canary, paired } = seen;
	if (state === "SHADOWING") {
		const slices = Object.entries(paired).map(
			([slice, { compared, disagreed }]) => `${slice} ${share(disagreed, compared)}`,
		);
		return slices.length === 0 ? "No rows were compared yet." : `Rows that differ: ${slices.join(", ")}.`;
	}
	const metrics = (["errors", "slow", "outcomes"] as const).filter((metric) => TRIALS_OF[metric](canary).all > 0);
	const line = (metric: JudgedMetric) => {
		const of = (counts: ArmCounts) => {
			const { bad, all } = TRIALS_OF[metric](counts);
			return share(bad, all);
		};
		return `${NOUNS[metric]} ${of(canary)}, of version ${from} ${of(champion)}`;
	};
	return metrics.length === 0 ? "It has answered no request yet." : `So far: ${metrics.map(line).join("; ")}.`;
}

const share = (bad: number, all: number): string =>
	`${count(bad)} of ${count(all)}${all > 0 ? ` (${percent(bad / all)})` : ""}`;
