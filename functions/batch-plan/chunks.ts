/**
 * Cuts input objects into chunks of so many rows: each a range of one object's bytes, with the hash of what is in it.
 * Reads every byte once and keeps none; what the rows hold is the score's to judge.
 */
import { createHash, type Hash } from "node:crypto";
import type { ManifestLine } from "../../charter/batch-messages.ts";
import { CHUNKS_MAX, chunkName, outputKey, type Window } from "../../charter/windows.ts";
import { BatchInputError } from "../shared/batch/errors.ts";
import { isBlank, linesOf } from "../shared/batch/lines.ts";
import type { BatchObjects } from "../shared/batch/ports.ts";

/** A chunk before it is known whether its output is there. */
export type Chunk = Omit<ManifestLine, "isDone">;

export interface Cut {
	chunkRows: number;
	/** What the outputs follow from beside the rows: the same text, the same outputs. */
	fingerprint: string;
}

/** @throws {BatchInputError} where an input is gone by now, has an endless line, or there are too many chunks */
export async function cutInputs(
	objects: BatchObjects,
	window: Window,
	inputs: readonly string[],
	{ chunkRows, fingerprint }: Cut,
): Promise<Chunk[]> {
	const chunks: Chunk[] = [];
	for (const input of inputs)
		for await (const part of partsOf(objects, input, chunkRows)) {
			if (chunks.length === CHUNKS_MAX)
				throw new BatchInputError(
					`The window from ${window.start} to ${window.end} has more than ${CHUNKS_MAX} chunks of ${chunkRows} rows. Raise batch.chunkRows of "${window.model}", shorten its windows, or put small inputs together.`,
				);
			const chunk = chunkName(chunks.length + 1);
			const checksum = createHash("sha256").update(`${fingerprint}\n${part.sha256}`).digest("hex");
			chunks.push({ chunk, input, ...part, checksum, output: outputKey(window, chunk) });
		}
	return chunks;
}

type Part = Pick<Chunk, "startByte" | "endByte" | "firstLine" | "rows" | "sha256">;

async function* partsOf(objects: BatchObjects, input: string, chunkRows: number): AsyncGenerator<Part> {
	const stream = await objects.read(input);
	if (!stream)
		throw new BatchInputError(`${input} was deleted while the window was planned. Put it back, and start it again.`);
	let [startByte, endByte, firstLine, line, rows] = [0, 0, 1, 0, 0];
	let hash: Hash = createHash("sha256");
	const part = (): Part => ({ startByte, endByte, firstLine, rows, sha256: hash.digest("hex") });
	for await (const lines of linesOf(stream, input))
		for (const bytes of lines) {
			line += 1;
			hash.update(bytes);
			endByte += bytes.length;
			if (isBlank(bytes)) continue;
			rows += 1;
			if (rows < chunkRows) continue;
			yield part();
			hash = createHash("sha256");
			[startByte, firstLine, rows] = [endByte, line + 1, 0];
		}
	if (rows > 0) yield part();
}
