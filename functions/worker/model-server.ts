/**
 * Any server of the Open Inference Protocol as {@link ModelServer}, over HTTP on the task's own loopback.
 * @see https://github.com/open-inference/open-inference-protocol/blob/main/specification/protocol/inference_rest.md
 */
import { type IncomingMessage, request } from "node:http";
import { modelPath } from "../../charter/api.ts";
import type { ApiErrorCode } from "../../charter/errors.ts";
import { isObject } from "./infer-body.ts";
import { parseLossless } from "./lossless-json.ts";
import type { InferOutcome, ModelServer } from "./ports.ts";

export interface ModelServerOptions {
	/** As in "http://127.0.0.1:8080". */
	url: string;
	/** Longest that one call may take. */
	inferTimeoutMs: number;
}

const READY_PATH = "/v2/health/ready";
const READY_TIMEOUT_MS = 2_000;
/** Larger answers are not read: they would not fit into the process beside others. */
const RESPONSE_MAX_BYTES = 64 * 1024 * 1024;
const MESSAGE_MAX_CHARACTERS = 500;

/** The request is at fault: it would fail on any server of this model. */
const REFUSALS = new Set([400, 413, 415, 422]);
/** Asked later, the same request may succeed. */
const BUSY = new Set([408, 425, 429, 503]);

export function httpModelServer({ url, inferTimeoutMs }: ModelServerOptions): ModelServer {
	const base = url.replace(/\/+$/, "");
	return {
		infer: async ({ model, version, body }, signal) => {
			const timeout = AbortSignal.timeout(inferTimeoutMs);
			try {
				const place = `${base}${modelPath(model)}/versions/${version}/infer`;
				const response = await post(place, body, AbortSignal.any([signal, timeout]));
				return outcomeOf(response.statusCode ?? 0, await boundedText(response));
			} catch (thrown) {
				signal.throwIfAborted();
				if (timeout.aborted)
					return failed("DEADLINE_EXCEEDED", `The model server did not answer within ${inferTimeoutMs} ms.`);
				return failed("UNAVAILABLE", `The model server broke the call off: ${causeOf(thrown)}.`);
			}
		},
		isReady: async () => {
			try {
				const response = await fetch(`${base}${READY_PATH}`, { signal: AbortSignal.timeout(READY_TIMEOUT_MS) });
				await response.body?.cancel();
				return response.ok;
			} catch {
				return false;
			}
		},
	};
}

/**
 * Not by fetch, which breaks off after five minutes without an answer, whatever time it is given. On loopback a connection
 * for each call costs next to nothing, and none that was kept open can be found closed.
 */
function post(url: string, body: string, signal: AbortSignal): Promise<IncomingMessage> {
	const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
	const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
	const asking = request(url, { method: "POST", headers, agent: false, signal }, resolve);
	asking.on("error", reject);
	asking.end(body);
	return promise;
}

function outcomeOf(status: number, text: string): InferOutcome {
	const body = jsonOf(text);
	if (status === 200 && body !== undefined) return { kind: "answered", body };
	if (status === 200) return failed("INTERNAL", "The model server's answer is no JSON.");
	const said = isObject(body) && typeof body.error === "string" ? body.error : `the status ${status} without a reason`;
	const message = `The model server answered: ${said.slice(0, MESSAGE_MAX_CHARACTERS)}`;
	if (REFUSALS.has(status)) return { kind: "refused", message };
	return BUSY.has(status) ? { kind: "busy", message } : failed("INTERNAL", message);
}

const failed = (code: ApiErrorCode, message: string): InferOutcome => ({ kind: "failed", code, message });

function jsonOf(text: string): unknown {
	try {
		return parseLossless(text);
	} catch {
		return undefined;
	}
}

async function boundedText(response: AsyncIterable<Buffer>): Promise<string> {
	const decoder = new TextDecoder();
	let [text, bytes] = ["", 0];
	for await (const chunk of response) {
		bytes += chunk.byteLength;
		if (bytes > RESPONSE_MAX_BYTES) throw new RangeError(`its answer has more than ${RESPONSE_MAX_BYTES} bytes`);
		text += decoder.decode(chunk, { stream: true });
	}
	return text + decoder.decode();
}

function causeOf(thrown: unknown): string {
	if (!(thrown instanceof Error)) return String(thrown);
	return thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
}
