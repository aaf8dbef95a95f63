/**
 * The judge: from a rollout's record and one look at its counts to a verdict, with the sentence and the evidence for it. Pure;
 * who reads the counts and writes the judgement is in service.ts.
 */
import type { JudgementRecord, Observation, Verdict } from "../../charter/rollout.ts";
import { type JudgedRollout, type SeenEvidence, withLook } from "./evidence.ts";
import { minutes } from "./figures.ts";
import { breachOf } from "./guard-rails.ts";
import { lackingOf } from "./lacking.ts";
import { figuresOf, whyWorse } from "./sentence.ts";
import { armTests, pairedTests, type TestResult } from "./tests.ts";

/** A guard-rail, a test, or that it was held as long as it may be. */
type Cause = "guard-rail" | "worse" | "held";

export interface Judgement {
	verdict: Verdict;
	/** What decided, where it is rolled back. */
	cause?: Cause;
	/** For people, with the figures. */
	sentence: string;
	/** What the next look goes on from. */
	evidence: SeenEvidence;
	/** Of each test, for the record. */
	values: JudgementRecord["evidence"];
}

/** Of a rollout in SHADOWING or SHIFTING; any observation will do, and one that makes no sense changes nothing. */
export function judge(rollout: JudgedRollout, observation: Observation): Judgement {
	const evidence = withLook(rollout, observation);
	const isShadow = rollout.state === "SHADOWING";
	const tests = isShadow ? pairedTests(rollout.plan, evidence) : armTests(rollout, evidence);
	const values = Object.fromEntries(tests.map(({ name, value, threshold }) => [name, { value, threshold }]));
	return { ...decide(rollout, evidence, tests), evidence, values };
}

function decide(
	rollout: JudgedRollout,
	evidence: SeenEvidence,
	tests: readonly TestResult[],
): Pick<Judgement, "verdict" | "cause" | "sentence"> {
	const { to, state, deadlineAtMs, heldSinceMs } = rollout;
	const { atMs } = evidence.seen;
	const figures = figuresOf(rollout, evidence);
	const told = (verdict: Verdict, what: string) => ({ verdict, sentence: `Version ${to} ${what}. ${figures}` });
	const rolledBack = (cause: Cause, why: string) => ({ ...told("rollback", `is rolled back: ${why}`), cause });
	const breach = state === "SHIFTING" ? breachOf(rollout, evidence, tests) : undefined;
	if (breach) return rolledBack("guard-rail", breach);
	const worse = tests.find(({ claim, value, threshold }) => claim !== "good" && value >= threshold);
	if (worse) return rolledBack("worse", whyWorse(rollout, worse));

	const lacking = lackingOf(rollout, evidence, tests);
	if (lacking.length === 0) return told("promote", promotionOf(rollout));
	const waitsFor = `waits for ${lacking.map(({ what }) => what).join("; ")}`;
	const waits = `${placeOf(rollout)} and ${waitsFor}`;
	if (atMs < deadlineAtMs || lacking.every(({ isTime }) => isTime)) return told("continue", waits);
	const heldMs = atMs - (heldSinceMs ?? atMs);
	// As long again as it had.
	if (heldMs >= deadlineAtMs - evidence.fromMs && heldMs > 0)
		return rolledBack("held", `it was held for ${minutes(heldMs)} and still ${waitsFor}`);
	return told("hold", `is past its deadline, ${waits}`);
}

const promotionOf = ({ state, step, plan: { weights } }: JudgedRollout): string => {
	const next = weights[step + 1];
	if (state === "SHADOWING")
		return `agrees with the champion well enough in the shadow, and gets ${next} % of the traffic`;
	return next === undefined
		? "has kept its bounds and becomes the champion"
		: `goes on from ${weights[step]} % to ${next} %`;
};

const placeOf = ({ state, step, plan: { weights } }: JudgedRollout): string =>
	state === "SHADOWING" ? "answers in the shadow" : `stays at ${weights[step]} %`;
