/**
 * Takes what callers send back of how predictions went, and counts it for the version and variant that had answered: by these
 * counts a rollout is judged too. Keeps nothing of it.
 */
import { ApiError } from "../../../charter/errors.ts";
import type { RouteRecord } from "../../../charter/registry.ts";
import { VARIANTS } from "../../../charter/rollout.ts";
import { type Answer, jsonAnswer } from "../http/answer.ts";
import type { Call } from "../http/serve.ts";
import type { Feedback } from "../telemetry/metrics.ts";
import { admitInTime, requireTenant } from "../throttle/admission.ts";
import type { Throttle } from "../throttle/throttle.ts";
import { bodyText, checkBody, parseText } from "./body.ts";
import { readFeedback } from "./feedback-body.ts";
import { PINNED_VARIANT } from "./routing.ts";
import type { Serving } from "./serving.ts";

export interface FeedbackPorts {
	throttle: Throttle;
	/** Told of each outcome. */
	onFeedback: (feedback: Feedback) => void;
}

const BODY_MAX_BYTES = 4 * 1024;
const ACCEPTED = 202;
/** From here on it was good. */
const GOOD = 0.5;

/** @throws {ApiError} for every answer that is no success */
export async function takeFeedback(serving: Serving, ports: FeedbackPorts, call: Call): Promise<Answer> {
	const { request, deadline, facts, log } = call;
	checkBody(request, BODY_MAX_BYTES, "Send the outcome of one request.");
	await admitInTime(ports.throttle, requireTenant(request), deadline);
	const text = bodyText(request);
	if (text.trim() === "")
		throw new ApiError("INVALID_REQUEST", 'The body is empty. Send an object with "model_version" and "outcome".');
	const { version, outcome, variant: named } = readFeedback(parseText(text));
	const read = async () => {
		// One that there is not would be a metric of its own.
		await serving.versions.get(version);
		return serving.routing.route(log);
	};
	const variant = variantOf(await deadline.wait(read(), "the registry answered"), version, named);
	Object.assign(facts, { version, variant });
	ports.onFeedback({ model: serving.model, version, variant, isBad: outcome < GOOD });
	return jsonAnswer({}, ACCEPTED);
}

/**
 * Where the caller names none, the variant that has the version now; a version that no variant has was pinned.
 * @throws {ApiError} INVALID_REQUEST for a name that no answer had
 */
function variantOf({ variants }: RouteRecord, version: number, named: string | undefined): string {
	if (named === undefined) return variants.find((variant) => variant.version === version)?.name ?? PINNED_VARIANT;
	const known = [PINNED_VARIANT, VARIANTS.champion, VARIANTS.canary, ...variants.map(({ name }) => name)];
	if (known.includes(named)) return named;
	throw new ApiError(
		"INVALID_REQUEST",
		`"variant" is none of the model's. Send what the answer's x-model-variant said, or leave it out.`,
	);
}
