/**
 * Splits a stream of bytes into lines, in bounded memory: never more than one buffer of the stream and one line.
 * Bytes, not text: a chunk's limits are byte offsets, and only its own lines are decoded.
 */
import { BatchInputError } from "./errors.ts";
import type { ByteStream } from "./ports.ts";

/** A longer line is no row but a file without line ends. */
export const LINE_MAX_BYTES = 1024 * 1024;

const NEWLINE = 0x0a;
const HIGHEST_WHITE_SPACE = 0x20;

/**
 * The lines of a stream, as many at a time as each of its buffers completes; each with its end, which only the last may lack.
 * @param where names the stream in the error
 * @throws {BatchInputError} on a line of more than LINE_MAX_BYTES
 */
export async function* linesOf(stream: ByteStream, where: string): AsyncGenerator<Uint8Array[]> {
	let open: Uint8Array[] = [];
	let openBytes = 0;
	const keep = (piece: Uint8Array) => {
		openBytes += piece.length;
		if (openBytes > LINE_MAX_BYTES)
			throw new BatchInputError(
				`${where} has a line of more than ${LINE_MAX_BYTES} bytes. Write one row a line, each ending in a newline.`,
			);
		open.push(piece);
	};
	for await (const buffer of stream) {
		const lines: Uint8Array[] = [];
		let start = 0;
		for (let end = buffer.indexOf(NEWLINE); end !== -1; end = buffer.indexOf(NEWLINE, start)) {
			keep(buffer.subarray(start, end + 1));
			lines.push(open.length === 1 && open[0] ? open[0] : Buffer.concat(open));
			open = [];
			openBytes = 0;
			start = end + 1;
		}
		if (start < buffer.length) keep(buffer.subarray(start));
		if (lines.length > 0) yield lines;
	}
	if (open.length > 0) yield [Buffer.concat(open)];
}

/** Whether a line has nothing but white space; such a line is no row. */
export const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte <= HIGHEST_WHITE_SPACE);
