/**
 * A run's files, checked against its manifest: sizes, hashes, and that the held-out rows fit the model that they are of.
 * Where the files come from, a bucket or a folder, is the caller's.
 */
import { createHash } from "node:crypto";
import { HELDOUT_LIMITS, Heldout } from "../../../charter/heldout.ts";
import type { TrainingManifest } from "../../../charter/messages.ts";
import type { TensorSpec } from "../../../charter/registry.ts";
import { ArtifactMismatchError, HeldoutError } from "./errors.ts";
import { faults } from "./manifest.ts";

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/**
 * @param where where the artifact lies, for messages
 * @throws {ArtifactMismatchError}
 */
export function verifyArtifact(artifact: Uint8Array, { artifact: expected }: TrainingManifest, where: string): void {
	if (artifact.byteLength !== expected.bytes)
		throw new ArtifactMismatchError(
			`${where} has ${artifact.byteLength} bytes, but its manifest says ${expected.bytes}. Upload the run again.`,
		);
	const sha256 = sha256Of(artifact);
	if (sha256 !== expected.sha256)
		throw new ArtifactMismatchError(
			`${where} has the SHA-256 ${sha256}, but its manifest says ${expected.sha256}. Upload the run again.`,
		);
}

/**
 * The held-out rows of a run whose manifest says how it was evaluated.
 * @param where where the file lies, for messages
 * @throws {HeldoutError}
 */
export function readHeldout(bytes: Uint8Array, manifest: TrainingManifest, where: string): Heldout {
	const { evaluation, model, signature } = manifest;
	if (!evaluation)
		throw new HeldoutError(
			`The manifest beside ${where} has no "evaluation", so nobody can tell what its metrics were measured on. Let the trainer write it (TrainingManifest in charter/messages.ts).`,
		);
	if (bytes.byteLength > HELDOUT_LIMITS.bytesMax)
		throw new HeldoutError(
			`${where} has ${bytes.byteLength} bytes, more than the ${HELDOUT_LIMITS.bytesMax} that are evaluated. Keep a sample of the rows.`,
		);
	const sha256 = sha256Of(bytes);
	if (sha256 !== evaluation.heldout.sha256)
		throw new HeldoutError(
			`${where} has the SHA-256 ${sha256}, but its manifest says ${evaluation.heldout.sha256}. Upload the run again.`,
		);
	const parsed = Heldout.safeParse(jsonOf(bytes, where));
	if (!parsed.success)
		throw new HeldoutError(`${where} holds no held-out rows. ${faults(parsed.error)} Correct the trainer.`);
	const { rows, model: owner } = parsed.data;
	if (owner !== model)
		throw new HeldoutError(`${where} is of the model "${owner}", not of "${model}". Correct the trainer.`);
	if (rows.length !== evaluation.heldout.rows)
		throw new HeldoutError(
			`${where} has ${rows.length} rows, but its manifest says ${evaluation.heldout.rows}. Upload the run again.`,
		);
	const width = signature.inputs.reduce((sum, input) => sum + valuesOfRow(input), 0);
	const found = rows[0]?.features.length ?? 0;
	if (found !== width)
		throw new HeldoutError(
			`${where} has ${found} features in a row, but the model's inputs take ${width}. Correct the trainer.`,
		);
	return parsed.data;
}

/** Values that one row has of a tensor; NaN, which equals nothing, where a dimension is open. */
export const valuesOfRow = ({ shape }: Pick<TensorSpec, "shape">): number =>
	shape.slice(1).reduce((product, size) => (size > 0 ? product * size : Number.NaN), 1);

function jsonOf(bytes: Uint8Array, where: string): unknown {
	try {
		return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
	} catch (cause) {
		throw new HeldoutError(`${where} is no JSON. Let the trainer write it anew.`, { cause });
	}
}
