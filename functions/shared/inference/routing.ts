/**
 * A model's route, read at most every few seconds; the last whole one serves while another cannot be read, or cannot be served
 * at once yet. Never changes a route; that is the control plane's. Which variant answers is in choose-variant.ts.
 */
import { ApiError } from "../../../charter/errors.ts";
import { ROUTE_CACHE_MS } from "../../../charter/limits.ts";
import type { RouteRecord } from "../../../charter/registry.ts";
import type { Log } from "../telemetry/log.ts";
import type { RegistryStore } from "./ports.ts";

/** What the metrics call requests that pin a version in their path. */
export const PINNED_VARIANT = "pinned";

export interface Routing {
	/**
	 * The model's route as it serves now: of at least one variant, their weights summing to 100.
	 * @throws {ApiError} UNAVAILABLE where the model has no version yet, or the registry cannot be read and never was
	 */
	route(log: Log): Promise<RouteRecord>;
}

/** Of whoever holds versions in memory: a new one takes longer to load than a request may take. */
interface Preparation {
	/** Brings a version into memory. */
	load(version: number): Promise<unknown>;
	/** Told which versions have traffic from now on. */
	keep(versions: readonly number[]): void;
}

export interface RoutingParts {
	model: string;
	registry: RegistryStore;
	now: () => number;
	/** @default a new route serves at once */
	preparation?: Preparation;
}

/** After a failed read the stale route serves this long before the next try: an outage must not slow each request. */
const RETRY_AFTER_FAILURE_MS = 1_000;
/**
 * The route before serves at most this long while a new one's versions are loaded. Then it is served by all the same: a version
 * that cannot be loaded has to show as errors of its own, where it is judged, and not as a rollout without traffic.
 */
export const PREPARE_MAX_MS = 10_000;
/** Whoever has read no route for longer was idle: the one it knows may have been taken back long ago, so it begins anew. */
const KNOWN_MAX_MS = ROUTE_CACHE_MS + PREPARE_MAX_MS;
/** A registration takes about as long. */
const NO_VERSION_RETRY_SECONDS = 5;
const REGISTRY_RETRY_SECONDS = 1;

export function createRouting({ model, registry, now, preparation }: RoutingParts): Routing {
	let known: RouteRecord | undefined;
	let next: RouteRecord | undefined;
	let freshUntilMs = 0;
	let readAtMs = 0;
	let reading: Promise<void> | undefined;
	/** When the versions of the route that serves and of the next one can serve, at the latest. */
	let readyAtMs = new Map<number, number>();

	const adopt = (route: RouteRecord): void => {
		known = route;
		next = undefined;
		preparation?.keep(servingVersions(route));
	};
	const isReady = (route: RouteRecord): boolean =>
		servingVersions(route).every((version) => (readyAtMs.get(version) ?? 0) <= now());
	/** Where there is a route already: begins to load what it does not have. */
	const prepare = ({ load }: Preparation, route: RouteRecord): void => {
		const isFirst = known === undefined;
		const needed = [...servingVersions(route), ...(known ? servingVersions(known) : [])];
		const before = readyAtMs;
		readyAtMs = new Map(needed.map((version) => [version, before.get(version) ?? now() + PREPARE_MAX_MS]));
		for (const version of readyAtMs.keys()) {
			if (before.has(version)) continue;
			const settled = () => {
				if (readyAtMs.has(version)) readyAtMs.set(version, 0);
			};
			// At a cold start the first request loads what it needs itself, and no more than that.
			if (isFirst) settled();
			else load(version).then(settled, settled);
		}
	};
	const read = async (log: Log): Promise<void> => {
		try {
			const route = await registry.route(model);
			if (now() - readAtMs > KNOWN_MAX_MS) known = undefined;
			readAtMs = now();
			// Where there is none yet, each request looks again: the first registration serves at once.
			freshUntilMs = route ? now() + ROUTE_CACHE_MS : 0;
			if (!route) {
				known = undefined;
				next = undefined;
			} else if (preparation) {
				prepare(preparation, route);
				next = route;
				if (!known) adopt(route);
			} else adopt(route);
		} catch (thrown) {
			if (!known)
				throw new ApiError("UNAVAILABLE", `The route of the model "${model}" cannot be read now. Try again.`, {
					cause: thrown,
					retryAfterSeconds: REGISTRY_RETRY_SECONDS,
				});
			log.warn(`The route of "${model}" cannot be read; serving by revision ${known.revision}`, {}, thrown);
			freshUntilMs = now() + RETRY_AFTER_FAILURE_MS;
		}
	};

	return {
		route: async (log) => {
			if (now() >= freshUntilMs) {
				reading ??= read(log).finally(() => {
					reading = undefined;
				});
				await reading;
			}
			if (next && isReady(next)) adopt(next);
			if (known) return known;
			throw new ApiError(
				"UNAVAILABLE",
				`The model "${model}" has no version that serves yet. Register one, then try again.`,
				{ retryAfterSeconds: NO_VERSION_RETRY_SECONDS },
			);
		},
	};
}

/** Those that have traffic, each once. */
export const servingVersions = ({ variants }: Pick<RouteRecord, "variants">): number[] => [
	...new Set(variants.filter(({ weight }) => weight > 0).map(({ version }) => version)),
];
