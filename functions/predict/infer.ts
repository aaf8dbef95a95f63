/** The part of a prediction that works: features where entities were named, then the model. Who asked and how is not known here. */
import type { VersionRecord } from "../../charter/registry.ts";
import { SPANS } from "../../charter/telemetry.ts";
import type { Deadline } from "../shared/deadline.ts";
import type { InferRequest } from "../shared/inference/infer-request.ts";
import type { Models } from "../shared/inference/models.ts";
import type { Tensor } from "../shared/inference/ports.ts";
import type { ActiveSpan } from "../shared/telemetry/tracing.ts";
import { type FeatureOptions, fetchFeatures } from "./features.ts";

export interface InferPorts {
	models: Pick<Models, "use">;
	features: FeatureOptions;
}

/** What bounds and records the work. */
export interface InferContext {
	span: Pick<ActiveSpan, "child">;
	deadline: Deadline;
}

/**
 * The outputs that the request asks for.
 * @throws {ApiError} for what is the request's or the moment's fault
 * @throws {FeatureRecordError|ArtifactError} for what is the platform's
 */
export async function runModel(
	{ models, features }: InferPorts,
	context: InferContext,
	record: VersionRecord,
	request: InferRequest,
): Promise<Tensor[]> {
	const { span, deadline } = context;
	const tensors = await gatherTensors(features, context, record, request);
	const run = span.child(SPANS.model, () =>
		models.use(record, (session) => {
			deadline.check("the model ran");
			return session.run(tensors, request.outputs);
		}),
	);
	return deadline.wait(run, "the model was loaded and had run");
}

/** The model's inputs in the signature's order: as sent, and where entities were named, from the feature table. */
async function gatherTensors(
	features: FeatureOptions,
	{ span, deadline }: InferContext,
	{ signature }: VersionRecord,
	{ tensors, entities }: InferRequest,
): Promise<Tensor[]> {
	if (!entities) return tensors;
	const fetched = await span.child(SPANS.features, () => fetchFeatures(features, signature, entities, deadline));
	return [...tensors, fetched];
}
