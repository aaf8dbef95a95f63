/** A tenant's client of the platform's API: the Open Inference Protocol over HTTP with a bearer token. Not an SDK. */
import { modelPath } from "../../charter/api.ts";

/** One answer of the API, whatever its status. */
export interface Answer {
	status: number;
	/** The parsed body; the text itself where it is no JSON. */
	body: unknown;
	requestId: string;
	traceId: string;
	retryAfterSeconds: number | undefined;
	latencyMs: number;
}

/** A tensor of the Open Inference Protocol in JSON. */
export interface Tensor {
	name: string;
	datatype: string;
	shape: number[];
	data: unknown[];
}

const REQUEST_TIMEOUT_MS = 30_000;

export class PlatformClient {
	readonly #url: string;
	readonly #token: string;

	/** @param url the stage's URL, as `triplane status` prints it */
	constructor(url: string, token: string) {
		this.#url = url.replace(/\/$/, "");
		this.#token = token;
	}

	/** `GET` of a path below the stage, as in `/v2/models/tumour-risk`. */
	get(path: string): Promise<Answer> {
		return this.#call(path, { method: "GET" });
	}

	/** Asks a model for predictions: answered at once by a realtime model, with a job by a queued one. */
	infer(model: string, request: { inputs: Tensor[] }, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
		return this.#call(`${modelPath(encodeURIComponent(model))}/infer`, {
			method: "POST",
			body: JSON.stringify(request),
			headers: { "content-type": "application/json", ...headers },
		});
	}

	async #call(path: string, init: RequestInit): Promise<Answer> {
		const startedMs = performance.now();
		const response = await fetch(this.#url + path, {
			...init,
			headers: { ...init.headers, authorization: `Bearer ${this.#token}` },
			signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
		});
		const text = await response.text();
		const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
		return {
			status: response.status,
			body: parsed(text),
			requestId: response.headers.get("x-request-id") ?? "",
			traceId: response.headers.get("traceparent")?.split("-")[1] ?? "",
			retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
			latencyMs: performance.now() - startedMs,
		};
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return text;
	}
}
