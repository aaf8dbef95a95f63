/** The rows that a trainer kept apart, with its own predictions of them: what the platform's must equal. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import type { Answer, Tensor } from "./client.ts";

const Heldout = z.object({
	model: z.string(),
	rows: z.array(
		z.object({ id: z.string(), features: z.array(z.number()), label: z.number(), probabilities: z.array(z.number()) }),
	),
});
export type HeldoutRow = z.output<typeof Heldout>["rows"][number];

/** How far a probability may be from the trainer's. */
const PROBABILITY_TOLERANCE = 1e-5;

/** Reads a run's `heldout.json`. */
export async function readHeldout(file: string): Promise<HeldoutRow[]> {
	return Heldout.parse(JSON.parse(await readFile(file, "utf8"))).rows;
}

/** The request for some rows, by their values. */
export const requestByValues = (rows: readonly HeldoutRow[]): { inputs: Tensor[] } => ({
	inputs: [
		{
			name: "features",
			datatype: "FP32",
			shape: [rows.length, rows[0]?.features.length ?? 0],
			data: rows.flatMap((row) => row.features),
		},
	],
});

/** The request for some rows by who they are; the platform fetches the values. */
export const requestByEntity = (entityInput: string, rows: readonly HeldoutRow[]): { inputs: Tensor[] } => ({
	inputs: [{ name: entityInput, datatype: "BYTES", shape: [rows.length], data: rows.map((row) => row.id) }],
});

const Outputs = z.object({ outputs: z.array(z.object({ name: z.string(), data: z.array(z.number()) })) });

/** @throws {TriplaneError} that names the first row on which an answer differs from the trainer's own prediction */
export function assertEqualsTrainer(answer: Answer, rows: readonly HeldoutRow[]): void {
	if (answer.status !== 200)
		throw new TriplaneError(`A prediction was answered with ${answer.status}: ${JSON.stringify(answer.body)}`);
	const parsed = Outputs.safeParse(answer.body);
	if (!parsed.success)
		throw new TriplaneError(`A prediction has no outputs of numbers: ${JSON.stringify(answer.body)}`);
	const { outputs } = parsed.data;
	const of = (name: string) => outputs.find((output) => output.name === name)?.data ?? [];
	const [labels, probabilities] = [of("label"), of("probabilities")];
	rows.forEach((row, i) => {
		const classes = row.probabilities.length;
		const mine = probabilities.slice(i * classes, (i + 1) * classes);
		const off = row.probabilities.some((p, k) => !(Math.abs(p - (mine[k] ?? Number.NaN)) <= PROBABILITY_TOLERANCE));
		if (labels[i] !== row.label || off)
			throw new TriplaneError(
				`The platform predicts ${labels[i]} (${mine}) for ${row.id}, the trainer ${row.label} (${row.probabilities}).`,
			);
	});
}
