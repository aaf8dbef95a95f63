/** Why an execution failed, for people: what a function or a task ended with comes as JSON, of which its words are enough. */
import { z } from "zod";

const LambdaCause = z.object({ errorMessage: z.string() }).transform(({ errorMessage }) => errorMessage);
/** Step Functions writes ECS's own words with a capital. */
const TaskCause = z
	.union([
		z.object({ TaskArn: z.string(), StoppedReason: z.string() }),
		z
			.object({ taskArn: z.string(), stoppedReason: z.string() })
			.transform(({ taskArn, stoppedReason }) => ({ TaskArn: taskArn, StoppedReason: stoppedReason })),
	])
	.transform(
		({ TaskArn, StoppedReason }) => `${StoppedReason} What it said is in the log of task ${TaskArn.split("/").at(-1)}.`,
	);
const Cause = z.union([LambdaCause, TaskCause]);

export function causeWords(cause: string): string {
	try {
		return Cause.parse(JSON.parse(cause));
	} catch {
		return cause;
	}
}
