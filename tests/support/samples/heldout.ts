/** Reads what a training run leaves and asks its ONNX model about the held-out rows, by the runtime that serves it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { z } from "zod";

const Heldout = z.strictObject({
	model: z.string(),
	rows: z
		.array(
			z
				.looseObject({ id: z.string(), features: z.array(z.number()).min(1) })
				.transform(({ id, features, ...answers }) => ({
					id,
					features,
					answers,
				})),
		)
		.min(1),
	targets: z.array(z.number()).default([]),
	slices: z.record(z.string(), z.array(z.int())).default({}),
});

export type Heldout = z.output<typeof Heldout>;

export const readHeldout = (run: string): Heldout =>
	Heldout.parse(JSON.parse(readFileSync(join(run, "heldout.json"), "utf8")));

/** The trainer's own numbers of one output, row after row. */
export const trainerAnswers = ({ rows }: Heldout, output: string): number[] =>
	rows.flatMap(({ answers }) => z.union([z.number(), z.array(z.number())]).parse(answers[output]));

/** What onnxruntime answers for all held-out rows in one batch, output by output. */
export async function runtimeAnswers(run: string, { rows }: Heldout): Promise<Record<string, number[]>> {
	const session = await InferenceSession.create(join(run, "model.onnx"));
	const columns = rows[0]?.features.length ?? 0;
	const values = Float32Array.from(rows.flatMap(({ features }) => features));
	const outputs = await session.run({ features: new Tensor("float32", values, [rows.length, columns]) });
	return Object.fromEntries(
		Object.entries(outputs).map(([name, { data }]) => [name, Array.from<unknown, number>(data, Number)]),
	);
}
