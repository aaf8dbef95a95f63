/**
 * Reads a training run's manifest, strictly, and checks that it is whole in itself.
 * Whether the files fit it is checked in files.ts, whether the model fits its signature where it is loaded.
 */
import type { z } from "zod";
import { TrainingManifest } from "../../../charter/messages.ts";
import type { Signature, TensorSpec } from "../../../charter/registry.ts";
import { ManifestError } from "./errors.ts";

/**
 * @param source where the manifest lies, for messages
 * @throws {ManifestError}
 */
export function readManifest(text: string, model: string, source: string): TrainingManifest {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch (cause) {
		throw new ManifestError(`${source} is no JSON. Let the trainer write it anew.`, { cause });
	}
	const parsed = TrainingManifest.safeParse(value);
	if (!parsed.success)
		throw new ManifestError(`${source} is no training manifest. ${faults(parsed.error)} Correct the trainer.`);
	const manifest = parsed.data;
	if (manifest.model !== model)
		throw new ManifestError(
			`${source} is of the model "${manifest.model}", not of "${model}". Register it under its own name.`,
		);
	const fault = signatureFault(manifest.signature as Signature);
	if (fault)
		throw new ManifestError(`${source} has a signature that contradicts itself: ${fault}. Correct the trainer.`);
	return manifest;
}

function signatureFault({ inputs, outputs, features }: Signature): string | undefined {
	for (const [kind, tensors] of [
		["inputs", inputs],
		["outputs", outputs],
	] as const) {
		const twice = firstRepeated(tensors);
		if (twice !== undefined) return `${kind} has "${twice}" twice`;
	}
	if (!features) return undefined;
	const { input, entityInput, columns } = features;
	const spec = inputs.find(({ name }) => name === input);
	if (!spec) return `features.input is "${input}", which is no input`;
	if (inputs.some(({ name }) => name === entityInput))
		return `features.entityInput is "${entityInput}", which is an input already`;
	if (spec.shape.length !== 2 || spec.shape[1] !== columns.length)
		return `features.columns has ${columns.length} names, but "${input}" has the shape [${spec.shape}]`;
	if (spec.datatype !== "FP32" && spec.datatype !== "FP64")
		return `"${input}" is ${spec.datatype}, but features are FP32 or FP64`;
	const column = columns.find((name, i) => columns.indexOf(name) !== i);
	return column === undefined ? undefined : `features.columns has "${column}" twice`;
}

const firstRepeated = (tensors: readonly TensorSpec[]): string | undefined =>
	tensors.map(({ name }) => name).find((name, i, names) => names.indexOf(name) !== i);

/** What is wrong with each field, in one line. */
export const faults = (error: z.ZodError): string =>
	error.issues.map(({ path, message }) => `${path.join(".") || "(the whole)"}: ${message}.`).join(" ");
