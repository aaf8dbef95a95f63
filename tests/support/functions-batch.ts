/** A data bucket and an offsets table in memory, and rows to score: what the batch steps' tests start from. */
import { createHash } from "node:crypto";
import type { ManifestLine, Planned, ScoreRequest } from "../../charter/batch-messages.ts";
import type { Signature, VersionRecord } from "../../charter/registry.ts";
import { manifestKey, type OffsetRecord, outputKey } from "../../charter/windows.ts";
import type { Offsets } from "../../functions/shared/batch/offsets.ts";
import type { BatchObjects, ByteStream } from "../../functions/shared/batch/ports.ts";

export const MODEL = "disease-progress";
export const WINDOW = { model: MODEL, start: "2026-11-22T00:00:00Z", end: "2026-11-23T00:00:00Z" };

/** S3 in memory: keys in their bytes' order, contents in pieces of any size. */
export class MemoryObjects implements BatchObjects {
	readonly contents = new Map<string, Buffer>();
	readonly checksums = new Map<string, string>();
	/** Operations and their keys, in order, as in "write output/…". */
	readonly calls: string[] = [];
	/** Bytes of the pieces in which contents come. */
	pieceBytes = 7;

	put(key: string, text: string): this {
		this.contents.set(key, Buffer.from(text));
		return this;
	}

	text(key: string): string | undefined {
		return this.contents.get(key)?.toString();
	}

	async *list(prefix: string, after = ""): AsyncGenerator<string> {
		const keys = [...this.contents.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
		for (const key of keys) if (key.startsWith(prefix) && key > after) yield key;
	}

	async read(key: string, range?: { start: number; end: number }): Promise<ByteStream | undefined> {
		this.calls.push(`read ${key}`);
		const content = this.contents.get(key);
		return content && pieces(range ? content.subarray(range.start, range.end) : content, this.pieceBytes);
	}

	async checksum(key: string): Promise<string | undefined> {
		return this.contents.has(key) ? this.checksums.get(key) : undefined;
	}

	async write(key: string, content: Uint8Array, checksum?: string): Promise<void> {
		this.calls.push(`write ${key}`);
		this.contents.set(key, Buffer.from(content));
		if (checksum === undefined) this.checksums.delete(key);
		else this.checksums.set(key, checksum);
	}

	async remove(keys: readonly string[]): Promise<void> {
		for (const key of keys) {
			this.calls.push(`remove ${key}`);
			this.contents.delete(key);
			this.checksums.delete(key);
		}
	}
}

export async function* pieces(content: Uint8Array, bytes: number): ByteStream {
	for (let at = 0; at < content.length; at += bytes) yield content.subarray(at, at + bytes);
}

/** The offsets table in memory; `meanwhile` runs between a read and a move, as somebody else's hand. */
export class MemoryOffsets implements Offsets {
	record: OffsetRecord | undefined;
	meanwhile: (() => void) | undefined;

	constructor(record?: OffsetRecord) {
		this.record = record;
	}

	async read(): Promise<OffsetRecord | undefined> {
		return this.record;
	}

	async move(_: string, from: OffsetRecord | undefined, committedUntil: string): Promise<boolean> {
		const interfere = this.meanwhile;
		this.meanwhile = undefined;
		interfere?.();
		if (this.record?.revision !== from?.revision) return false;
		this.record = { committedUntil, revision: (from?.revision ?? 0) + 1 };
		return true;
	}
}

export const signature: Signature = {
	inputs: [{ name: "features", datatype: "FP32", shape: [-1, 2] }],
	outputs: [{ name: "prediction", datatype: "FP32", shape: [-1, 1] }],
};

export const version = (change: Partial<VersionRecord> = {}): VersionRecord => ({
	pk: `MODEL#${MODEL}`,
	sk: "VERSION#000003",
	model: MODEL,
	version: 3,
	artifactKey: `models/${MODEL}/${"a".repeat(64)}/model.onnx`,
	sha256: "a".repeat(64),
	bytes: 1,
	signature,
	metrics: {},
	lineage: { dataSha256: "", codeSha256: "", trainedAt: "", framework: "" },
	registeredAt: "2026-01-01T00:00:00.000Z",
	...change,
});

/** Lines of rows `a0`, `a1`, … each with two features. */
export const rowLines = (count: number, prefix = "a"): string =>
	Array.from(
		{ length: count },
		(_, i) => `${JSON.stringify({ id: `${prefix}${i}`, inputs: { features: [i, i / 2] } })}\n`,
	).join("");

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A chunk that is the whole of an input. */
export const chunkOf = (input: string, text: string, change: Partial<ManifestLine> = {}): ManifestLine => ({
	chunk: "chunk-00001",
	input,
	startByte: 0,
	endByte: Buffer.byteLength(text),
	firstLine: 1,
	rows: text.split("\n").length - 1,
	sha256: sha256(text),
	checksum: sha256(`checksum of ${text}`),
	output: outputKey(WINDOW, change.chunk ?? "chunk-00001"),
	isDone: false,
	...change,
});

export const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

export const scoreRequest = (chunk: ManifestLine): ScoreRequest => ({
	...WINDOW,
	execution: "run-1",
	traceparent: TRACEPARENT,
	version: 3,
	chunk,
});

export const planned = (change: Partial<Planned> = {}): Planned => ({
	status: "PLANNED",
	...WINDOW,
	execution: "run-1",
	traceparent: TRACEPARENT,
	startedAt: "2026-11-23T01:00:00Z",
	isDue: true,
	version: 3,
	artifactSha256: "a".repeat(64),
	manifestKey: manifestKey(WINDOW),
	chunks: 1,
	rows: 2,
	pending: 1,
	...change,
});

/** What a promise rejects with, in two words. */
export async function rejection(work: Promise<unknown>): Promise<{ name: string; message: string }> {
	try {
		await work;
	} catch (thrown) {
		if (thrown instanceof Error) return { name: thrown.name, message: thrown.message };
		throw thrown;
	}
	throw new Error("It did not reject.");
}
