/** A person's answer to a rollout that asks: the pipeline waits for it by the token that it left in the rollout's record. */
import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from "@aws-sdk/client-sfn";
import { TriplaneError } from "../../charter/errors.ts";
import { APPROVAL_REFUSED } from "../../charter/pipeline.ts";
import type { RolloutRecord } from "../../charter/rollout.ts";
import type { AwsTarget } from "./aws.ts";

export type Decision = { isApproved: true } | { isApproved: false; reason: string };

/** What Step Functions says of a token that nobody waits for any more. */
const GONE = ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"];

/** @throws {TriplaneError} where the rollout asks nobody, or does not any more */
export async function answerApproval(
	aws: AwsTarget,
	model: string,
	rollout: RolloutRecord | undefined,
	decision: Decision,
): Promise<RolloutRecord> {
	const taskToken = tokenOf(model, rollout);
	const sfn = new SFNClient(aws);
	try {
		await (decision.isApproved
			? sfn.send(new SendTaskSuccessCommand({ taskToken: taskToken.token, output: "{}" }))
			: sfn.send(
					new SendTaskFailureCommand({ taskToken: taskToken.token, error: APPROVAL_REFUSED, cause: decision.reason }),
				));
		return taskToken.rollout;
	} catch (cause) {
		if (!(cause instanceof Error && GONE.includes(cause.name))) throw cause;
		throw new TriplaneError(
			`Rollout ${taskToken.rollout.rollout} of ${model} does not ask any more: it was answered, or the seven days are over. \`triplane models show ${model}\` tells what became of it.`,
			{ cause },
		);
	} finally {
		sfn.destroy();
	}
}

function tokenOf(model: string, rollout: RolloutRecord | undefined): { rollout: RolloutRecord; token: string } {
	if (rollout?.state === "AWAITING_APPROVAL" && rollout.approvalToken !== undefined)
		return { rollout, token: rollout.approvalToken };
	const now = rollout ? `The last one, ${rollout.rollout}, is ${rollout.state}.` : "It has had none.";
	throw new TriplaneError(
		`No rollout of ${model} waits for approval. ${now} Models ask where their settings say rollout.approval: true.`,
	);
}
