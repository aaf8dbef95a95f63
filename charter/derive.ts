/**
 * What follows from the settings by arithmetic: timeouts, reservations, throttles.
 * Pure: no resource is made here, and a mistake is found before any is.
 */
import { batchReservations } from "./batch.ts";
import { assertReservationsFit, reservedConcurrency, sumOf } from "./concurrency.ts";
import { deliveryReservations } from "./delivery.ts";
import { SettingsError } from "./errors.ts";
import { SLOTS } from "./jobs.ts";
import {
	API_INTEGRATION_MARGIN_MS,
	API_INTEGRATION_TIMEOUT_MAX_MS,
	RESERVED_CONCURRENCY_MINIMUM,
	USAGE_PLAN_HEADROOM,
} from "./limits.ts";
import { planPool } from "./pool.ts";
import {
	assertModelsFit,
	isOnEcs,
	isQueued,
	overflowConcurrency,
	planQueued,
	type QueuedCapacity,
	type QueuedModel,
	queuedCallsAtOnce,
	queuedModels,
} from "./queued.ts";
import { endpointFunctions, isOnSageMaker, planEndpoint } from "./sagemaker.ts";
import type { ModelSettings, Settings, TenantSettings, TierSettings } from "./settings.ts";

/** A model that answers while its caller waits, from a function. */
export type RealtimeModel = ModelSettings & {
	serve: "realtime";
	runtime: Extract<ModelSettings["runtime"], { kind: "lambda" }>;
	budget: NonNullable<ModelSettings["budget"]>;
};

const isRealtime = (model: ModelSettings): model is RealtimeModel =>
	model.serve === "realtime" && model.runtime.kind === "lambda" && model.budget !== undefined;

export const realtimeModels = (settings: Settings): RealtimeModel[] => settings.models.filter(isRealtime);

/** Realtime models of which a request that cannot be answered at once becomes a job. */
export const overflowingModels = (settings: Settings): RealtimeModel[] =>
	realtimeModels(settings).filter(({ overflow }) => overflow === "job");

/** Longest that the platform's own functions may run, in seconds. None is 3, which policies must take for AWS's default. */
export const AUTHORIZE_TIMEOUT_SECONDS = 2;
export const HEALTH_TIMEOUT_SECONDS = 2;
export const REGISTER_TIMEOUT_SECONDS = 60;

/** 95 % of a warm authorizer's own work, one read of the tenants' table included, is done within this time. */
const AUTHORIZE_P95_MS = 100;
/** Health is asked by probes, not by traffic; registrations come one at a time. */
const HEALTH_RESERVED_CONCURRENCY = 5;
const REGISTER_RESERVED_CONCURRENCY = RESERVED_CONCURRENCY_MINIMUM;
/** A release asks every few minutes, and again where it is refused. */
const RELEASE_RESERVED_CONCURRENCY = RESERVED_CONCURRENCY_MINIMUM;

/** AWS's default timeout of a function: stated or not, no policy can tell. */
const DEFAULT_TIMEOUT_SECONDS = 3;

/**
 * The shortest whole number of seconds that holds the latency that is promised, and is not AWS's default: what a model's
 * function gets, and the most that the charter lets it have.
 */
export function functionTimeoutSeconds(p95Ms: number): number {
	const seconds = Math.max(1, Math.ceil(p95Ms / 1000));
	return seconds === DEFAULT_TIMEOUT_SECONDS ? seconds + 1 : seconds;
}

/** What the API waits for a function: a margin longer than the function may run. */
export const integrationTimeoutMs = (timeoutSeconds: number): number =>
	timeoutSeconds * 1000 + API_INTEGRATION_MARGIN_MS;

/** Bounds of the function of one realtime model. */
export interface EndpointCapacity {
	timeoutSeconds: number;
	integrationTimeoutMs: number;
	reservedConcurrency: number;
}

/** Concurrency that each function of the stack reserves. */
export interface CapacityPlan {
	register: number;
	release: number;
	authorize: number;
	health: number;
	endpoint(model: RealtimeModel): EndpointCapacity;
	/** Of the functions that jobs share; undefined where no model has jobs. */
	queued: QueuedCapacity | undefined;
}

/**
 * Bounds of everything that the settings ask for.
 * @throws {SettingsError} where an API could not wait as long as a model may take, the reservations exceed the account's
 * concurrency, a queued model could never keep up, or there are more models with jobs than a function can be told of
 */
export function planCapacity(settings: Settings): CapacityPlan {
	const queued = queuedModels(settings);
	for (const model of queued)
		if (isOnEcs(model)) planPool(model);
		else if (isOnSageMaker(model)) planEndpoint(model);
	assertModelsFit([...queued, ...overflowingModels(settings)]);
	assertReservationsFit(reservations(settings));
	return {
		...sharedReservations(settings),
		endpoint: endpointCapacity,
		queued: planQueued(queued, overflowingModels(settings)),
	};
}

