/** What people ask of the `rollout` function: a rollback, an experiment, its end. Asked again, it does no more than what is left. */
import { setTimeout as sleep } from "node:timers/promises";
import { TriplaneError } from "../../charter/errors.ts";
import type { ByHandRequest, ExperimentResponse, RolloutResponse } from "../../charter/pipeline.ts";
import type { AwsTarget } from "./aws.ts";
import { FunctionRefusedError, invoke } from "./invoke.ts";
import type { StackOutputs } from "./outputs.ts";

type Stack = Pick<StackOutputs, "rolloutFunction">;
type Rollback = Extract<ByHandRequest, { action: "rollback" }>;
type Experiment = Exclude<ByHandRequest, { action: "rollback" }>;

const POLL_MS = 2_000;

/**
 * Rolls back, and waits until the canary's queue is empty and its tasks are gone.
 * @param onWaiting told each time that something is left to do
 */
export async function rollBack(
	aws: AwsTarget,
	stack: Stack,
	request: Rollback,
	onWaiting: (answer: RolloutResponse) => void = () => undefined,
): Promise<RolloutResponse> {
	for (;;) {
		const answer = await ask<RolloutResponse>(aws, stack, request);
		if (answer.isDone) return answer;
		onWaiting(answer);
		await sleep(POLL_MS);
	}
}

/** Starts an experiment, or ends the one that runs. */
export const experimentWith = (aws: AwsTarget, stack: Stack, request: Experiment): Promise<ExperimentResponse> =>
	ask(aws, stack, request);

async function ask<T>(aws: AwsTarget, { rolloutFunction }: Stack, request: ByHandRequest): Promise<T> {
	if (rolloutFunction === undefined)
		throw new TriplaneError(
			"The stack's outputs name no rolloutFunction: it is of an earlier release. Run `pulumi up`.",
		);
	try {
		return await invoke<T>(aws, rolloutFunction, request);
	} catch (cause) {
		if (!(cause instanceof FunctionRefusedError)) throw cause;
		throw new TriplaneError(cause.message, { cause });
	}
}
