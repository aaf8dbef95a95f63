/** Why an execution failed, for people: a function's error comes as JSON, of which its words are enough. */
import { z } from "zod";

const LambdaCause = z.object({ errorMessage: z.string() });

export function causeWords(cause: string): string {
	try {
		return LambdaCause.parse(JSON.parse(cause)).errorMessage;
	} catch {
		return cause;
	}
}
