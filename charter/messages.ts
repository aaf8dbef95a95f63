/** Schemas of what crosses between a trainer, the control plane and the command line. */
import { z } from "zod";
import { DATATYPES } from "./registry.ts";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, { error: "a SHA-256 is 64 lower-case hex digits" });
const tensor = z.strictObject({
	name: z.string().min(1),
	datatype: z.enum(DATATYPES),
	shape: z.array(z.int().refine((size) => size === -1 || size > 0, { error: "a dimension is -1 or positive" })).min(1),
});

/** `manifest.json` of a training run: what it made, from what, and how good it is. */
export const TrainingManifest = z.strictObject({
	model: z.string(),
	artifact: z.strictObject({ sha256, bytes: z.int().positive() }),
	signature: z.strictObject({
		inputs: z.array(tensor).min(1),
		outputs: z.array(tensor).min(1),
		features: z
			.strictObject({ input: z.string(), entityInput: z.string(), columns: z.array(z.string()).min(1) })
			.optional(),
	}),
	metrics: z.record(z.string(), z.number()),
	lineage: z.strictObject({
		dataSha256: sha256,
		codeSha256: sha256,
		trainedAt: z.iso.datetime(),
		framework: z.string(),
		/** Image that trained it, by its digest; absent where no container did. */
		image: z.string().optional(),
	}),
	/** What `metrics` were measured by. A run without it can be registered by hand, but not by a pipeline. */
	evaluation: z
		.strictObject({
			task: z.enum(["classification", "regression"]),
			/** The output that is compared with the targets: labels, or values. */
			output: z.string().min(1),
			/** Of a classification: the output with a column of probabilities for each class, in this order. */
			probabilities: z
				.strictObject({ output: z.string().min(1), classes: z.array(z.union([z.number(), z.string()])).min(2) })
				.optional(),
			/** SHA-256 of the bytes of heldout.json, and how many rows it has. */
			heldout: z.strictObject({ sha256, rows: z.int().positive() }),
		})
		.optional(),
});
export type TrainingManifest = z.output<typeof TrainingManifest>;

/** What starts a registration: the run's files lie under `stagingPrefix(model, run)` in the artifact bucket. */
export const RegisterRequest = z.strictObject({ model: z.string().min(1), run: z.string().min(1) });
export type RegisterRequest = z.output<typeof RegisterRequest>;

/** What a registration answers. `champion` says whether the version serves at once, as a model's first one does. */
export interface RegisterResponse {
	model: string;
	version: number;
	sha256: string;
	champion: boolean;
}
