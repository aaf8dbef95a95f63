/**
 * Scores one chunk: its lines read, the model run over them a few at a time, and the output written in one piece.
 * Keeps no state: the same chunk and version give the same bytes, so a second run overwrites the first with itself.
 */
import { createHash } from "node:crypto";
import type { ManifestLine, ScoreRequest, ScoreResponse } from "../../charter/batch-messages.ts";
import type { Signature, VersionRecord } from "../../charter/registry.ts";
import { BatchInputChangedError, BatchInputError } from "../shared/batch/errors.ts";
import { isBlank, linesOf } from "../shared/batch/lines.ts";
import type { BatchObjects } from "../shared/batch/ports.ts";
import type { Models } from "../shared/inference/models.ts";
import type { ModelSession } from "../shared/inference/ports.ts";
import { outputLines, type Prediction, predictionsOf } from "./predictions.ts";
import { type Row, readRow, tensorsOf } from "./rows.ts";

export interface ScorePorts {
	objects: BatchObjects;
	version: (model: string, version: number) => Promise<VersionRecord>;
	models: Pick<Models, "use">;
	/** Where predictions go beside the output; absent where the settings do not ask for it. */
	features?: FeatureWriter;
}

export interface FeatureWriter {
	/** Leaves what a later window has written. */
	write(model: string, windowStart: string, predictions: readonly Prediction[]): Promise<void>;
}

/** Rows of one run of the model: part of what the outputs follow from, so never by how much memory there is. */
const RUN_ROWS = 256;
/** An output is written in one piece, so that it is there whole or not at all. */
const OUTPUT_MAX_BYTES = 128 * 1024 * 1024;

/** @throws {TriplaneError} one of functions/shared/batch/errors.ts, or an ArtifactError */
export async function score(ports: ScorePorts, request: ScoreRequest): Promise<ScoreResponse> {
	const { model, start, version, chunk } = request;
	const record = await ports.version(model, version);
	const pieces: string[] = [];
	let bytes = 0;
	await ports.models.use(record, async (session) => {
		for await (const rows of rowsOf(ports.objects, chunk, record.signature)) {
			const { text, predictions } = await run(session, record.signature, rows);
			await ports.features?.write(model, start, predictions);
			pieces.push(text);
			bytes += Buffer.byteLength(text);
			if (bytes > OUTPUT_MAX_BYTES)
				throw new BatchInputError(
					`The output of ${chunk.chunk} exceeds ${OUTPUT_MAX_BYTES} bytes. Lower batch.chunkRows of "${model}".`,
				);
		}
	});
	await ports.objects.write(chunk.output, Buffer.from(pieces.join("")), chunk.checksum);
	return { rows: chunk.rows };
}

async function run(session: ModelSession, signature: Signature, rows: readonly Row[]) {
	const outputs = await session.run(
		tensorsOf(signature, rows),
		signature.outputs.map(({ name }) => name),
	);
	const ids = rows.map(({ id }) => id);
	return { text: outputLines(signature, ids, outputs), predictions: predictionsOf(signature, ids, outputs) };
}

/**
 * The chunk's rows, as many at a time as the model runs over.
 * @throws {BatchInputChangedError} at the end, where the bytes are not those that were planned
 */
async function* rowsOf(
	objects: BatchObjects,
	{ input, startByte, endByte, firstLine, sha256 }: ManifestLine,
	signature: Signature,
): AsyncGenerator<Row[]> {
	const changed = (what: string) =>
		new BatchInputChangedError(`${input} ${what} after the window was planned. Start the window again.`);
	const stream = await objects.read(input, { start: startByte, end: endByte });
	if (!stream) throw changed("was deleted");
	const hash = createHash("sha256");
	let rows: Row[] = [];
	let line = firstLine;
	let fault: unknown;
	for await (const lines of linesOf(stream, input))
		for (const bytes of lines) {
			hash.update(bytes);
			const where = `line ${line} of ${input}`;
			line += 1;
			if (fault || isBlank(bytes)) continue;
			try {
				rows.push(readRow(bytes, signature, where));
			} catch (thrown) {
				// Told only if the bytes are those that were planned: else the change is the fault.
				fault = thrown;
			}
			if (rows.length < RUN_ROWS) continue;
			yield rows;
			rows = [];
		}
	if (hash.digest("hex") !== sha256) throw changed("was changed");
	if (fault) throw fault;
	if (rows.length > 0) yield rows;
}
