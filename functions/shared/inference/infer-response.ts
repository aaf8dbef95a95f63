/**
 * Writes an inference response of the Open Inference Protocol as JSON text.
 * By hand where JSON.stringify would lose a value: 64-bit integers keep all their digits.
 */
import type { Answer } from "../http/answer.ts";
import type { Tensor } from "./ports.ts";

export interface InferResult {
	model: string;
	version: number;
	id: string;
	outputs: readonly Tensor[];
}

export function writeInferResponse({ model, version, id, outputs }: InferResult): Answer {
	const head = JSON.stringify({ model_name: model, model_version: String(version), id });
	const tensors = outputs.map(({ name, datatype, shape, data }) => {
		const tensor = JSON.stringify({ name, datatype, shape });
		return `${tensor.slice(0, -1)},"data":${dataJson({ datatype, data })}}`;
	});
	return { status: 200, body: `${head.slice(0, -1)},"outputs":[${tensors.join(",")}]}`, headers: {} };
}

/** Values as a JSON list. JSON has no NaN or infinity: they become null, which numerical clients read as NaN. */
export function dataJson({ datatype, data }: Pick<Tensor, "datatype" | "data">): string {
	if (data instanceof BigInt64Array || data instanceof BigUint64Array) return `[${data.join(",")}]`;
	if (datatype === "BOOL" && data instanceof Uint8Array)
		return JSON.stringify(Array.from(data, (value) => value === 1));
	return JSON.stringify(Array.isArray(data) ? data : Array.from(data));
}
