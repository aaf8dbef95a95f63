/**
 * A model's outputs taken apart into rows again: as lines of the output object, and as numbers for the feature table.
 * The same outputs give the same bytes: the keys' order is fixed, and nothing of the moment is in them.
 */
import type { Signature } from "../../charter/registry.ts";
import { featureColumns, rowValues } from "../shared/batch/version.ts";
import { ArtifactError } from "../shared/inference/artifact-error.ts";
import { dataJson } from "../shared/inference/infer-response.ts";
import type { Tensor, TensorData } from "../shared/inference/ports.ts";

/** An entity's predictions, by column. */
export interface Prediction {
	id: string;
	values: Readonly<Record<string, number>>;
}

/**
 * One line a row, each with its end: `{"id":"a","outputs":{"prediction":[151.5]}}`; a single value per row stands alone
 * where the output has no second dimension.
 * @throws {ArtifactError} where the model gave another number of values than its signature says
 */
export function outputLines({ outputs: specs }: Signature, ids: readonly string[], outputs: readonly Tensor[]): string {
	const columns = specs.map((spec, i) => {
		const { datatype, data } = checked(outputs[i], rowValues(spec) * ids.length, spec.name);
		return {
			name: JSON.stringify(spec.name),
			width: rowValues(spec),
			isScalar: spec.shape.length === 1,
			datatype,
			data,
		};
	});
	return ids
		.map((id, row) => {
			const values = columns.map(({ name, width, isScalar, datatype, data }) => {
				const list = dataJson({ datatype, data: part(data, row, width) });
				return `${name}:${isScalar ? list.slice(1, -1) : list}`;
			});
			return `{"id":${JSON.stringify(id)},"outputs":{${values.join(",")}}}\n`;
		})
		.join("");
}

/** What the feature table is told; a value that is no finite number is left out, as the table has none. */
export function predictionsOf(signature: Signature, ids: readonly string[], outputs: readonly Tensor[]): Prediction[] {
	const columns = featureColumns(signature).map(({ output, columns: names }) => {
		const data = outputs.find(({ name }) => name === output)?.data ?? [];
		return { names, data };
	});
	return ids.map((id, row) => {
		const values = columns.flatMap(({ names, data }) =>
			Array.from<unknown, [string, number]>(part(data, row, names.length), (value, i) => [
				names[i] ?? "",
				Number(value),
			]),
		);
		return { id, values: Object.fromEntries(values.filter(([, value]) => Number.isFinite(value))) };
	});
}

const part = (data: TensorData, row: number, width: number): TensorData => data.slice(row * width, (row + 1) * width);

function checked(tensor: Tensor | undefined, count: number, name: string): Tensor {
	if (tensor?.data.length === count) return tensor;
	throw new ArtifactError(
		`The model gave ${tensor?.data.length ?? 0} values of "${name}", not the ${count} that its signature says. Register it with its true signature.`,
	);
}
