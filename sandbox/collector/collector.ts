/**
 * An OTLP/HTTP receiver of spans on 127.0.0.1: the newest in memory, all of them in `traces.jsonl` of the run.
 * Takes JSON; not metrics, logs or protobuf, which nothing in the sandbox sends.
 */
import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { type CollectedSpan, ExportRequest, spansOf } from "./otlp.ts";

const PATH = "/v1/traces";
const BODY_MAX_BYTES = 8 * 1024 * 1024;
const SPANS_MAX = 20_000;
/** A sandbox that is kept for days must not fill the disk. */
const FILE_MAX_BYTES = 256 * 1024 * 1024;

const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

export interface Collector {
	/** Without path: OpenTelemetry's exporters add `/v1/traces`. */
	readonly url: string;
	/** Spans in the order in which they came, of one trace or of all that are still in memory. */
	spans(traceId?: string): CollectedSpan[];
	stop(): Promise<void>;
}

class Refusal extends Error {
	readonly status: number;

	constructor(status: number, message: string) {
		super(message);
		this.status = status;
	}
}

/** Starts it on a free port. */
export async function startCollector({ runDir }: { runDir: string }): Promise<Collector> {
	await mkdir(runDir, { recursive: true });
	const file = createWriteStream(join(runDir, "traces.jsonl"), { flags: "a" });
	// A full disk must not end the sandbox; what is in memory still serves.
	file.on("error", () => file.destroy());
	let spans: CollectedSpan[] = [];

	const keep = (received: CollectedSpan[]) => {
		spans = [...spans, ...received].slice(-SPANS_MAX);
		if (!file.destroyed && file.bytesWritten < FILE_MAX_BYTES)
			for (const span of received) file.write(`${JSON.stringify(span)}\n`);
	};
	const server = createServer((request, response) => {
		receive(request).then(
			(received) => {
				keep(received);
				answer(response, 200, { partialSuccess: {} });
			},
			(error: unknown) => {
				const refusal = error instanceof Refusal ? error : new Refusal(400, "The request ended before its body.");
				// What was not read of an oversized body must not be taken for the next request.
				if (refusal.status === 413) response.setHeader("connection", "close");
				answer(response, refusal.status, { message: refusal.message });
			},
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", resolve);
	});
	const address = server.address();
	const port = address !== null && typeof address === "object" ? address.port : 0;
	return {
		url: `http://127.0.0.1:${port}`,
		spans: (traceId) => (traceId === undefined ? [...spans] : spans.filter((span) => span.traceId === traceId)),
		async stop() {
			const closed = new Promise((resolve) => server.close(resolve));
			server.closeAllConnections();
			await closed;
			await new Promise<void>((resolve) => (file.destroyed ? resolve() : file.end(resolve)));
		},
	};
}

async function receive(request: IncomingMessage): Promise<CollectedSpan[]> {
	const path = request.url?.split("?")[0];
	if (path !== PATH) throw new Refusal(404, `Spans are sent to ${PATH}, not to ${path}.`);
	if (request.method !== "POST") throw new Refusal(405, `Spans are sent by POST, not by ${request.method}.`);
	const type = request.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
	if (type !== "application/json")
		throw new Refusal(415, `Spans are taken as application/json, not as ${type ?? "(no content type)"}.`);
	const body = await bodyOf(request);
	let json: unknown;
	try {
		json = JSON.parse(body.toString("utf8"));
	} catch (cause) {
		throw new Refusal(400, `The body is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
	}
	const parsed = ExportRequest.safeParse(json);
	if (parsed.success) return spansOf(parsed.data);
	const [issue] = parsed.error.issues;
	throw new Refusal(400, `Not an OTLP trace export: ${issue?.path.join(".") || "body"}: ${issue?.message}`);
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		const piece = Buffer.from(chunk);
		bytes += piece.length;
		if (bytes > BODY_MAX_BYTES) throw new Refusal(413, `The body has more than ${BODY_MAX_BYTES} bytes.`);
		chunks.push(piece);
	}
	const body = Buffer.concat(chunks);
	const encoding = request.headers["content-encoding"] ?? "identity";
	if (encoding === "identity") return body;
	if (encoding !== "gzip") throw new Refusal(415, `The body is encoded with ${encoding}: send it plain or with gzip.`);
	return inflate(body, { maxOutputLength: BODY_MAX_BYTES }).catch((cause: unknown) => {
		const tooLarge = cause instanceof RangeError;
		throw new Refusal(
			tooLarge ? 413 : 400,
			tooLarge ? `The body has more than ${BODY_MAX_BYTES} bytes.` : "The body is not gzip.",
		);
	});
}

function answer(response: ServerResponse, status: number, body: object): void {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
