/** What actions on a rollout answer to the pipeline. Pure. */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import type { RolloutRecord } from "../../charter/rollout.ts";
import { lookSeconds } from "../../charter/rollout-time.ts";
import { weightOf } from "./routes.ts";

/** How soon a step that waits for tasks or queues is asked again. */
const STEP_SECONDS = 15;

export function answerOf(rollout: RolloutRecord, isDone: boolean): RolloutResponse {
	const { plan, state } = rollout;
	const intervalSeconds = plan.serve === "batch" ? plan.intervalSeconds : lookSeconds(plan);
	return {
		rollout: rollout.rollout,
		state,
		isDone,
		weight: weightOf(rollout),
		intervalSeconds: isDone ? intervalSeconds : Math.min(intervalSeconds, STEP_SECONDS),
	};
}
