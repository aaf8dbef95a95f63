/** Asks a model about held-out rows, in batches, and reads the outputs that are measured. Judges nothing. */
import { TriplaneError } from "../../charter/errors.ts";
import type { Heldout } from "../../charter/heldout.ts";
import type { TrainingManifest } from "../../charter/messages.ts";
import type { Datatype, Signature, TensorSpec } from "../../charter/registry.ts";
import type { ModelSession, Tensor, TensorData } from "../shared/inference/ports.ts";
import { valuesOfRow } from "../shared/runs/files.ts";
import type { Answers, Target } from "./metrics.ts";

export type Evaluation = NonNullable<TrainingManifest["evaluation"]>;

/** The model cannot be measured: it fails on the rows, or answers otherwise than its manifest says. */
export class AnswersError extends TriplaneError {
	override readonly name = "AnswersError";
}

const BATCH_ROWS = 256;

const ARRAYS = {
	BOOL: Uint8Array,
	INT8: Int8Array,
	INT16: Int16Array,
	INT32: Int32Array,
	UINT8: Uint8Array,
	UINT16: Uint16Array,
	UINT32: Uint32Array,
	FP32: Float32Array,
	FP64: Float64Array,
} as const;

/**
 * @param check called before each batch; throws to stop
 * @throws {AnswersError}
 */
export async function answersOf(
	session: ModelSession,
	signature: Signature,
	{ task, output, probabilities }: Evaluation,
	rows: Heldout["rows"],
	check: () => void,
): Promise<Answers> {
	const wanted = [output, ...(probabilities ? [probabilities.output] : [])];
	const size = batchRows(signature);
	const values: Target[] = [];
	const shares: number[][] = [];
	for (let at = 0; at < rows.length; at += size) {
		check();
		const batch = rows.slice(at, at + size);
		const [labels, table] = await run(session, inputsOf(signature, batch), wanted, at, batch.length);
		const found = rowsOf(labels, batch.length, 1, output).map(([value]) => value ?? Number.NaN);
		if (task === "regression") assertNumbers(found, output);
		values.push(...found);
		if (!probabilities) continue;
		const given = rowsOf(table, batch.length, probabilities.classes.length, probabilities.output);
		for (const row of given) assertNumbers(row, probabilities.output);
		shares.push(...given.map((row) => row.map(Number)));
	}
	return { values, ...(probabilities && { probabilities: shares }) };
}

async function run(
	session: ModelSession,
	inputs: Tensor[],
	wanted: string[],
	at: number,
	rows: number,
): Promise<Tensor[]> {
	try {
		return await session.run(inputs, wanted);
	} catch (cause) {
		const words = cause instanceof Error ? cause.message : String(cause);
		throw new AnswersError(
			`it fails on the held-out rows ${at + 1} to ${at + rows}: ${words.slice(0, 300)}. Correct the model, or take out rows that it need not answer`,
			{ cause },
		);
	}
}

/** As many rows at once as all inputs take. */
function batchRows({ inputs }: Signature): number {
	const sizes = new Set(inputs.map(({ shape }) => shape[0]));
	if (sizes.size === 1 && sizes.has(-1)) return BATCH_ROWS;
	if (sizes.size === 1 && sizes.has(1)) return 1;
	throw new AnswersError(
		"its inputs do not take any number of rows, nor one. Export it with -1 as the first dimension of each input",
	);
}

function inputsOf({ inputs }: Signature, rows: Heldout["rows"]): Tensor[] {
	let from = 0;
	return inputs.map((spec) => {
		const width = valuesOfRow(spec);
		const values = rows.flatMap(({ features }) => features.slice(from, from + width));
		from += width;
		return {
			name: spec.name,
			datatype: spec.datatype,
			shape: [rows.length, ...spec.shape.slice(1)],
			data: typed(values, spec),
		};
	});
}

function typed(values: number[], { name, datatype }: TensorSpec): TensorData {
	if (datatype === "BYTES")
		throw new AnswersError(`its input "${name}" is BYTES, but held-out rows are numbers. Evaluate it by other means`);
	if (datatype === "INT64" || datatype === "UINT64") {
		const fraction = values.find((value) => !Number.isSafeInteger(value) || (datatype === "UINT64" && value < 0));
		if (fraction !== undefined)
			throw new AnswersError(`its input "${name}" is ${datatype}, but a held-out row has ${fraction} for it`);
		return datatype === "INT64" ? BigInt64Array.from(values, BigInt) : BigUint64Array.from(values, BigInt);
	}
	return ARRAYS[datatype].from(values);
}

/** The output's values in rows of one width. */
function rowsOf(tensor: Tensor | undefined, rows: number, width: number, name: string): Target[][] {
	const data = Array.from<bigint | number | string, Target>(tensor?.data ?? [], (value) =>
		typeof value === "bigint" ? Number(value) : value,
	);
	if (data.length !== rows * width)
		throw new AnswersError(
			`its output "${name}" has ${data.length} values for ${rows} rows, not ${width} for each. Name the right output in the manifest's evaluation`,
		);
	return Array.from({ length: rows }, (_, row) => data.slice(row * width, (row + 1) * width));
}

/** What is no number has no metric, and would be refused by none. */
function assertNumbers(values: readonly Target[], name: string): void {
	const fault = values.find((value) => !Number.isFinite(Number(value)));
	if (fault === undefined) return;
	throw new AnswersError(
		`its output "${name}" is ${fault} for a held-out row, which is no number. Correct the model, or take out rows that it need not answer`,
	);
}

/** Labels may be of any type, values only numbers. */
export const isComparable = (task: Evaluation["task"], datatype: Datatype): boolean =>
	task === "classification" || !["BYTES", "BOOL"].includes(datatype);
