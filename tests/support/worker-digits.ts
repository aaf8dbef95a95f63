/** The digit reader as the trainer left it: a queued model of real size, with the trainer's own answers to rows it never saw. */
import { readFileSync } from "node:fs";
import { z } from "zod";

export const DIGITS = "digit-reader";
/** Digits have ten classes. */
export const CLASSES = 10;

const Row = z.object({
	id: z.string(),
	features: z.array(z.number()).length(64),
	label: z.int(),
	probabilities: z.array(z.number()).length(CLASSES),
});
export type DigitRow = z.output<typeof Row>;

export const digitsFixture = (name: "model.onnx" | "manifest.json" | "heldout.json"): URL =>
	new URL(`../fixtures/digit-reader/${name}`, import.meta.url);

export const digitRows: DigitRow[] = z
	.object({ rows: z.array(Row).min(64) })
	.parse(JSON.parse(readFileSync(digitsFixture("heldout.json"), "utf8"))).rows;

/** Text of an inference request for these rows. */
export const digitsRequest = (rows: readonly DigitRow[], change: object = {}): string =>
	JSON.stringify({
		inputs: [
			{
				name: "features",
				datatype: "FP32",
				shape: [rows.length, 64],
				data: rows.flatMap(({ features }) => features),
			},
		],
		...change,
	});

const Answer = z.object({
	model_name: z.literal(DIGITS),
	model_version: z.literal("1"),
	id: z.string(),
	outputs: z.tuple([
		z.object({ name: z.literal("label"), shape: z.array(z.int()), data: z.array(z.int()) }),
		z.object({ name: z.literal("probabilities"), shape: z.array(z.int()), data: z.array(z.number()) }),
	]),
});

/** The labels and probabilities of a job's response. */
export function digitsAnswer(response: string): { id: string; labels: number[]; probabilities: number[] } {
	const { id, outputs } = Answer.parse(JSON.parse(response));
	const [labels, probabilities] = outputs;
	return { id, labels: labels.data, probabilities: probabilities.data };
}

/** The largest distance of an answer's probabilities from the trainer's own. */
export const distance = (probabilities: readonly number[], rows: readonly DigitRow[]): number =>
	Math.max(
		...rows.flatMap((row, i) =>
			row.probabilities.map((own, j) => Math.abs(own - (probabilities[i * CLASSES + j] ?? Number.NaN))),
		),
	);
