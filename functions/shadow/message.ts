/** What the shadow's queue carries, read and checked. What it asks for is done in answer-request.ts and compare-jobs.ts. */
import { z } from "zod";
import type { ShadowMessage } from "../../charter/rollout.ts";

const version = z.int().positive();
const common = { model: z.string().min(1), rollout: z.int().nonnegative() };

const Message = z.discriminatedUnion("kind", [
	z.object({
		kind: z.literal("request"),
		...common,
		requestId: z.string(),
		traceparent: z.string(),
		champion: version,
		shadow: version,
		request: z.string(),
	}),
	z.object({
		kind: z.literal("jobs"),
		...common,
		champion: z.string().min(1),
		shadow: z.string().min(1),
		shadowVersion: version,
	}),
]) satisfies z.ZodType<ShadowMessage>;

/** Undefined where it is none. */
export function readMessage(body: string): ShadowMessage | undefined {
	try {
		return Message.safeParse(JSON.parse(body)).data;
	} catch {
		// No JSON: whoever has it counts it as none.
		return undefined;
	}
}