const sharedReservations = (settings: Settings) => ({
	register: REGISTER_RESERVED_CONCURRENCY,
	release: RELEASE_RESERVED_CONCURRENCY,
	authorize: authorizeConcurrency(realtimeModels(settings), queuedModels(settings)),
	health: HEALTH_RESERVED_CONCURRENCY,
});

/** By function. */
function reservations(settings: Settings): Record<string, number> {
	const [queued, overflowing] = [queuedModels(settings), overflowingModels(settings)];
	return {
		...sharedReservations(settings),
		...Object.fromEntries(
			realtimeModels(settings).map((model) => [`${model.name}-predict`, endpointCapacity(model).reservedConcurrency]),
		),
		...planQueued(queued, overflowing),
		...Object.fromEntries(overflowing.map((model) => [`${model.name}-overflow`, overflowConcurrency(model)])),
		...Object.fromEntries(
			queued
				.filter(isOnSageMaker)
				.flatMap((model) =>
					SLOTS.flatMap((slot) =>
						Object.entries(endpointFunctions(model)).map(([of, reservation]) => [
							`${model.name}-${slot}-${of}`,
							reservation,
						]),
					),
				),
		),
		...batchReservations(settings),
		...deliveryReservations(settings),
	};
}

/**
 * API Gateway keeps a token's answer, but each of the calls that come before there is one asks, and waits for a cold start:
 * as many at once as the functions behind take. Where those are quicker than the authorizer, its own work is more.
 */
function authorizeConcurrency(realtime: readonly RealtimeModel[], queued: readonly QueuedModel[]): number {
	const overflowing = realtime.filter(({ overflow }) => overflow === "job");
	const behind = realtime.map((model) => endpointCapacity(model).reservedConcurrency);
	const atOnce = behind.reduce((sum, reservation) => sum + reservation, HEALTH_RESERVED_CONCURRENCY);
	const peakRps = [...realtime, ...queued].reduce((sum, { traffic }) => sum + traffic.peakRps, 0);
	return Math.max(
		atOnce + queuedCallsAtOnce(queued, overflowing),
		reservedConcurrency({ peakRps, p95Ms: AUTHORIZE_P95_MS }),
	);
}

function endpointCapacity(model: RealtimeModel): EndpointCapacity {
	const timeoutSeconds = functionTimeoutSeconds(model.slo.p95Ms);
	const timeoutMs = integrationTimeoutMs(timeoutSeconds);
	if (timeoutMs > API_INTEGRATION_TIMEOUT_MAX_MS)
		throw new SettingsError(
			`Model "${model.name}" promises slo.p95Ms of ${model.slo.p95Ms} ms, so the API would have to wait ${timeoutMs} ms for it, over the ${API_INTEGRATION_TIMEOUT_MAX_MS} ms that a REST API waits. Tighten slo.p95Ms, or declare serve: queued.`,
		);
	return {
		timeoutSeconds,
		integrationTimeoutMs: timeoutMs,
		reservedConcurrency: reservedConcurrency({ peakRps: model.traffic.peakRps, p95Ms: model.slo.p95Ms }),
	};
}

/** A rate of API Gateway: requests per second, and how many may come at once. */
export interface Throttle {
	rateLimit: number;
	burstLimit: number;
}

/** The models that the API serves. */
export const servedModels = (settings: Settings): (RealtimeModel | QueuedModel)[] => [
	...realtimeModels(settings),
	...queuedModels(settings),
];

/**
 * The shield of one tenant over all models together: its tier's rate for each model that it may call, and once more for
 * the jobs of a queued one, which are asked for; with headroom, because the token bucket per model is what counts exactly.
 */
export function planThrottle(
	tenant: TenantSettings,
	tier: TierSettings,
	models: readonly (RealtimeModel | QueuedModel)[],
): Throttle {
	const callable = models.filter(({ name }) => tenant.models?.includes(name) ?? true);
	const ways = callable.reduce((sum, model) => sum + (isQueued(model) ? 2 : 1), 0);
	const factor = Math.max(1, ways) * USAGE_PLAN_HEADROOM;
	return { rateLimit: tier.rps * factor, burstLimit: Math.ceil(tier.burst * factor) };
}

/** The shield of the whole stage: what all tenants together may send. */
export const stageThrottle = (plans: readonly Throttle[]): Throttle => ({
	rateLimit: plans.reduce((sum, { rateLimit }) => sum + rateLimit, 0),
	burstLimit: plans.reduce((sum, { burstLimit }) => sum + burstLimit, 0),
});

/** The concurrency that all functions of the stack reserve together. */
export const totalReservedConcurrency = (settings: Settings): number => sumOf(reservations(settings));
