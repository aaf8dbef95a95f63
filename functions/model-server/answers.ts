/**
 * Answers the Open Inference Protocol for one model on ONNX Runtime: versions come from the registry and are loaded when they are
 * first asked for. No HTTP here; see door.ts.
 */
import { randomUUID } from "node:crypto";
import { SERVER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import type { VersionRecord } from "../../charter/registry.ts";
import { type Answer, jsonAnswer } from "../shared/http/answer.ts";
import { decodeText, parseText } from "../shared/inference/body.ts";
import { chooseVariant } from "../shared/inference/choose-variant.ts";
import { readInferRequest } from "../shared/inference/infer-request.ts";
import { writeInferResponse } from "../shared/inference/infer-response.ts";
import type { Models } from "../shared/inference/models.ts";
import type { Routing } from "../shared/inference/routing.ts";
import type { Versions } from "../shared/inference/versions.ts";
import type { Log } from "../shared/telemetry/log.ts";
import type { Operation } from "./operations.ts";

export interface AnswerPorts {
	model: string;
	routing: Routing;
	versions: Versions;
	models: Pick<Models, "use">;
	log: Log;
	/** Whether it is on its way out: it still answers, but is not ready for more. */
	isStopping: () => boolean;
}

/** What Triton calls models that ONNX Runtime runs. */
const PLATFORM = "onnxruntime_onnx";
/** Rows of a whole micro-batch; the bytes of a body bound them further. */
const ROWS_MAX = 65_536;

/**
 * @param body of the request, where it has one
 * @throws {ApiError} for every answer that is no success
 */
export async function answer(operation: Operation, body: Uint8Array, ports: AnswerPorts): Promise<Answer> {
	switch (operation.kind) {
		case "server":
			return jsonAnswer({ ...SERVER, extensions: [] });
		case "live":
			return jsonAnswer({ live: true });
		case "ready":
			if (ports.isStopping()) throw new ApiError("UNAVAILABLE", "The server is stopping. Ask another one.");
			return jsonAnswer({ ready: true });
		case "model":
			return describe(ports, await recordOf(ports, operation.version));
		case "modelReady":
			await ports.models.use(await recordOf(ports, operation.version), async () => undefined);
			return jsonAnswer({ name: ports.model, ready: true });
		case "infer":
			return infer(ports, await recordOf(ports, operation.version), body);
	}
}

/** The entities of a signature's features are looked up where requests are taken, not here. */
const byValue = ({ model, signature: { inputs, outputs } }: VersionRecord) => ({
	model,
	signature: { inputs, outputs },
});

async function infer({ models, model }: AnswerPorts, record: VersionRecord, body: Uint8Array): Promise<Answer> {
	const request = readInferRequest(parseText(decodeText(body)), byValue(record), ROWS_MAX);
	const outputs = await models.use(record, (session) => session.run(request.tensors, request.outputs));
	return writeInferResponse({ model, version: record.version, id: request.id ?? randomUUID(), outputs });
}

async function recordOf({ routing, versions, log }: AnswerPorts, pinned?: number): Promise<VersionRecord> {
	if (pinned !== undefined) return versions.get(pinned);
	const asker = { requestId: randomUUID(), tenant: undefined, user: undefined };
	return versions.get(chooseVariant(await routing.route(log), asker).version);
}

function describe({ model }: AnswerPorts, { version, signature: { inputs, outputs } }: VersionRecord): Answer {
	return jsonAnswer({ name: model, versions: [String(version)], platform: PLATFORM, inputs, outputs });
}
