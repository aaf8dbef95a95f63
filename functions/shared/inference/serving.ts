/**
 * Which version answers a request, and what the protocol says of a model: what every function that serves one asks the registry.
 * How a route is read and drawn from is in routing.ts and choose-variant.ts.
 */
import type { Slot } from "../../../charter/jobs.ts";
import type { VersionRecord } from "../../../charter/registry.ts";
import { CANARY_SLOT, CHAMPION_SLOT } from "../../../charter/rollout.ts";
import { type Answer, jsonAnswer } from "../http/answer.ts";
import type { Call } from "../http/serve.ts";
import { chooseShadow, chooseVariant } from "./choose-variant.ts";
import { PINNED_VARIANT, type Routing, servingVersions } from "./routing.ts";
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
	/** What is to answer the request too, for comparison only. */
	shadow?: Shadow;
}

export interface Shadow {
	version: number;
	slot: Slot;
	rollout: number;
}

/** What Triton calls models that ONNX Runtime runs. */
const PLATFORM = "onnxruntime_onnx";

/**
 * The version of one request, by the route's weights or as its path pins it; noted among the call's facts.
 * @throws {ApiError} NOT_FOUND, UNAVAILABLE, or DEADLINE_EXCEEDED
 */
export async function chooseVersion(serving: Serving, call: Call, pinned?: number): Promise<Choice> {
	const { facts, deadline } = call;
	const choose = async (): Promise<Choice> => {
		const { version, ...choice } = pinned === undefined ? await draw(serving, call) : pinnedAt(pinned);
		const record = await serving.versions.get(version);
		facts.version = version;
		facts.variant = choice.variant;
		return { record, ...choice };
	};
	return deadline.wait(choose(), "the registry answered");
}

type Drawn = Omit<Choice, "record"> & { version: number };

const pinnedAt = (version: number): Drawn => ({ version, variant: PINNED_VARIANT, slot: CHAMPION_SLOT });

async function draw({ routing }: Serving, { request, log }: Call): Promise<Drawn> {
	const route = await routing.route(log);
	const { version, name, slot = CHAMPION_SLOT } = chooseVariant(route, request);
	const drawn: Drawn = { version, variant: name, slot };
	const shadow = chooseShadow(route, request.requestId);
	if (!shadow) return drawn;
	const { rollout = 0 } = route;
	return { ...drawn, shadow: { version: shadow.version, slot: shadow.slot ?? CANARY_SLOT, rollout } };
}

/**
 * The model's metadata as the Open Inference Protocol has it.
 * @throws {ApiError} NOT_FOUND, UNAVAILABLE, or DEADLINE_EXCEEDED
 */
export async function describeModel(serving: Serving, call: Call, pinned?: number): Promise<Answer> {
	const { record } = await chooseVersion(serving, call, pinned);
	const versions = pinned === undefined ? servingVersions(await serving.routing.route(call.log)) : [record.version];
	const { inputs, outputs, features } = record.signature;
	const parameters = features && { entity_input: features.entityInput, entity_input_replaces: features.input };
	return jsonAnswer({
		name: serving.model,
		versions: versions.map(String),
		platform: PLATFORM,
		inputs,
		outputs,
		...(parameters && { parameters }),
	});
}
