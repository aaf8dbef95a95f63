/**
 * A job's inference request as far as a worker must know it: whether it may share a call with others, and how many rows it has.
 * Not its meaning: whether names, datatypes and values fit the model, the model server says.
 */
import { ApiError } from "../../charter/errors.ts";
import { kindOf } from "../shared/inference/tensor-data.ts";
import { parseLossless } from "./lossless-json.ts";

interface InputTensor {
	name: string;
	datatype: string;
	shape: number[];
	data: unknown[];
	[other: string]: unknown;
}

/** Requests of one key ask for the same of rows of the same shape, so that their rows can share one call. */
export interface Shareable {
	key: string;
	rows: number;
	inputs: readonly InputTensor[];
}

export interface InferBody {
	/** The caller's own id, which the response repeats. */
	id: string | undefined;
	/** The whole request as it was sent. */
	request: Record<string, unknown>;
	/** Undefined where it must go alone. */
	shareable: Shareable | undefined;
}

/**
 * @throws {ApiError} INVALID_REQUEST where it is no JSON object with "inputs"
 */
export function readInferBody(text: string): InferBody {
	const request = parseObject(text);
	const { inputs, id } = request;
	if (!Array.isArray(inputs)) throw invalid(`"inputs" of the job's request is ${kindOf(inputs)}`, "a list of tensors");
	return { id: typeof id === "string" ? id : undefined, request, shareable: shareableOf(request, inputs) };
}

function parseObject(text: string): Record<string, unknown> {
	let value: unknown;
	try {
		value = parseLossless(text);
	} catch (cause) {
		throw new ApiError("INVALID_REQUEST", 'The job\'s request is no JSON. Send a JSON object with "inputs".', {
			cause,
		});
	}
	if (isObject(value)) return value;
	throw invalid(`The job's request is ${kindOf(value)}`, 'a JSON object with "inputs"');
}

function shareableOf(request: Record<string, unknown>, inputs: readonly unknown[]): Shareable | undefined {
	const [first] = inputs;
	if (!inputs.every(isWhole) || !isWhole(first)) return undefined;
	const [rows = 0] = first.shape;
	if (inputs.some(({ shape }) => shape[0] !== rows)) return undefined;
	const { outputs, parameters } = request;
	const shapes = inputs.map(({ data, shape: [, ...row], ...rest }) => ({ ...rest, row, isNested: isNested(data) }));
	return { key: JSON.stringify([shapes, outputs, parameters]), rows, inputs };
}

/** Only where the data has exactly the rows that the shape says does a row of a batch belong to whom it is taken for. */
function isWhole(input: unknown): input is InputTensor {
	if (!isObject(input) || typeof input.name !== "string" || typeof input.datatype !== "string") return false;
	const { shape, data } = input;
	if (!Array.isArray(shape) || shape.length === 0 || !Array.isArray(data)) return false;
	if (!shape.every((size) => Number.isSafeInteger(size) && size > 0)) return false;
	return isNested(data)
		? shape.length > 1 && data.length === shape[0] && data.every(Array.isArray)
		: data.length === shape.reduce((product: number, size: number) => product * size, 1);
}

const isNested = (data: readonly unknown[]): boolean => Array.isArray(data[0]);

export const isObject = (value: unknown): value is Record<string, unknown> =>
	value !== null && typeof value === "object" && !Array.isArray(value);

const invalid = (what: string, wanted: string): ApiError => new ApiError("INVALID_REQUEST", `${what}. Send ${wanted}.`);
