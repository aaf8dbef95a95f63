/**
 * JSON data of a tensor, flat or nested, to the typed array that ONNX takes; each value checked against its datatype.
 * Not names or shapes of signatures; see infer-request.ts.
 */
import { ApiError } from "../../../charter/errors.ts";
import type { Datatype } from "../../../charter/registry.ts";
import type { TensorData } from "./ports.ts";

const INTEGER_RANGES = {
	INT8: [-(2 ** 7), 2 ** 7 - 1],
	INT16: [-(2 ** 15), 2 ** 15 - 1],
	INT32: [-(2 ** 31), 2 ** 31 - 1],
	// JSON numbers are doubles: beyond these an integer would silently become another one.
	INT64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
	UINT8: [0, 2 ** 8 - 1],
	UINT16: [0, 2 ** 16 - 1],
	UINT32: [0, 2 ** 32 - 1],
	UINT64: [0, Number.MAX_SAFE_INTEGER],
} as const;
const FP32_MAX = 3.4028234663852886e38;

type IntegerDatatype = keyof typeof INTEGER_RANGES;

/**
 * @param data as JSON.parse gave it
 * @param shape positive sizes, of which `data` must be the values, flat or nested
 * @param where names the tensor in messages, as in `inputs[0] "features"`
 * @throws {ApiError} INVALID_REQUEST
 */
export function readTensorData(data: unknown, datatype: Datatype, shape: readonly number[], where: string): TensorData {
	return convert(flatten(data, shape, where), datatype, where);
}

function flatten(data: unknown, shape: readonly number[], where: string): readonly unknown[] {
	if (!Array.isArray(data)) throw invalid(where, `has data that is ${kindOf(data)}`, "Send an array");
	const count = shape.reduce((product, size) => product * size, 1);
	const isNested = data.some(Array.isArray);
	if (!isNested) {
		if (data.length !== count)
			throw invalid(
				where,
				`has ${data.length} values, but its shape [${shape}] holds ${count}`,
				"Send as many as the shape says",
			);
		return data;
	}
	const values: unknown[] = [];
	collect(data, shape, 0, values, where);
	return values;
}

/** Depth is bounded by the shape's rank, which is the signature's. */
function collect(data: unknown, shape: readonly number[], depth: number, into: unknown[], where: string): void {
	if (depth === shape.length) {
		into.push(data);
		return;
	}
	if (!Array.isArray(data) || data.length !== shape[depth])
		throw invalid(
			where,
			`has nested data that does not fit its shape [${shape}]: at depth ${depth} stands ${Array.isArray(data) ? `a list of ${data.length}` : kindOf(data)}, not a list of ${shape[depth]}`,
			"Nest the values row by row, or send them flat",
		);
	for (const item of data) collect(item, shape, depth + 1, into, where);
}

function convert(values: readonly unknown[], datatype: Datatype, where: string): TensorData {
	switch (datatype) {
		case "FP32":
			return fill(new Float32Array(values.length), values, datatype, where, FP32_MAX);
		case "FP64":
			return fill(new Float64Array(values.length), values, datatype, where, Number.MAX_VALUE);
		case "BOOL":
			return Uint8Array.from(values, (value, i) => {
				if (typeof value !== "boolean") throw wrongValue(value, i, datatype, where, "true or false");
				return value ? 1 : 0;
			});
		case "BYTES":
			return values.map((value, i) => {
				if (typeof value !== "string") throw wrongValue(value, i, datatype, where, "a string");
				// Half of a surrogate pair has no UTF-8: it would reach neither a table nor a model as it was sent.
				if (!value.isWellFormed())
					throw invalid(
						where,
						`has half a surrogate pair as value ${i}, which is no ${datatype}`,
						"Send a string of whole characters",
					);
				return value;
			});
		case "INT64":
			return BigInt64Array.from(values, (value, i) => BigInt(integer(value, i, datatype, where)));
		case "UINT64":
			return BigUint64Array.from(values, (value, i) => BigInt(integer(value, i, datatype, where)));
		default: {
			const integers = new INTEGER_ARRAYS[datatype](values.length);
			for (let i = 0; i < values.length; i++) integers[i] = integer(values[i], i, datatype, where);
			return integers;
		}
	}
}

const INTEGER_ARRAYS = {
	INT8: Int8Array,
	INT16: Int16Array,
	INT32: Int32Array,
	UINT8: Uint8Array,
	UINT16: Uint16Array,
	UINT32: Uint32Array,
} as const;

function fill<Floats extends Float32Array | Float64Array>(
	floats: Floats,
	values: readonly unknown[],
	datatype: Datatype,
	where: string,
	max: number,
): Floats {
	for (let i = 0; i < values.length; i++) {
		const value = values[i];
		if (typeof value !== "number" || !(Math.abs(value) <= max))
			throw wrongValue(value, i, datatype, where, `a finite number of at most ±${max}`);
		floats[i] = value;
	}
	return floats;
}

function integer(value: unknown, i: number, datatype: IntegerDatatype, where: string): number {
	const [min, max] = INTEGER_RANGES[datatype];
	if (typeof value !== "number" || !Number.isInteger(value) || value < min || value > max)
		throw wrongValue(value, i, datatype, where, `a whole number from ${min} to ${max}`);
	return value;
}

const invalid = (where: string, what: string, todo: string): ApiError =>
	new ApiError("INVALID_REQUEST", `${where} ${what}. ${todo}.`);

function wrongValue(value: unknown, i: number, datatype: Datatype, where: string, wanted: string): ApiError {
	const shown = typeof value === "number" ? String(value) : kindOf(value);
	return invalid(where, `has ${shown} as value ${i}, which is no ${datatype}`, `Send ${wanted}`);
}

/** What a JSON value is, in words; never the value itself, which may be long or private. */
export function kindOf(value: unknown): string {
	if (value === undefined) return "missing";
	if (value === null) return "null";
	if (Array.isArray(value)) return "a list";
	return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
