/**
 * Lines of a container's output, read from its file as it grows. The file stands between, so that a program that writes never
 * waits for the one that reads. Where the lines go is the caller's (log-stream.ts).
 */
import { type FileHandle, open } from "node:fs/promises";
import { StringDecoder } from "node:string_decoder";

const CHUNK_BYTES = 256 * 1024;
/** A line without end is cut here, as the awslogs driver cuts it. */
const LINE_MAX = 200_000;

export type LineSink = (lines: readonly string[]) => Promise<void>;

export class ContainerLog {
	readonly #file: FileHandle;
	readonly #put: LineSink;
	readonly #decoder = new StringDecoder("utf8");
	#position = 0;
	#rest = "";
	#last: Promise<void> = Promise.resolve();
	#closed = false;

	private constructor(file: FileHandle, put: LineSink) {
		this.#file = file;
		this.#put = put;
	}

	/** @param path file of the output; made where there is none yet */
	static async open(path: string, put: LineSink): Promise<ContainerLog> {
		return new ContainerLog(await open(path, "a+"), put);
	}

	/** Hands on whatever is written by now; calls wait for each other, and do nothing after the end. */
	flush(): Promise<void> {
		if (this.#closed) return this.#last;
		const sent = this.#last.then(() => this.#send(false));
		this.#last = sent.catch(() => {});
		return sent;
	}

	/** Hands on what is left, a last line without its end too. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#last;
		await this.#send(true).finally(() => this.#file.close());
	}

	async #send(last: boolean): Promise<void> {
		for (const buffer = Buffer.alloc(CHUNK_BYTES); ; ) {
			const { bytesRead } = await this.#file.read(buffer, 0, CHUNK_BYTES, this.#position);
			if (bytesRead === 0) break;
			this.#position += bytesRead;
			await this.#hand(this.#decoder.write(buffer.subarray(0, bytesRead)));
		}
		if (last) await this.#hand(`${this.#decoder.end()}\n`);
	}

	async #hand(text: string): Promise<void> {
		const lines = `${this.#rest}${text}`.split("\n").flatMap(pieces);
		this.#rest = lines.pop() ?? "";
		const full = lines.filter((line) => line !== "");
		if (full.length > 0) await this.#put(full);
	}
}

/** A line in parts of at most {@link LINE_MAX} characters; an empty one as it is. */
function pieces(line: string): string[] {
	if (line.length <= LINE_MAX) return [line];
	return [line.slice(0, LINE_MAX), ...pieces(line.slice(LINE_MAX))];
}
