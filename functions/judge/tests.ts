/**
 * The tests that a rollout's evidence is weighed by: what each claims, and from which value on it decides. Pure; evidence.ts sums
 * the evidence up, judge.ts says what follows.
 *
 * A version is rolled back where any of the "worse" tests decides, so these share α among them. It is promoted only where all of
 * the "good" ones have decided, so each of these has all of α: a version that is not good fails one of them at least, and that
 * one alone is wrong in no more than α of the rollouts (an intersection–union test; Berger, Technometrics 24, 1982).
 */
import type { Evidence, Observation, RolloutPlan, RolloutRecord } from "../../charter/rollout.ts";
import { JUDGED_METRICS, type JudgedMetric, SHADOW_SLICES } from "../../charter/rollout.ts";
import { ALPHA_SHARES, GOOD, SLICES_MAX, STEP_ALPHA_SHARE, WORSE } from "../../charter/rollout-evidence.ts";
import { evidenceOf, type Trials, trialsOf } from "./e-process.ts";

/**
 * Worse than the champion, or of disagreements than the bound; the same by the present weight's evidence alone; at 100 %, where
 * no champion answers, over the bound; good.
 */
export type Claim = "worse" | "worse/step" | "over" | "good";

/** One test at one look. */
export interface TestResult {
	name: string;
	/** What is counted; of disagreements also on which slice. */
	of: JudgedMetric | "disagreement";
	slice?: string;
	claim: Claim;
	/** How many times likelier the evidence is if the claim holds. */
	value: number;
	/** From where on it decides. */
	threshold: number;
}

/** What a plan compares the versions by. */
export const comparedMetrics = ({ outcomes }: Pick<RolloutPlan, "outcomes">): JudgedMetric[] =>
	JUDGED_METRICS.filter((metric) => metric !== "outcomes" || outcomes);

const WHOLE_PERCENT = 100;

/** Metrics that have a bound of their own: what callers send back is only ever compared. */
export const BOUNDED_METRICS = ["errors", "slow"] as const satisfies JudgedMetric[];

/** What the bad ones and all of a metric are among an arm's counts. */
export const TRIALS_OF: Readonly<Record<JudgedMetric, (counts: Observation["canary"]) => Trials>> = {
	errors: ({ errors, requests }) => trialsOf(errors, requests),
	slow: ({ slow, requests }) => trialsOf(slow, requests),
	outcomes: ({ badOutcomes, outcomes }) => trialsOf(badOutcomes, outcomes),
};

export const boundOf = ({ bounds }: RolloutPlan, of: JudgedMetric | "disagreement"): number =>
	of === "errors" ? bounds.errorRate : of === "slow" ? bounds.slowRate : bounds.disagreementRate;

export const testName = (of: JudgedMetric | "disagreement", claim: Claim, slice?: string): string =>
	slice === undefined ? `${of}/${claim}` : `${of}/${claim}/${slice}`;

/** Whether the new version has all of the traffic: there is nothing then that its present counts could be compared with. */
export const isAlone = ({ plan: { weights }, step }: Pick<RolloutRecord, "plan" | "step">): boolean =>
	weights[step] === WHOLE_PERCENT;

/** The tests of a rollout that gets traffic. */
export function armTests(
	rollout: Pick<RolloutRecord, "plan" | "step">,
	{ logs }: Pick<Evidence, "logs">,
): TestResult[] {
	const { alpha, weights } = rollout.plan;
	const steps = Math.max(1, weights.length - 1);
	const shareOf = (of: JudgedMetric) => alpha * ALPHA_SHARES[of];
	const compared = comparedMetrics(rollout.plan);
	const worse = compared.map(
		(of) => ({ of, claim: "worse", threshold: 1 / (shareOf(of) * (1 - STEP_ALPHA_SHARE)) }) as const,
	);
	const ofStep = (isAlone(rollout) ? BOUNDED_METRICS : compared).map((of) => {
		const claim: Claim = isAlone(rollout) ? "over" : "worse/step";
		return { of, claim, threshold: steps / (shareOf(of) * STEP_ALPHA_SHARE) };
	});
	const good = BOUNDED_METRICS.map((of) => ({ of, claim: "good", threshold: 1 / alpha }) as const);
	return [...worse, ...ofStep, ...good].map((test) => {
		const name = testName(test.of, test.claim);
		return { ...test, name, value: evidenceOf(test.claim === "good" ? GOOD : WORSE, logs[name]) };
	});
}

/** The tests of a rollout whose version answers in the shadow. */
export function pairedTests({ alpha }: RolloutPlan, { logs }: Pick<Evidence, "logs">): TestResult[] {
	const of = "disagreement";
	return knownSlices(logs).flatMap((slice) =>
		(["worse", "good"] as const).map((claim) => {
			const name = testName(of, claim, slice);
			const threshold = claim === "good" ? 1 / alpha : SLICES_MAX / (alpha * ALPHA_SHARES[of]);
			return { name, of, slice, claim, threshold, value: evidenceOf(claim === "good" ? GOOD : WORSE, logs[name]) };
		}),
	);
}

/** Slices that are judged: those that were, then others by name as long as α has been set aside for them. */
export function judgedSlices(logs: Evidence["logs"], slices: readonly string[]): string[] {
	const unlabelled = slices.filter((slice) => slice === SHADOW_SLICES.all);
	const all = [SHADOW_SLICES.failed, ...knownSlices(logs), ...unlabelled, ...slices.toSorted()];
	return [...new Set(all)].slice(0, SLICES_MAX);
}

const WORSE_PREFIX = testName("disagreement", "worse", "");

const knownSlices = (logs: Evidence["logs"]): string[] =>
	Object.keys(logs)
		.filter((name) => name.startsWith(WORSE_PREFIX))
		.map((name) => name.slice(WORSE_PREFIX.length));
