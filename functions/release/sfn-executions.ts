/** Step Functions as {@link Executions}. */
import { ExecutionAlreadyExists, type SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { Executions } from "./ports.ts";

/** Of an execution's name. */
const NAME_MAX = 80;

export const sfnExecutions = (client: SFNClient): Executions => ({
	start: async (stateMachineArn, name, input) => {
		try {
			await client.send(
				new StartExecutionCommand({ stateMachineArn, name: name.slice(-NAME_MAX), input: JSON.stringify(input) }),
			);
		} catch (thrown) {
			if (!(thrown instanceof ExecutionAlreadyExists)) throw thrown;
		}
	},
});
