/**
 * Gives the version its next share of the traffic. One judgement moves it once: asked again, the judgement that it stands on is
 * of a weight that is past.
 */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { EVENTS, type JudgementRecord, type RolloutRecord } from "../../charter/rollout.ts";
import { answerOf } from "./answer.ts";
import { attempts, changeRollout, ownRollout } from "./attempts.ts";
import type { StepRequest } from "./deploy.ts";
import type { RolloutPorts } from "./ports.ts";
import { weightOf } from "./routes.ts";
import { moveTraffic } from "./traffic.ts";

export const shift = (ports: RolloutPorts, request: StepRequest): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const rollout = await ownRollout(ports, request);
		const { model, state, step, plan } = rollout;
		if (state !== "SHADOWING" && state !== "SHIFTING") return answerOf(rollout, true);
		if (!isPromoted(rollout, await ports.store.lastJudgement(model, rollout.rollout))) return answerOf(rollout, true);
		const next = state === "SHADOWING" ? 0 : step + 1;
		const sinceMs = ports.now();
		const shifted =
			next < plan.weights.length
				? await moveTraffic(ports, rollout, { state: "SHIFTING", step: next, sinceMs }, EVENTS.shifted)
				: await changeRollout(ports, rollout, { state: "FINALIZING", sinceMs });
		return shifted && answerOf(shifted, true);
	});

const isPromoted = (rollout: RolloutRecord, last: JudgementRecord | undefined): boolean =>
	last?.verdict === "promote" && last.state === rollout.state && last.weight === weightOf(rollout);
