/** What a Triplane stack tells about itself: its outputs, parsed. */
import { z } from "zod";

const StackOutputs = z.object({
	url: z.string(),
	registryTable: z.string(),
	artifactBucket: z.string(),
	featureTable: z.string(),
	tenantTable: z.string(),
	registerFunction: z.string(),
	models: z.array(z.object({ name: z.string(), serve: z.string() })),
	tenants: z.array(z.string()),
});
export type StackOutputs = z.output<typeof StackOutputs>;

/** @param outputs plain values, by name */
export const parseOutputs = (outputs: Record<string, unknown>): StackOutputs => StackOutputs.parse(outputs);
