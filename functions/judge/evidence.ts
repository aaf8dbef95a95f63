/**
 * A rollout's evidence from look to look. What its tests make of it is in tests.ts, what follows in judge.ts.
 */
import type { Evidence, Observation, RolloutRecord } from "../../charter/rollout.ts";
import { JUDGED_METRICS, SHADOW_SLICES } from "../../charter/rollout.ts";
import { GOOD, MARGINS, WORSE } from "../../charter/rollout-evidence.ts";
import { type Differences, differences, NO_COUNTS, rowsOf, sound } from "./counting.ts";
import { added, boundIncrements, trialsOf, worseIncrements } from "./e-process.ts";
import { BOUNDED_METRICS, boundOf, comparedMetrics, isAlone, judgedSlices, TRIALS_OF, testName } from "./tests.ts";

/** What a judgement needs of a rollout's record. */
export type JudgedRollout = Pick<
	RolloutRecord,
	"state" | "step" | "plan" | "from" | "to" | "sinceMs" | "deadlineAtMs" | "heldSinceMs" | "evidence"
>;

/** Evidence with at least one look in it. */
export type SeenEvidence = Required<Evidence>;

const MINUTE_MS = 60_000;

/** From when on totals are counted: CloudWatch has whole minutes only, so the one in which the judging begins counts whole. */
export const countedFromMs = ({ evidence, sinceMs }: Pick<RolloutRecord, "evidence" | "sinceMs">): number =>
	evidence.fromMs ?? Math.floor(sinceMs / MINUTE_MS) * MINUTE_MS;

/** The evidence with one more look in it. */
export function withLook(rollout: JudgedRollout, observation: Observation): SeenEvidence {
	const { evidence, sinceMs, state } = rollout;
	const seen = sound(observation, evidence.seen);
	const since = differences(seen, evidence.seen);
	const ofStep = evidence.stepSeen && evidence.stepSeen.atMs >= sinceMs ? evidence.stepSeen : undefined;
	const logs = ofStep ? evidence.logs : withoutStep(evidence.logs);
	const increments = state === "SHADOWING" ? pairedIncrements(rollout, since) : armIncrements(rollout, since);
	return {
		fromMs: countedFromMs(rollout),
		seen,
		// The look that decided for the present weight came just before it.
		stepSeen: ofStep ?? { ...(evidence.seen ?? nothingSeen(seen)), atMs: sinceMs },
		logs: {
			...logs,
			...Object.fromEntries(increments.map(([name, sums]) => [name, added(logs[name], sums)])),
		},
	};
}

const STEP_TESTS: readonly string[] = JUDGED_METRICS.flatMap((metric) =>
	(["worse/step", "over"] as const).map((claim) => testName(metric, claim)),
);

const withoutStep = (logs: Evidence["logs"]): Evidence["logs"] =>
	Object.fromEntries(Object.entries(logs).filter(([name]) => !STEP_TESTS.includes(name)));

const nothingSeen = (seen: Observation): Observation => ({
	...seen,
	champion: NO_COUNTS,
	canary: NO_COUNTS,
	paired: {},
});

type Increments = [name: string, sums: number[]][];

function armIncrements(rollout: JudgedRollout, { champion, canary }: Differences): Increments {
	const { plan, step } = rollout;
	const ofBound = (metric: (typeof BOUNDED_METRICS)[number], claim: "over" | "good"): Increments[number] => [
		testName(metric, claim),
		boundIncrements(claim === "over" ? WORSE : GOOD, {
			trials: TRIALS_OF[metric](canary),
			bound: boundOf(plan, metric),
		}),
	];
	const worse = comparedMetrics(plan).flatMap((metric): Increments => {
		const of = TRIALS_OF[metric];
		const sums = worseIncrements(WORSE, { champion: of(champion), canary: of(canary), margin: MARGINS[metric] });
		const whole: Increments = [[testName(metric, "worse"), sums]];
		// At the first weight it would be the same evidence once more.
		return step > 0 && !isAlone(rollout) ? [...whole, [testName(metric, "worse/step"), sums]] : whole;
	});
	const claims = isAlone(rollout) ? (["over", "good"] as const) : (["good"] as const);
	return [...worse, ...claims.flatMap((claim) => BOUNDED_METRICS.map((metric) => ofBound(metric, claim)))];
}

function pairedIncrements({ plan, evidence }: JudgedRollout, { paired }: Differences): Increments {
	const rows = rowsOf(paired);
	const bound = boundOf(plan, "disagreement");
	return judgedSlices(evidence.logs, Object.keys(paired)).flatMap((slice): Increments => {
		const { compared = 0, disagreed = 0 } = paired[slice] ?? {};
		// What a shadow fails on is a share of all that it was asked.
		const trials = trialsOf(disagreed, slice === SHADOW_SLICES.failed ? rows : compared);
		return [
			[testName("disagreement", "worse", slice), boundIncrements(WORSE, { trials, bound })],
			[testName("disagreement", "good", slice), boundIncrements(GOOD, { trials, bound })],
		];
	});
}
