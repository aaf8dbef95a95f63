/**
 * Which version answers a request, and what the protocol says of a model: what every function that serves one asks the registry.
 * How a route is read and drawn from is in routing.ts.
 */
import type { Slot } from "../../../charter/jobs.ts";
import type { RouteVariant, VersionRecord } from "../../../charter/registry.ts";
import { type Answer, jsonAnswer } from "../http/answer.ts";
import type { Call } from "../http/serve.ts";
import { chooseVariant, PINNED_VARIANT, type Routing } from "./routing.ts";
import type { Versions } from "./versions.ts";

/** One model's part of the registry. */
export interface Serving {
	model: string;
	routing: Routing;
	versions: Versions;
}

/** What answers one request. */
export interface Choice {
	record: VersionRecord;
	variant: string;
	/** Where a queued model's version is served. */
	slot: Slot;
}

/** What Triton calls models that ONNX Runtime runs. */
const PLATFORM = "onnxruntime_onnx";
const FIRST_SLOT: Slot = "a";

/**
 * The version of one request, by the route's weights or as its path pins it; noted among the call's facts.
 * @throws {ApiError} NOT_FOUND, UNAVAILABLE, or DEADLINE_EXCEEDED
 */
export async function chooseVersion({ routing, versions }: Serving, call: Call, pinned?: number): Promise<Choice> {
	const { facts, deadline, request, log } = call;
	const choose = async (): Promise<Choice> => {
		const { version, name, slot }: Omit<RouteVariant, "weight"> =
			pinned === undefined
				? chooseVariant(await routing.variants(log), request.requestId)
				: { version: pinned, name: PINNED_VARIANT };
		const record = await versions.get(version);
		facts.version = version;
		facts.variant = name;
		return { record, variant: name, slot: slot ?? FIRST_SLOT };
	};
	return deadline.wait(choose(), "the registry answered");
}

/**
 * The model's metadata as the Open Inference Protocol has it.
 * @throws {ApiError} NOT_FOUND, UNAVAILABLE, or DEADLINE_EXCEEDED
 */
export async function describeModel(serving: Serving, call: Call, pinned?: number): Promise<Answer> {
	const { record } = await chooseVersion(serving, call, pinned);
	const variants = pinned === undefined ? await serving.routing.variants(call.log) : [record];
	const { inputs, outputs, features } = record.signature;
	const versions = [...new Set(variants.map(({ version }) => String(version)))];
	const parameters = features && { entity_input: features.entityInput, entity_input_replaces: features.input };
	return jsonAnswer({
		name: serving.model,
		versions,
		platform: PLATFORM,
		inputs,
		outputs,
		...(parameters && { parameters }),
	});
}
