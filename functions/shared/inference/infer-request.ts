/**
 * Reads an inference request of the Open Inference Protocol, strictly, against a version's signature.
 * By hand and not by a schema library: it is the hot path, and each fault must name the place and the remedy.
 * @see https://github.com/open-inference/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import { ApiError } from "../../../charter/errors.ts";
import {
	PARAMETERS_MAX_CHARACTERS,
	PARTITION_KEY_MAX_BYTES,
	REALTIME_BATCH_MAX_ROWS,
} from "../../../charter/limits.ts";
import type { Signature, TensorSpec, VersionRecord } from "../../../charter/registry.ts";
import { entityKey } from "../../../charter/tenancy.ts";
import { binaryTensorsError } from "./body.ts";
import type { Tensor } from "./ports.ts";
import { kindOf, readTensorData } from "./tensor-data.ts";

export interface InferRequest {
	/** The caller's own id, which the response repeats. */
	id: string | undefined;
	rows: number;
	/** What was sent by value, in the signature's order. */
	tensors: Tensor[];
	/** What was sent by entity: one id a row, for the input that the signature's features name. */
	entities: string[] | undefined;
	/** Names of the outputs to answer, in the order asked for. */
	outputs: string[];
}

const ID_MAX_CHARACTERS = 256;

/**
 * @param rowsMax most rows that one request may have
 * @throws {ApiError} INVALID_REQUEST or PAYLOAD_TOO_LARGE that names the first fault, its place and what to send instead
 */
export function readInferRequest(
	body: unknown,
	{ model, signature }: Pick<VersionRecord, "model" | "signature">,
	rowsMax: number = REALTIME_BATCH_MAX_ROWS,
): InferRequest {
	const request = record(body, "The body", ["id", "parameters", "inputs", "outputs"]);
	// binary_data_output is a wish that the protocol lets a server not grant; clients then read the JSON.
	readParameters(request.parameters, '"parameters"');
	const inputs = readInputs(request.inputs, signature, rowsMax);
	if (inputs.entities) checkEntities(inputs.entities, model, signature.features?.entityInput);
	return { id: readId(request.id), ...inputs, outputs: readOutputs(request.outputs, signature) };
}

/** Bounded: they are kept, keyed by and sent on with the request. None are as good as empty ones. */
function readParameters(parameters: unknown, where: string): Record<string, unknown> {
	if (parameters === undefined) return {};
	const known = record(parameters, where);
	const { length } = JSON.stringify(known);
	if (length <= PARAMETERS_MAX_CHARACTERS) return known;
	throw new ApiError(
		"PAYLOAD_TOO_LARGE",
		`${where} takes ${length} characters, more than the ${PARAMETERS_MAX_CHARACTERS} that it may. Send tensors as inputs.`,
	);
}

function readId(id: unknown): string | undefined {
	if (id === undefined || (typeof id === "string" && id.length <= ID_MAX_CHARACTERS)) return id;
	const what = typeof id === "string" ? `has ${id.length} characters` : `is ${kindOf(id)}`;
	throw fault(`"id" ${what}`, `Send a string of at most ${ID_MAX_CHARACTERS} characters, or none`);
}

/** An id that no key of the feature table can hold is unknown to it; asking would fail the request, and all its other rows. */
function checkEntities(entities: readonly string[], model: string, input = ""): void {
	for (const [row, id] of entities.entries()) {
		const bytes = Buffer.byteLength(entityKey(model, id));
		if (bytes > PARTITION_KEY_MAX_BYTES)
			throw fault(
				`"${input}" has an id in row ${row} of which no features can be stored: its key takes ${bytes} bytes, more than the ${PARTITION_KEY_MAX_BYTES} of the feature table`,
				"Send a known id, or the values themselves",
			);
	}
}

function readInputs(inputs: unknown, { inputs: specs, features }: Signature, rowsMax: number) {
	if (!Array.isArray(inputs)) throw fault(`"inputs" is ${kindOf(inputs)}`, `Send a list of tensors: ${names(specs)}`);
	const entitySpec: TensorSpec | undefined = features && { name: features.entityInput, datatype: "BYTES", shape: [-1] };
	const sent = new Map<string, Tensor>();
	let rows: number | undefined;
	for (const [i, item] of inputs.entries()) {
		const input = record(item, `inputs[${i}]`, ["name", "shape", "datatype", "parameters", "data"]);
		const { name } = input;
		const spec = [...specs, ...(entitySpec ? [entitySpec] : [])].find((known) => known.name === name);
		if (!spec || typeof name !== "string")
			throw fault(
				`inputs[${i}] has the name ${typeof name === "string" ? `"${name.slice(0, 60)}"` : kindOf(name)}, which the model does not have`,
				`Send ${names(specs)}${entitySpec ? ` (or "${entitySpec.name}" instead of "${features?.input}")` : ""}`,
			);
		if (sent.has(name)) throw fault(`inputs[${i}] repeats "${name}"`, "Send each input once");
		const tensor = readTensor(input, spec, rowsMax, `inputs[${i}] "${name}"`);
		rows ??= tensor.shape[0];
		if (tensor.shape[0] !== rows)
			throw fault(
				`inputs[${i}] "${name}" has ${tensor.shape[0]} rows, but the first input has ${rows}`,
				"Send as many rows in each",
			);
		sent.set(name, tensor);
	}
	const entities = features && sent.get(features.entityInput);
	if (features && entities && sent.has(features.input))
		throw fault(`Both "${features.input}" and "${features.entityInput}" were sent`, "Send one of the two");
	const tensors: Tensor[] = [];
	for (const spec of specs) {
		const tensor = sent.get(spec.name);
		if (tensor) tensors.push(tensor);
		else if (!(entities && spec.name === features?.input))
			throw fault(`The input "${spec.name}" is missing`, `Send ${names(specs)}`);
	}
	return { rows: rows ?? 0, tensors, entities: entities && (entities.data as string[]) };
}

