/**
 * The rows of several inference requests as one request, and the outputs of its response back to each of them.
 * Pure; requests must be of one {@link Shareable} key.
 */
import { type InferBody, isObject, type Shareable } from "./infer-body.ts";

/** JSON text of one request with the rows of all, in their order. */
export function joinRows(bodies: readonly InferBody[]): string {
	const [first, ...others] = bodies;
	if (!first?.shareable || others.length === 0) return JSON.stringify(first?.request);
	const shared = bodies.map(({ shareable }) => shareable).filter((shareable): shareable is Shareable => !!shareable);
	const rows = shared.reduce((sum, shareable) => sum + shareable.rows, 0);
	const inputs = first.shareable.inputs.map((input, i) => ({
		...input,
		shape: [rows, ...input.shape.slice(1)],
		data: shared.flatMap((shareable) => shareable.inputs[i]?.data ?? []),
	}));
	// An id of one of them would be wrong for the others.
	const { id: _, ...request } = first.request;
	return JSON.stringify({ ...request, inputs });
}

interface OutputTensor {
	shape: number[];
	data: unknown[];
	[other: string]: unknown;
}
export interface InferAnswer {
	outputs: OutputTensor[];
	[other: string]: unknown;
}

/** The response as it is, where it is one of the protocol with its data as JSON; undefined where it is not. */
export function readInferAnswer(body: unknown): InferAnswer | undefined {
	if (!isObject(body) || !Array.isArray(body.outputs)) return undefined;
	return body.outputs.every(isOutput) ? { ...body, outputs: body.outputs } : undefined;
}

const isOutput = (output: unknown): output is OutputTensor =>
	isObject(output) && Array.isArray(output.shape) && Array.isArray(output.data);

/** Each request's part of the answer; undefined where some output does not have one row for each row that was sent. */
export function splitRows(answer: InferAnswer, rowCounts: readonly number[]): InferAnswer[] | undefined {
	if (rowCounts.length === 1) return [answer];
	const rows = rowCounts.reduce((sum, count) => sum + count, 0);
	const hasRows = ({ shape, data }: OutputTensor) => shape[0] === rows && data.length % rows === 0;
	if (!answer.outputs.every(hasRows)) return undefined;
	let start = 0;
	return rowCounts.map((count) => {
		const from = start;
		start += count;
		const outputs = answer.outputs.map((output) => {
			// Flat data has several values a row, nested data one list.
			const perRow = output.data.length / rows;
			const data = output.data.slice(from * perRow, (from + count) * perRow);
			return { ...output, shape: [count, ...output.shape.slice(1)], data };
		});
		return { ...answer, outputs };
	});
}

/** JSON text of a job's response: the id is the request's own, else the job's, whoever shared the call. */
export const writeResponse = ({ id: _, outputs, ...answer }: InferAnswer, id: string): string =>
	JSON.stringify({ ...answer, id, outputs });
