/**
 * The feature step: entity ids in, the tensor that the model takes out, within the budget's time.
 * Where the values are kept is the store's business.
 */
import { ApiError, TriplaneError } from "../../charter/errors.ts";
import type { Signature } from "../../charter/registry.ts";
import type { Deadline } from "../shared/deadline.ts";
import type { FeatureStore, Tensor } from "./ports.ts";
import { readTensorData } from "./tensor-data.ts";

/** An entity's record lacks what the model's signature needs. A fault of whoever writes features. */
class FeatureRecordError extends TriplaneError {
	override readonly name = "FeatureRecordError";
}

export interface FeatureOptions {
	model: string;
	store: FeatureStore;
	/** The budget of this hop. */
	featuresMs: number;
}

const RETRY_SECONDS = 1;

/**
 * The tensor of `signature.features.input` for these entities, one row each, in their order.
 * @throws {ApiError} INVALID_REQUEST that names an unknown entity, DEADLINE_EXCEEDED, UNAVAILABLE
 * @throws {FeatureRecordError} where an entity has no number for a column
 */
export async function fetchFeatures(
	{ model, store, featuresMs }: FeatureOptions,
	signature: Signature,
	entities: readonly string[],
	deadline: Deadline,
): Promise<Tensor> {
	const { features, inputs } = signature;
	const spec = inputs.find(({ name }) => name === features?.input);
	if (!features || !spec)
		throw new FeatureRecordError(`The signature of "${model}" names no input for features. Register it with one.`);
	deadline.check("the features were read");
	const ids = [...new Set(entities)];
	const values = await deadline.limit(featuresMs, (signal) =>
		store.read(model, ids, signal).catch((cause: unknown) => {
			throw readError(
				cause,
				signal.aborted ? `of ${ids.length} entities were not read within ${featuresMs} ms` : undefined,
			);
		}),
	);
	const rows = entities.map((id, i) => rowOf(values.get(id), id, i, features));
	const shape = [rows.length, features.columns.length];
	return {
		name: spec.name,
		datatype: spec.datatype,
		shape,
		data: readTensorData(rows.flat(), spec.datatype, shape, `The features of "${features.entityInput}"`),
	};
}

/** @param late what was not done in time, where that is why reading ended */
function readError(cause: unknown, late: string | undefined): ApiError {
	const options = { cause, retryAfterSeconds: RETRY_SECONDS };
	return late
		? new ApiError("DEADLINE_EXCEEDED", `The features ${late}. Send fewer entities, or try again.`, options)
		: new ApiError("UNAVAILABLE", "The feature table cannot be read now. Try again.", options);
}

function rowOf(
	values: ReadonlyMap<string, number> | undefined,
	id: string,
	row: number,
	{ entityInput, columns }: NonNullable<Signature["features"]>,
): number[] {
	if (!values)
		throw new ApiError(
			"INVALID_REQUEST",
			`"${entityInput}" has "${id.slice(0, 60)}" in row ${row}, of which no features are stored. Send a known id, or the values themselves.`,
		);
	return columns.map((column) => {
		const value = values.get(column);
		if (value === undefined)
			throw new FeatureRecordError(
				`The features of "${id}" have no number for the column "${column}". Write the record anew.`,
			);
		return value;
	});
}
