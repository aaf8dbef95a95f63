/** Signatures as one text, by which two of them are compared. */
import type { Signature } from "../../../charter/registry.ts";

/** The same text for the same signature, whatever the order of the fields. */
export function canonical({ inputs, outputs, features }: Signature): string {
	const tensors = (specs: Signature["inputs"]) => specs.map(({ name, datatype, shape }) => [name, datatype, shape]);
	return JSON.stringify([
		tensors(inputs),
		tensors(outputs),
		features && [features.input, features.entityInput, features.columns],
	]);
}
