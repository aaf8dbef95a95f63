/** What a function of the queued path is told of the queued models, read from its environment. */
import { z } from "zod";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import type { QueuedModelSettings } from "../../../charter/queued.ts";
import { type Environment, FunctionSettingsError, requiredJson } from "../environment.ts";

const queues = z.object({ a: z.string().exactOptional(), b: z.string().exactOptional() });
const QueuedModels = z.record(
	z.string(),
	z.object({
		team: z.string(),
		feature: z.string(),
		queues,
		jobP95Seconds: z.number(),
	}) satisfies z.ZodType<QueuedModelSettings>,
);

/**
 * By name.
 * @throws {FunctionSettingsError} where they are missing or not in the charter's form
 */
export function queuedModelsOf(environment: Environment): ReadonlyMap<string, QueuedModelSettings> {
	const parsed = QueuedModels.safeParse(requiredJson(environment, ENVIRONMENT.queuedModels));
	if (parsed.success) return new Map(Object.entries(parsed.data));
	const [fault] = parsed.error.issues;
	throw new FunctionSettingsError(
		`${ENVIRONMENT.queuedModels} in the function's environment is not what the program sets: ${fault?.path.join(".")}: ${fault?.message}.`,
	);
}
