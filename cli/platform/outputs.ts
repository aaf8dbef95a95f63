/** What a Triplane stack tells about itself: its outputs, parsed. */
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import { SLOTS } from "../../charter/jobs.ts";

export const StackOutputs = z.object({
	url: z.string(),
	registryTable: z.string(),
	artifactBucket: z.string(),
	featureTable: z.string(),
	tenantTable: z.string(),
	registerFunction: z.string(),
	/** Absent in a stack of an earlier release. */
	rolloutFunction: z.string().optional(),
	/** ARNs of the models' state machines, and whether they can train. */
	pipelines: z
		.array(z.object({ name: z.string(), stateMachine: z.string(), trains: z.boolean().default(true) }))
		.default([]),
	models: z.array(z.object({ name: z.string(), serve: z.string() })),
	batchModels: z
		.array(z.object({ name: z.string(), stateMachine: z.string(), dataBucket: z.string(), offsetsTable: z.string() }))
		.default([]),
	/** Absent without a queued model. */
	jobsTable: z.string().optional(),
	jobsBucket: z.string().optional(),
	queuedModels: z.array(
		z.object({
			name: z.string(),
			slot: z.enum(SLOTS),
			queueUrl: z.string(),
			deadLetterQueueUrl: z.string(),
			/** Of workers on ECS. */
			cluster: z.string().optional(),
			service: z.string().optional(),
		}),
	),
	tenants: z.array(z.string()),
});
export type StackOutputs = z.output<typeof StackOutputs>;

/**
 * @param outputs plain values, by name
 * @throws {TriplaneError} that names the first output which is missing or of another kind
 */
export function parseOutputs(outputs: unknown): StackOutputs {
	const parsed = StackOutputs.safeParse(outputs);
	if (parsed.success) return parsed.data;
	const [fault] = parsed.error.issues;
	const where = fault?.path.join(".") || "as a whole";
	throw new TriplaneError(`A Triplane stack has other outputs: ${where}: ${fault?.message}.`);
}
