/** Keeps the token by which a person's answer reaches the pipeline. Whoever answers, and how, is the command line's. */
import type { RolloutResponse } from "../../charter/pipeline.ts";
import { EVENTS } from "../../charter/rollout.ts";
import { answerOf } from "./answer.ts";
import { attempts, changeRollout, ownRollout } from "./attempts.ts";
import { RolloutRequestError } from "./errors.ts";
import type { RolloutPorts } from "./ports.ts";

export interface AskRequest {
	model: string;
	execution: string;
	rollout: number;
	taskToken: string;
}

/** @throws {RolloutRequestError} where nobody is to be asked: the pipeline would wait for an answer that never comes */
export const ask = (ports: RolloutPorts, request: AskRequest): Promise<RolloutResponse> =>
	attempts(request.model, async () => {
		const rollout = await ownRollout(ports, request);
		const { state, model } = rollout;
		if (state !== "AWAITING_APPROVAL")
			throw new RolloutRequestError(
				`Rollout ${rollout.rollout} of "${model}" is ${state}, and waits for nobody's approval.`,
			);
		if (rollout.approvalToken === request.taskToken) return answerOf(rollout, true);
		const change = { approvalToken: request.taskToken };
		const asked = await changeRollout(ports, rollout, change, { event: EVENTS.awaitingApproval });
		return asked && answerOf(asked, true);
	});
