/**
 * Reads the rows of a chunk, one JSON object a line, strictly against the version's signature: `{"id": "…", "inputs": {…}}`
 * with the values of the row by input. Faults name the line as an editor counts it.
 */
import { ApiError } from "../../charter/errors.ts";
import type { Datatype, Signature, TensorSpec } from "../../charter/registry.ts";
import { BatchInputError } from "../shared/batch/errors.ts";
import type { Tensor, TensorData } from "../shared/inference/ports.ts";
import { kindOf, readTensorData } from "../shared/inference/tensor-data.ts";

/** One row: its id, and its values in the order of the signature's inputs. */
export interface Row {
	id: string;
	values: TensorData[];
}

const ID_MAX_CHARACTERS = 256;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * @param where the line's object and number, for the message
 * @throws {BatchInputError}
 */
export function readRow(line: Uint8Array, { inputs: specs }: Signature, where: string): Row {
	const row = objectWith(parseLine(line, where), ["id", "inputs"], where);
	const { id } = row;
	if (typeof id !== "string" || id === "" || id.length > ID_MAX_CHARACTERS || !id.isWellFormed())
		throw fault(where, `has an "id" that is no text`, `Give a text of 1 to ${ID_MAX_CHARACTERS} characters`);
	const names = specs.map(({ name }) => name);
	const inputs = objectWith(row.inputs, names, `"inputs" in ${where}`);
	return { id, values: specs.map((spec) => readValues(inputs[spec.name], spec, where)) };
}

function parseLine(line: Uint8Array, where: string): unknown {
	try {
		return JSON.parse(decoder.decode(line));
	} catch (cause) {
		throw new BatchInputError(
			`${where} is no JSON in UTF-8. Write one object a line, as in {"id": "a", "inputs": {…}}.`,
			{ cause },
		);
	}
}

/** The row's part of a tensor: the specification's shape without its rows; a single value may stand without a list. */
function readValues(value: unknown, { name, datatype, shape }: TensorSpec, where: string): TensorData {
	const rowShape = shape.length > 1 ? shape.slice(1) : [1];
	const data = Array.isArray(value) || shape.length > 1 ? value : [value];
	try {
		return readTensorData(data, datatype, rowShape, `"${name}" in ${where}`);
	} catch (thrown) {
		if (thrown instanceof ApiError) throw new BatchInputError(thrown.message, { cause: thrown });
		throw thrown;
	}
}

/** An object with exactly these keys. */
function objectWith(value: unknown, keys: readonly string[], where: string): Record<string, unknown> {
	const shown = keys.map((key) => `"${key}"`).join(" and ");
	if (value === null || typeof value !== "object" || Array.isArray(value))
		throw fault(where, `is ${kindOf(value)}`, `Give an object with ${shown}`);
	const unknown = Object.keys(value).find((key) => !keys.includes(key));
	if (unknown !== undefined)
		throw fault(where, `has the unknown key "${unknown.slice(0, 60)}"`, `Its keys are ${shown}`);
	const missing = keys.find((key) => !Object.hasOwn(value, key));
	if (missing !== undefined) throw fault(where, `has no "${missing}"`, `Its keys are ${shown}`);
	return value as Record<string, unknown>;
}

const fault = (where: string, what: string, todo: string): BatchInputError =>
	new BatchInputError(`${where} ${what}. ${todo}.`);

/** The rows' values put together, one tensor an input. */
export const tensorsOf = ({ inputs }: Signature, rows: readonly Row[]): Tensor[] =>
	inputs.map(({ name, datatype, shape }, i) => ({
		name,
		datatype,
		shape: [rows.length, ...shape.slice(1)],
		data: joined(
			datatype,
			rows.flatMap(({ values }) => (values[i] === undefined ? [] : [values[i]])),
		),
	}));

const ARRAYS = {
	BOOL: Uint8Array,
	INT8: Int8Array,
	INT16: Int16Array,
	INT32: Int32Array,
	INT64: BigInt64Array,
	UINT8: Uint8Array,
	UINT16: Uint16Array,
	UINT32: Uint32Array,
	UINT64: BigUint64Array,
	FP32: Float32Array,
	FP64: Float64Array,
} as const satisfies Record<Exclude<Datatype, "BYTES">, unknown>;

function joined(datatype: Datatype, parts: readonly TensorData[]): TensorData {
	if (datatype === "BYTES") return parts.flatMap((part) => (Array.isArray(part) ? part : []));
	const numeric = parts.flatMap((part) => (Array.isArray(part) ? [] : [part]));
	const bytes = new Uint8Array(numeric.reduce((sum, { byteLength }) => sum + byteLength, 0));
	let at = 0;
	for (const { buffer, byteOffset, byteLength } of numeric) {
		bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
		at += byteLength;
	}
	return new ARRAYS[datatype](bytes.buffer);
}
