/** A window's manifest, one line a chunk, as text and back. */
import { ManifestLine } from "../../../charter/batch-messages.ts";
import { TriplaneError } from "../../../charter/errors.ts";
import type { BatchObjects } from "./ports.ts";

/** A manifest is missing, or is not what the plan writes. */
class ManifestError extends TriplaneError {
	override readonly name = "ManifestError";
}

export const writeManifest = (lines: readonly ManifestLine[]): Uint8Array =>
	new TextEncoder().encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));

/** @throws {ManifestError} that names the first line which is none */
export async function readManifest(objects: BatchObjects, key: string): Promise<ManifestLine[]> {
	const stream = await objects.read(key);
	if (!stream) throw new ManifestError(`There is no manifest ${key}. Start the window again.`);
	const pieces: Uint8Array[] = [];
	for await (const piece of stream) pieces.push(piece);
	const text = Buffer.concat(pieces).toString();
	return text
		.split("\n")
		.slice(0, -1)
		.map((line, i) => {
			try {
				return ManifestLine.parse(JSON.parse(line));
			} catch (cause) {
				throw new ManifestError(`Line ${i + 1} of ${key} is no chunk. Start the window again.`, { cause });
			}
		});
}
