/** One look at a rollout: what its state is judged by, read through ports. No arithmetic. */
import { CANARY_SLOT, type Observation, type RolloutRecord } from "../../charter/rollout.ts";
import { countedFromMs } from "./evidence.ts";

/** Whose counts, and of which time. */
export interface CountsRequest extends Pick<RolloutRecord, "model" | "from" | "to"> {
	fromMs: number;
	untilMs: number;
}

export interface Counts {
	/** Sums of both arms. */
	arms(request: CountsRequest): Promise<Pick<Observation, "champion" | "canary">>;
	/** Sums of the shadow's slices, as far as they are known by now. */
	paired(request: CountsRequest): Promise<Observation["paired"]>;
	/** Those of these alarms that are in ALARM. */
	burning(alarms: readonly string[]): Promise<string[]>;
}

export interface ObservePorts {
	counts: Counts;
	/** Messages in a dead-letter queue, those in somebody's hands included. */
	depth(deadLetterQueueUrl: string): Promise<number>;
	/** Milliseconds since the epoch. */
	now: () => number;
}

export async function observe({ counts, depth, now }: ObservePorts, rollout: RolloutRecord): Promise<Observation> {
	const { model, from, to, plan, state } = rollout;
	const atMs = now();
	const request = { model, from, to, fromMs: countedFromMs(rollout), untilMs: atMs };
	const deadLetterQueueUrl = plan.slots?.[CANARY_SLOT]?.deadLetterQueueUrl;
	const [arms, paired, deadLetters, burning] = await Promise.all([
		// In the shadow too: what the champion answers alone must not count once there is a canary.
		counts.arms(request),
		state === "SHADOWING" ? counts.paired(request) : {},
		deadLetterQueueUrl === undefined ? 0 : depth(deadLetterQueueUrl),
		counts.burning(plan.burnAlarms),
	]);
	return { atMs, ...arms, paired, deadLetters, burning };
}
