/** A model that runs in this very process, as a worker's {@link ModelServer}: features are looked up, as predict does. */
import { API_ERRORS, ApiError, type ApiErrorCode } from "../../charter/errors.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { type InferContext, type InferPorts, runModel } from "../predict/infer.ts";
import { parseText } from "../shared/inference/body.ts";
import { readInferRequest } from "../shared/inference/infer-request.ts";
import { writeInferResponse } from "../shared/inference/infer-response.ts";
import type { Versions } from "../shared/inference/versions.ts";
import { parseLossless } from "../worker/lossless-json.ts";
import type { InferOutcome, ModelServer } from "../worker/ports.ts";

export interface InProcess extends InferPorts {
	model: string;
	versions: Versions;
	/** Bounds and records one call. */
	context: () => InferContext;
}

/** The request is at fault: no other try can come out otherwise. */
const REFUSALS: readonly ApiErrorCode[] = ["INVALID_REQUEST", "PAYLOAD_TOO_LARGE"];

export function inProcess({ model, versions, context, ...ports }: InProcess): ModelServer {
	return {
		infer: async ({ version, body }) => {
			try {
				const record = await versions.get(version);
				const request = readInferRequest(parseText(body), record, JOB_LIMITS.rowsMax);
				const outputs = await runModel(ports, context(), record, request);
				const { body: response } = writeInferResponse({ model, version, id: request.id ?? "", outputs });
				return { kind: "answered", body: parseLossless(response) };
			} catch (thrown) {
				return outcomeOf(thrown);
			}
		},
		isReady: async () => true,
	};
}

function outcomeOf(thrown: unknown): InferOutcome {
	if (!(thrown instanceof ApiError))
		return { kind: "failed", code: "INTERNAL", message: thrown instanceof Error ? thrown.message : String(thrown) };
	const { code, message, status } = thrown;
	if (REFUSALS.includes(code)) return { kind: "refused", message };
	return status === API_ERRORS.UNAVAILABLE ? { kind: "busy", message } : { kind: "failed", code, message };
}
