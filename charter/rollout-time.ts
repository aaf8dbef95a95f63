/**
 * How long a rollout takes where the new version is as good as the old one, and until when it is given time: arithmetic on the
 * plan. What really comes of the counts is functions/judge's business.
 */
import type { RolloutPlan } from "./rollout.ts";
import {
	FIRST_EVIDENCE,
	FULL_EVIDENCE_ABOVE_PERCENT,
	GOOD,
	SLICE_SHARE_MIN,
	STEP_REQUESTS_MIN,
} from "./rollout-evidence.ts";

/** What a rollout's time depends on. */
export type RolloutTraffic = Pick<
	RolloutPlan,
	"weights" | "intervalSeconds" | "alpha" | "mirrorPct" | "rps" | "bounds"
>;

/** A healthy version's rate is taken to be this part of its bound. */
const HEALTHY_SHARE = 0.2;
/** How often the expected time is waited for before a rollout is held, and as often again before it is rolled back. */
const DEADLINE_FACTOR = 3;
/** Looks that one rollout may take: an execution's history has 25,000 events, about twelve of them a look. */
const LOOKS_MAX = 1_500;
/** CloudWatch lists a metric that is new up to so much later, and with it a shadow's slices. */
const LISTED_AFTER_SECONDS = 15 * 60;
const PERCENT = 100;
const MS_PER_SECOND = 1000;

/**
 * Requests (or rows) after which the evidence that a rate keeps its bound is `times` : 1, at a rate that is a fifth of it.
 * @param bound a share
 */
export function expectedRequests(bound: number, times: number): number {
	const rate = bound * HEALTHY_SHARE;
	const needed = GOOD.map(({ factor, share }) => {
		const claimed = bound * factor;
		const gain = rate * Math.log(claimed / bound) + (1 - rate) * Math.log((1 - claimed) / (1 - bound));
		return gain > 0 ? Math.log(times / share) / gain : Number.POSITIVE_INFINITY;
	});
	return Math.ceil(Math.min(...needed));
}

/** Seconds from the first judgement to the last of a healthy version at the declared traffic; no tasks' start, no training. */
export function expectedRolloutSeconds({
	weights,
	intervalSeconds,
	alpha,
	mirrorPct,
	rps,
	bounds,
}: RolloutTraffic): number {
	const stepBound = Math.min(bounds.errorRate, bounds.slowRate);
	let requests = 0;
	let seconds = mirrorPct > 0 ? shadowSeconds({ alpha, mirrorPct, rps, bounds, intervalSeconds }) : 0;
	weights.forEach((weight, step) => {
		const rate = (rps * weight) / PERCENT;
		const isFull = (weights[step + 1] ?? Number.POSITIVE_INFINITY) > FULL_EVIDENCE_ABOVE_PERCENT;
		const needed = expectedRequests(stepBound, isFull ? 1 / alpha : FIRST_EVIDENCE) - requests;
		const stepSeconds = inIntervals(Math.max(needed, STEP_REQUESTS_MIN) / rate, intervalSeconds);
		requests += rate * stepSeconds;
		seconds += stepSeconds;
	});
	return seconds;
}

function shadowSeconds({ alpha, mirrorPct, rps, bounds, intervalSeconds }: Omit<RolloutTraffic, "weights">): number {
	const rowsPerSecond = ((rps * mirrorPct) / PERCENT) * SLICE_SHARE_MIN;
	const seconds = expectedRequests(bounds.disagreementRate, 1 / alpha) / rowsPerSecond;
	return inIntervals(seconds + LISTED_AFTER_SECONDS, intervalSeconds);
}

/** A verdict comes only at the end of an interval. */
const inIntervals = (seconds: number, intervalSeconds: number): number =>
	Math.max(1, Math.ceil(seconds / intervalSeconds)) * intervalSeconds;

/** When a rollout whose judging begins at `fromMs` is held. */
export const deadlineAtMs = (plan: RolloutTraffic, fromMs: number): number =>
	fromMs + DEADLINE_FACTOR * expectedRolloutSeconds(plan) * MS_PER_SECOND;

/** Seconds between two looks: the plan's interval, unless its traffic is so small that there would be too many of them. */
export const lookSeconds = (plan: RolloutTraffic): number =>
	Math.max(plan.intervalSeconds, Math.ceil((2 * DEADLINE_FACTOR * expectedRolloutSeconds(plan)) / LOOKS_MAX));
