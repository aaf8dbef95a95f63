/**
 * Which version answers a request: the model's route, read at most every few seconds, and a draw by weight.
 * Never changes a route; that is the control plane's.
 */
import { createHash } from "node:crypto";
import { ApiError } from "../../../charter/errors.ts";
import { ROUTE_CACHE_MS } from "../../../charter/limits.ts";
import type { RouteRecord, RouteVariant } from "../../../charter/registry.ts";
import type { Log } from "../telemetry/log.ts";
import type { RegistryStore } from "./ports.ts";

/** What the metrics call requests that pin a version in their path. */
export const PINNED_VARIANT = "pinned";

export interface Routing {
	/**
	 * The model's variants that have traffic or could have it.
	 * @throws {ApiError} UNAVAILABLE where the model has no version yet, or the registry cannot be read and never was
	 */
	variants(log: Log): Promise<readonly RouteVariant[]>;
}

/** After a failed read the stale route serves this long before the next try: an outage must not slow each request. */
const RETRY_AFTER_FAILURE_MS = 1_000;
/** A registration takes about as long. */
const NO_VERSION_RETRY_SECONDS = 5;
const REGISTRY_RETRY_SECONDS = 1;

export function createRouting(model: string, registry: RegistryStore, now: () => number): Routing {
	let known: RouteRecord | undefined;
	let freshUntilMs = 0;
	let reading: Promise<RouteRecord | undefined> | undefined;

	const read = async (log: Log): Promise<RouteRecord | undefined> => {
		try {
			const route = await registry.route(model);
			// Where there is none yet, each request looks again: the first registration serves at once.
			freshUntilMs = route ? now() + ROUTE_CACHE_MS : 0;
			known = route;
		} catch (thrown) {
			if (!known)
				throw new ApiError("UNAVAILABLE", `The route of the model "${model}" cannot be read now. Try again.`, {
					cause: thrown,
					retryAfterSeconds: REGISTRY_RETRY_SECONDS,
				});
			log.warn(`The route of "${model}" cannot be read; serving by revision ${known.revision}`, {}, thrown);
			freshUntilMs = now() + RETRY_AFTER_FAILURE_MS;
		}
		return known;
	};

	return {
		variants: async (log) => {
			if (now() >= freshUntilMs) {
				reading ??= read(log).finally(() => {
					reading = undefined;
				});
				await reading;
			}
			const variants = known?.variants ?? [];
			if (variants.length === 0)
				throw new ApiError(
					"UNAVAILABLE",
					`The model "${model}" has no version that serves yet. Register one, then try again.`,
					{
						retryAfterSeconds: NO_VERSION_RETRY_SECONDS,
					},
				);
			return variants;
		},
	};
}

/**
 * The variant of one request, by weight: the same request id gives the same variant.
 * @param variants at least one; where all weights are 0 the first one serves
 */
export function chooseVariant(variants: readonly RouteVariant[], requestId: string): RouteVariant {
	const total = variants.reduce((sum, { weight }) => sum + weight, 0);
	let left = fraction(requestId) * total;
	for (const variant of variants) {
		left -= variant.weight;
		if (left < 0) return variant;
	}
	const [first] = variants;
	if (!first) throw new RangeError("A route without variants has nothing to choose from.");
	return first;
}

/** A number from 0 up to but not 1, spread evenly over the ids. */
function fraction(requestId: string): number {
	return createHash("sha256").update(requestId).digest().readUInt32BE(0) / 2 ** 32;
}
