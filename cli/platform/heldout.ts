/** The rows that a trainer kept apart, with its own predictions of them: what the platform's must equal. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import type { Answer, Tensor } from "./client.ts";

const values = z.union([z.number(), z.array(z.number())]);
/** Beside a row's own fields, the trainer's answers by the name of the model's output. */
const Row = z.object({ id: z.string(), features: z.array(z.number()) }).catchall(values);
const Heldout = z.object({ model: z.string(), rows: z.array(Row) });

export interface HeldoutRow {
	id: string;
	features: number[];
	/** By the name of the model's output, one number or more of a row. */
	answers: Readonly<Record<string, readonly number[]>>;
}

/** How far a number may be from the trainer's, absolutely up to 1 and relatively above; a label not at all. */
const TOLERANCE = 1e-5;
const EXACT_OUTPUT = "label";

/** Reads a run's `heldout.json`. */
export const readHeldout = async (file: string): Promise<HeldoutRow[]> => parseHeldout(await readFile(file, "utf8"));

/** @param text of a run's `heldout.json` */
export function parseHeldout(text: string): HeldoutRow[] {
	const { rows } = Heldout.parse(JSON.parse(text));
	return rows.map(({ id, features, ...answers }) => ({
		id,
		features,
		answers: Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, [value].flat()])),
	}));
}

/** The rows in groups of at most `size`, in their order. */
export const inChunks = (rows: readonly HeldoutRow[], size: number): HeldoutRow[][] =>
	Array.from({ length: Math.ceil(rows.length / size) }, (_, i) => rows.slice(i * size, (i + 1) * size));

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
export function assertEqualsTrainer(
	{ status, body }: Pick<Answer, "status" | "body">,
	rows: readonly HeldoutRow[],
): void {
	if (status !== 200) throw new TriplaneError(`A prediction was answered with ${status}: ${JSON.stringify(body)}`);
	const parsed = Outputs.safeParse(body);
	if (!parsed.success) throw new TriplaneError(`A prediction has no outputs of numbers: ${JSON.stringify(body)}`);
	const outputs = new Map(parsed.data.outputs.map(({ name, data }) => [name, data]));
	for (const [i, row] of rows.entries())
		for (const [name, theirs] of Object.entries(row.answers)) {
			const mine = outputs.get(name)?.slice(i * theirs.length, (i + 1) * theirs.length) ?? [];
			if (!theirs.every((number, k) => isEqual(name, number, mine[k])))
				throw new TriplaneError(`The platform's ${name} of ${row.id} is ${mine}, the trainer's ${theirs}.`);
		}
}

function isEqual(output: string, theirs: number, mine = Number.NaN): boolean {
	if (output === EXACT_OUTPUT) return mine === theirs;
	return Math.abs(mine - theirs) <= TOLERANCE * Math.max(1, Math.abs(theirs));
}
