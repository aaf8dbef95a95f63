/**
 * Answers the requests to one realtime model: admit → features → model → respond, and what the protocol asks about a model.
 * The decisions only; stores, runtime and telemetry are handed in.
 */
import { modelPath } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { REALTIME_PAYLOAD_MAX_BYTES } from "../../charter/limits.ts";
import type { VersionRecord } from "../../charter/registry.ts";
import { SPANS } from "../../charter/telemetry.ts";
import { type Answer, jsonAnswer } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import { ArtifactError } from "../shared/inference/artifact-error.ts";
import { checkBody, parseBody } from "../shared/inference/body.ts";
import { type InferRequest, readInferRequest } from "../shared/inference/infer-request.ts";
import { writeInferResponse } from "../shared/inference/infer-response.ts";
import type { Models } from "../shared/inference/models.ts";
import type { Tensor } from "../shared/inference/ports.ts";
import { chooseVersion, describeModel, type Serving } from "../shared/inference/serving.ts";
import { admitInTime, requireTenant } from "../shared/throttle/admission.ts";
import type { Throttle } from "../shared/throttle/throttle.ts";
import { type FeatureOptions, fetchFeatures } from "./features.ts";
import { readOperation } from "./routes.ts";

export interface PredictPorts extends Serving {
	models: Models;
	throttle: Throttle;
	features: FeatureOptions;
}

/** Until someone has repaired what serves, no probe finds it ready. */
const UNLOADABLE_RETRY_SECONDS = 30;

/** @throws {ApiError} for every answer that is no success */
export async function predict(ports: PredictPorts, call: Call): Promise<Answer> {
	const operation = readOperation(ports.model, call.request);
	call.facts.isInference = operation.kind === "infer";
	const tenant = requireTenant(call.request);
	switch (operation.kind) {
		case "metadata":
			return describeModel(ports, call, operation.version);
		case "ready":
			return ready(ports, call, operation.version);
		case "infer": {
			const { record, request } = await call.span.child(SPANS.admit, async () => {
				checkBody(call.request, REALTIME_PAYLOAD_MAX_BYTES);
				await admitInTime(ports.throttle, tenant, call.deadline);
				const body = parseBody(call.request);
				const { record: chosen } = await chooseVersion(ports, call, operation.version);
				return { record: chosen, request: readInferRequest(body, chosen) };
			});
			call.facts.rows = request.rows;
			return infer(ports, call, record, request);
		}
	}
}

async function infer(ports: PredictPorts, call: Call, record: VersionRecord, request: InferRequest): Promise<Answer> {
	const { models, features, model } = ports;
	const { span, deadline } = call;
	const tensors = await gatherTensors(features, call, record, request);
	const run = span.child(SPANS.model, () =>
		models.use(record, (session) => {
			deadline.check("the model ran");
			return session.run(tensors, request.outputs);
		}),
	);
	const outputs = await deadline.wait(run, "the model was loaded and had run");
	return writeInferResponse({ model, version: record.version, id: request.id ?? call.request.requestId, outputs });
}

/** The model's inputs in the signature's order: as sent, and where entities were named, from the feature table. */
async function gatherTensors(
	features: FeatureOptions,
	{ span, deadline }: Call,
	{ signature }: VersionRecord,
	{ tensors, entities }: InferRequest,
): Promise<Tensor[]> {
	if (!entities) return tensors;
	const fetched = await span.child(SPANS.features, () => fetchFeatures(features, signature, entities, deadline));
	return [...tensors, fetched];
}

/** Ready is what can answer at once: the model is in memory after this. */
async function ready(ports: PredictPorts, call: Call, pinned?: number): Promise<Answer> {
	const { models, routing, versions, model } = ports;
	const serving = pinned === undefined ? await routing.variants(call.log) : [{ version: pinned }];
	for (const { version } of serving) {
		call.facts.version = version;
		const load = versions.get(version).then((record) => models.use(record, async () => undefined));
		const loaded = load.catch((thrown: unknown) => {
			throw thrown instanceof ArtifactError ? unloadable(model, version, thrown) : thrown;
		});
		await call.deadline.wait(loaded, `version ${version} of ${modelPath(model)} was loaded`);
	}
	return jsonAnswer({ name: model, ready: true });
}

const unloadable = (model: string, version: number, cause: ArtifactError): ApiError =>
	new ApiError(
		"UNAVAILABLE",
		`Version ${version} of "${model}" is not ready: its artifact cannot be loaded. Register the model anew, or route to another version.`,
		{ cause, retryAfterSeconds: UNLOADABLE_RETRY_SECONDS },
	);
