/**
 * `heldout.json` of a training run: rows that the model has not seen, what is true of them, and the trainer's own answers.
 * Schemas and bounds only; who evaluates a model on it is functions/evaluate.
 */
import { z } from "zod";

/** The third file of a run; a run that is registered by hand may lack it. */
export const HELDOUT_FILE = "heldout.json";

/** Bounds of what is evaluated in one go; a larger held-out set says no more than a sample of it. */
export const HELDOUT_LIMITS = {
	bytesMax: 32 * 1024 * 1024,
	rowsMax: 50_000,
	/** Values in all rows together. */
	valuesMax: 5_000_000,
	slicesMax: 32,
	sliceNameMax: 60,
} as const;

/** Slice of all rows: no slice of a run may have this name. */
export const WHOLE_SLICE = "all";

const values = z.union([z.number(), z.string(), z.array(z.number())]);
/**
 * `features`: the row's values of all inputs, one after the other in the signature's order. Beside them the trainer's answers by
 * the name of the model's output.
 */
const Row = z.object({ id: z.string(), features: z.array(z.number()).min(1) }).catchall(values);

const sliceName = z.string().min(1).max(HELDOUT_LIMITS.sliceNameMax);

export const Heldout = z
	.strictObject({
		model: z.string(),
		rows: z.array(Row).min(1).max(HELDOUT_LIMITS.rowsMax),
		/** What is true of each row: its class, or its value. */
		targets: z.array(z.union([z.number(), z.string()])),
		/** Indexes of rows by the slice's name; slices may overlap. */
		slices: z
			.record(sliceName, z.array(z.int().min(0)).min(1))
			.refine((slices) => Object.keys(slices).length <= HELDOUT_LIMITS.slicesMax, {
				error: `there are at most ${HELDOUT_LIMITS.slicesMax} slices`,
			})
			.default({}),
	})
	.superRefine(({ rows, targets, slices }, context) => {
		const issue = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message });
		if (targets.length !== rows.length) issue("targets", `there are ${targets.length} for ${rows.length} rows`);
		if (new Set(targets.map((target) => typeof target)).size > 1)
			issue("targets", "some are numbers and some are text");
		const width = rows[0]?.features.length ?? 0;
		if (rows.some(({ features }) => features.length !== width))
			issue("rows", "they differ in how many features they have");
		if (rows.length * width > HELDOUT_LIMITS.valuesMax)
			issue("rows", `they have ${rows.length * width} values, more than ${HELDOUT_LIMITS.valuesMax}`);
		for (const [name, indexes] of Object.entries(slices)) {
			if (name === WHOLE_SLICE) issue("slices", `"${WHOLE_SLICE}" is the name of all rows`);
			if (indexes.some((index) => index >= rows.length))
				issue(`slices.${name}`, `it names a row beyond the ${rows.length}`);
			if (new Set(indexes).size < indexes.length) issue(`slices.${name}`, "it names a row twice");
		}
	});
export type Heldout = z.output<typeof Heldout>;
