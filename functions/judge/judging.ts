/**
 * One judgement, from the record to the record: reads the rollout, looks, judges, and writes judgement and evidence together on
 * condition of what it read. Whoever loses a race looks again; asked once more, it makes one more judgement of the same evidence,
 * unless it has said to roll back: that stands, as what it went by may be seen in one look alone.
 */
import type { JudgeRequest, JudgeResponse } from "../../charter/pipeline.ts";
import { modelKey } from "../../charter/registry.ts";
import {
	EVENTS,
	type JudgementRecord,
	judgementKey,
	type RolloutEvent,
	type RolloutRecord,
} from "../../charter/rollout.ts";
import { lookSeconds } from "../../charter/rollout-time.ts";
import type { Events } from "../shared/events.ts";
import type { RolloutStore } from "../shared/registry/rollout-store.ts";
import { tell } from "../shared/registry/telling.ts";
import { changedRollout, rolloutWrite } from "../shared/registry/writes.ts";
import type { Log } from "../shared/telemetry/log.ts";
import { JudgeConflictError, JudgeRequestError } from "./errors.ts";
import { type Judgement, judge } from "./judge.ts";
import { type ObservePorts, observe } from "./observe.ts";

export interface JudgePorts extends ObservePorts {
	store: Pick<RolloutStore, "rollout" | "lastJudgement" | "write">;
	events: Events;
	log: Log;
}

/** Each lost race means that somebody else's write went through. */
const ATTEMPTS_MAX = 10;
const JUDGED_STATES: readonly RolloutRecord["state"][] = ["SHADOWING", "SHIFTING"];

/**
 * @throws {JudgeRequestError} where there is no such rollout
 * @throws {JudgeConflictError} where others changed it every time
 */
export async function judgeRollout(ports: JudgePorts, request: JudgeRequest): Promise<JudgeResponse> {
	const { model, rollout } = request;
	for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		const record = await ports.store.rollout(model, rollout);
		if (!record)
			throw new JudgeRequestError(
				`"${model}" has no rollout ${rollout}. \`triplane models show ${model}\` lists those that it has.`,
			);
		if (!JUDGED_STATES.includes(record.state)) return unjudged(record);
		const last = record.judgements > 0 ? await ports.store.lastJudgement(model, rollout) : undefined;
		if (last?.verdict === "rollback") return { ...answerOf(record), verdict: last.verdict, sentence: last.sentence };
		const judgement = judge(record, await observe(ports, record));
		const changed = await written(ports, record, judgement);
		if (changed) {
			await tell(ports, changed);
			return { ...answerOf(record), verdict: judgement.verdict, sentence: judgement.sentence };
		}
	}
	throw new JudgeConflictError(
		`Others changed rollout ${rollout} of "${model}" during each of ${ATTEMPTS_MAX} attempts. Nothing was judged; ask again.`,
	);
}

const weightOf = ({ state, step, plan }: RolloutRecord): number =>
	state === "SHIFTING" ? (plan.weights[step] ?? 0) : 0;

const answerOf = (record: RolloutRecord) => ({
	rollout: record.rollout,
	state: record.state,
	weight: weightOf(record),
	intervalSeconds: lookSeconds(record.plan),
});

/** A rollout that moved on under the pipeline, as by hand: where it is going is decided. */
function unjudged(record: RolloutRecord): JudgeResponse {
	const { rollout, state, reason } = record;
	const isBack = state === "ROLLING_BACK" || state === "ROLLED_BACK";
	const sentence = `Rollout ${rollout} is ${state}; it is not judged${reason === undefined ? "" : ` (${reason})`}.`;
	return { ...answerOf(record), verdict: isBack ? "rollback" : "continue", sentence };
}

/** @returns the rollout as it is now; undefined where somebody else changed it meanwhile */
async function written(
	ports: JudgePorts,
	record: RolloutRecord,
	judgement: Judgement,
): Promise<RolloutRecord | undefined> {
	const { verdict, sentence, evidence, values } = judgement;
	const { atMs } = evidence.seen;
	const isHeldNow = verdict === "hold" && record.heldSinceMs === undefined;
	const number = record.judgements + 1;
	const change = {
		evidence,
		judgements: number,
		...(isHeldNow && { heldSinceMs: atMs, untold: [...(record.untold ?? []), heldEvent(record, judgement)] }),
	};
	const item: JudgementRecord = {
		...{ pk: modelKey(record.model), sk: judgementKey(record.rollout, number) },
		...{ model: record.model, rollout: record.rollout, judgement: number, atMs },
		...{ state: record.state, weight: weightOf(record), verdict, sentence },
		...{ observation: evidence.seen, evidence: values },
	};
	const isWritten = await ports.store.write([rolloutWrite(record, change), { kind: "put", item, condition: "absent" }]);
	return isWritten ? changedRollout(record, change) : undefined;
}

const heldEvent = (record: RolloutRecord, { sentence, evidence }: Judgement): RolloutEvent => ({
	...{ type: EVENTS.held, atMs: evidence.seen.atMs, state: record.state, weight: weightOf(record) },
	reason: sentence,
});
