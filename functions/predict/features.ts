/**
 * The feature step: entity ids in, the tensor that the model takes out, within the budget's time.
 * Where the values are kept is the store's business.
 */
import { ApiError, TriplaneError } from "../../charter/errors.ts";
import type { Datatype, Signature } from "../../charter/registry.ts";
import type { Deadline } from "../shared/deadline.ts";
import type { FeatureStore, Tensor } from "../shared/inference/ports.ts";
import { readTensorData } from "../shared/inference/tensor-data.ts";

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
 * @throws {FeatureRecordError} where an entity has no number for a column, or one that the model cannot take
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
	const late = lateError(ids.length, featuresMs, deadline);
	const values = await deadline.limit(featuresMs, (signal) =>
		store.read(model, ids, signal).catch((cause: unknown) => {
			if (signal.aborted) throw late(cause);
			throw new ApiError("UNAVAILABLE", "The feature table cannot be read now. Try again.", {
				cause,
				retryAfterSeconds: RETRY_SECONDS,
			});
		}),
	);
	const { name, datatype } = spec;
	const rows = entities.map((id, i) => rowOf(values.get(id), id, i, { ...features, datatype }));
	const shape = [rows.length, features.columns.length];
	return { name, datatype, shape, data: readTensorData(rows.flat(), datatype, shape, "The features") };
}

/** The error of a read that takes too long, in the words of the limit that is the shorter one now: the budget or the deadline. */
function lateError(count: number, featuresMs: number, deadline: Deadline): (cause: unknown) => ApiError {
	const what = `the features of ${count === 1 ? "1 entity" : `${count} entities`} were read`;
	if (deadline.leftMs() <= featuresMs) return (cause) => deadline.exceeded(what, { cause });
	const todo = count === 1 ? "Try again" : "Send fewer entities, or try again";
	return (cause) =>
		new ApiError("DEADLINE_EXCEEDED", `The model's budget of ${featuresMs} ms was over before ${what}. ${todo}.`, {
			cause,
			retryAfterSeconds: RETRY_SECONDS,
		});
}

function rowOf(
	values: ReadonlyMap<string, number> | undefined,
	id: string,
	row: number,
	{ entityInput, columns, datatype }: NonNullable<Signature["features"]> & { datatype: Datatype },
): number[] {
	if (!values)
		throw new ApiError(
			"INVALID_REQUEST",
			`"${entityInput}" has "${id.slice(0, 60)}" in row ${row}, of which no features are stored. Send a known id, or the values themselves.`,
		);
	const numbers = columns.map((column) => {
		const value = values.get(column);
		if (value === undefined)
			throw new FeatureRecordError(
				`The features of "${id}" have no number for the column "${column}". Write the record anew.`,
			);
		return value;
	});
	try {
		readTensorData(numbers, datatype, [numbers.length], `The record of "${id}"`);
	} catch (cause) {
		// What the table holds is not the caller's doing.
		throw new FeatureRecordError(`The features of "${id}" are not what the model takes. Write the record anew.`, {
			cause,
		});
	}
	return numbers;
}