function readTensor(input: Record<string, unknown>, spec: TensorSpec, rowsMax: number, where: string): Tensor {
	const { name, datatype } = spec;
	if (input.datatype !== datatype)
		throw fault(
			`${where} has the datatype ${typeof input.datatype === "string" ? input.datatype.slice(0, 20) : kindOf(input.datatype)}, but the model takes ${datatype}`,
			`Send ${datatype}`,
		);
	const parameters = readParameters(input.parameters, `The "parameters" of ${where}`);
	if (Object.hasOwn(parameters, "binary_data_size")) throw binaryTensorsError(`"binary_data_size" of ${where}`);
	if (Object.hasOwn(parameters, "shared_memory_region"))
		throw fault(`${where} names a shared memory region, which a function does not have`, 'Send the values as "data"');
	const shape = readShape(input.shape, spec, rowsMax, where);
	return { name, datatype, shape, data: readTensorData(input.data, datatype, shape, where) };
}

/** An entity input may come as [n] or, as clients often send columns, as [n, 1]. */
function readShape(shape: unknown, { shape: wanted, datatype }: TensorSpec, rowsMax: number, where: string): number[] {
	const isSizes = (value: unknown): value is number[] =>
		Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 1);
	const todo = `Send a shape that fits [${wanted}], where -1 is any number from 1`;
	if (!isSizes(shape)) throw fault(`${where} has a shape that is no list of whole numbers from 1`, todo);
	const isColumn = datatype === "BYTES" && wanted.length === 1 && shape.length === 2 && shape[1] === 1;
	const fits = shape.length === wanted.length && wanted.every((size, i) => size === -1 || size === shape[i]);
	if (!fits && !isColumn) throw fault(`${where} has the shape [${shape.slice(0, 10)}]`, todo);
	const [rows = 0] = shape;
	if (rows > rowsMax)
		throw new ApiError(
			"PAYLOAD_TOO_LARGE",
			`${where} has ${rows} rows, more than the ${rowsMax} of one request. Split the rows over several requests.`,
		);
	return shape;
}

function readOutputs(outputs: unknown, { outputs: specs }: Signature): string[] {
	if (outputs === undefined) return specs.map(({ name }) => name);
	if (!Array.isArray(outputs))
		throw fault(`"outputs" is ${kindOf(outputs)}`, `Send a list of ${names(specs)}, or leave it out`);
	if (outputs.length === 0) return specs.map(({ name }) => name);
	const asked: string[] = [];
	for (const [i, item] of outputs.entries()) {
		const { name, parameters } = record(item, `outputs[${i}]`, ["name", "parameters"]);
		if (typeof name !== "string" || !specs.some((spec) => spec.name === name))
			throw fault(
				`outputs[${i}] has the name ${typeof name === "string" ? `"${name.slice(0, 60)}"` : kindOf(name)}, which the model does not have`,
				`Ask for ${names(specs)}`,
			);
		if (asked.includes(name)) throw fault(`outputs[${i}] repeats "${name}"`, "Ask for each output once");
		const wishes = readParameters(parameters, `The "parameters" of outputs[${i}]`);
		for (const unsupported of ["classification", "shared_memory_region"])
			if (Object.hasOwn(wishes, unsupported))
				throw fault(`outputs[${i}] asks for ${unsupported}, which is not supported`, "Read the output's data instead");
		asked.push(name);
	}
	return asked;
}

/** An object with these keys only; any keys where `keys` is left out. */
function record(value: unknown, where: string, keys?: readonly string[]): Record<string, unknown> {
	if (value === null || typeof value !== "object" || Array.isArray(value))
		throw fault(`${where} is ${kindOf(value)}`, "Send an object");
	const unknown = keys && Object.keys(value).find((key) => !keys.includes(key));
	if (unknown !== undefined)
		throw fault(`${where} has the unknown key "${unknown.slice(0, 60)}"`, `Its keys are ${keys?.join(", ")}`);
	return value as Record<string, unknown>;
}

const names = (specs: readonly TensorSpec[]): string =>
	specs.map(({ name, datatype, shape }) => `"${name}" (${datatype} [${shape}])`).join(" and ");

const fault = (what: string, todo: string): ApiError => new ApiError("INVALID_REQUEST", `${what}. ${todo}.`);
