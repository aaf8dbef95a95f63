/** Step Functions as {@link Executions}. */
import {
	DescribeExecutionCommand,
	ExecutionAlreadyExists,
	ExecutionDoesNotExist,
	InvalidArn,
	InvalidToken,
	SendTaskFailureCommand,
	type SFNClient,
	StartExecutionCommand,
	TaskDoesNotExist,
	TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { APPROVAL_REFUSED } from "../../charter/pipeline.ts";
import type { Executions } from "./ports.ts";

const CAUSE_MAX_CHARACTERS = 1_000;
const RUNNING: readonly (string | undefined)[] = ["RUNNING", "PENDING_REDRIVE"];

export const sfnExecutions = (client: SFNClient): Executions => ({
	isRunning: async (executionArn) => {
		try {
			const { status } = await client.send(new DescribeExecutionCommand({ executionArn }));
			return RUNNING.includes(status);
		} catch (thrown) {
			// Forgotten after 90 days, or never one: nobody works by it.
			if (thrown instanceof ExecutionDoesNotExist || thrown instanceof InvalidArn) return false;
			throw thrown;
		}
	},
	start: async (stateMachineArn, name, input) => {
		try {
			await client.send(new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify(input) }));
		} catch (thrown) {
			if (!(thrown instanceof ExecutionAlreadyExists)) throw thrown;
		}
	},
	refuse: async (taskToken, cause) => {
		try {
			await client.send(
				new SendTaskFailureCommand({ taskToken, error: APPROVAL_REFUSED, cause: cause.slice(0, CAUSE_MAX_CHARACTERS) }),
			);
		} catch (thrown) {
			const isOver = [TaskTimedOut, TaskDoesNotExist, InvalidToken].some((over) => thrown instanceof over);
			if (!isOver) throw thrown;
		}
	},
});
