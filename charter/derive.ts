/**
 * What follows from the settings by arithmetic: timeouts, reservations, throttles.
 * Pure: no resource is made here, and a mistake is found before any is.
 */
import { SettingsError } from "./errors.ts";
import {
	ACCOUNT_CONCURRENCY_LIMIT,
	API_INTEGRATION_MARGIN_MS,
	API_INTEGRATION_TIMEOUT_MAX_MS,
	CONCURRENCY_HEADROOM,
	RESERVED_CONCURRENCY_MINIMUM,
	UNRESERVED_CONCURRENCY_MINIMUM,
	USAGE_PLAN_HEADROOM,
} from "./limits.ts";
import type { ModelSettings, Settings, TenantSettings, TierSettings } from "./settings.ts";

/** A model that answers while its caller waits, from a function. */
export type RealtimeModel = ModelSettings & {
	serve: "realtime";
	runtime: Extract<ModelSettings["runtime"], { kind: "lambda" }>;
	budget: NonNullable<ModelSettings["budget"]>;
};

export const isRealtime = (model: ModelSettings): model is RealtimeModel =>
	model.serve === "realtime" && model.runtime.kind === "lambda" && model.budget !== undefined;

export const realtimeModels = (settings: Settings): RealtimeModel[] => settings.models.filter(isRealtime);

/** Longest that the platform's own functions may run, in seconds. None is 3, which policies must take for AWS's default. */
export const AUTHORIZE_TIMEOUT_SECONDS = 2;
export const HEALTH_TIMEOUT_SECONDS = 2;
export const REGISTER_TIMEOUT_SECONDS = 60;

/** 95 % of a warm authorizer's own work, one read of the tenants' table included, is done within this time. */
const AUTHORIZE_P95_MS = 100;
/** Health is asked by probes, not by traffic; registrations come one at a time. */
const HEALTH_RESERVED_CONCURRENCY = 5;
const REGISTER_RESERVED_CONCURRENCY = RESERVED_CONCURRENCY_MINIMUM;

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

/** Little's law at the peak, with headroom: requests per second × seconds each = requests in work at once. */
export const reservedConcurrency = ({ peakRps, p95Ms }: { peakRps: number; p95Ms: number }): number =>
	Math.max(RESERVED_CONCURRENCY_MINIMUM, Math.ceil(((peakRps * p95Ms) / 1000) * CONCURRENCY_HEADROOM));

/** Bounds of the function of one realtime model. */
export interface EndpointCapacity {
	timeoutSeconds: number;
	integrationTimeoutMs: number;
	reservedConcurrency: number;
}

/** Concurrency that each function of the stack reserves. */
export interface CapacityPlan {
	register: number;
	authorize: number;
	health: number;
	endpoint(model: RealtimeModel): EndpointCapacity;
}

/**
 * Bounds of everything that the settings ask for.
 * @throws {SettingsError} where an API could not wait as long as a model may take, or the reservations exceed the account's concurrency
 */
export function planCapacity(settings: Settings): CapacityPlan {
	const models = realtimeModels(settings);
	const plan = {
		register: REGISTER_RESERVED_CONCURRENCY,
		authorize: authorizeConcurrency(models),
		health: HEALTH_RESERVED_CONCURRENCY,
		endpoint: endpointCapacity,
	};
	assertReservationsFit({
		register: plan.register,
		authorize: plan.authorize,
		health: plan.health,
		...Object.fromEntries(
			models.map((model) => [`${model.name}-predict`, endpointCapacity(model).reservedConcurrency]),
		),
	});
	return plan;
}

/**
 * API Gateway keeps a token's answer, but each of the calls that come before there is one asks, and waits for a cold start:
 * as many at once as the functions behind take. Where those are quicker than the authorizer, its own work is more.
 */
function authorizeConcurrency(models: readonly RealtimeModel[]): number {
	const behind = models.map((model) => endpointCapacity(model).reservedConcurrency);
	const atOnce = behind.reduce((sum, reservation) => sum + reservation, HEALTH_RESERVED_CONCURRENCY);
	const peakRps = models.reduce((sum, { traffic }) => sum + traffic.peakRps, 0);
	return Math.max(atOnce, reservedConcurrency({ peakRps, p95Ms: AUTHORIZE_P95_MS }));
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

/**
 * @param reservations reserved concurrency by function
 * @throws {SettingsError} that names the numbers, where the sum leaves the account less than AWS demands
 */
export function assertReservationsFit(
	reservations: Readonly<Record<string, number>>,
	accountLimit = ACCOUNT_CONCURRENCY_LIMIT,
): void {
	const sum = Object.values(reservations).reduce((total, reservation) => total + reservation, 0);
	const limit = accountLimit - UNRESERVED_CONCURRENCY_MINIMUM;
	if (sum <= limit) return;
	const terms = Object.entries(reservations).map(([name, reservation]) => `${name} ${reservation}`);
	throw new SettingsError(
		`The functions reserve a concurrency of ${sum} (${terms.join(" + ")}), over the ${limit} that the account's ${accountLimit} leaves when ${UNRESERVED_CONCURRENCY_MINIMUM} stay unreserved. Lower traffic.peakRps or slo.p95Ms of the largest, or deploy some models to another account.`,
	);
}

/** A rate of API Gateway: requests per second, and how many may come at once. */
export interface Throttle {
	rateLimit: number;
	burstLimit: number;
}

/**
 * The shield of one tenant over all models together: its tier's rate for each realtime model that it may call,
 * with headroom, because the token bucket per model is what counts exactly.
 */
export function planThrottle(tenant: TenantSettings, tier: TierSettings, models: readonly RealtimeModel[]): Throttle {
	const callable = models.filter(({ name }) => tenant.models?.includes(name) ?? true).length;
	const factor = Math.max(1, callable) * USAGE_PLAN_HEADROOM;
	return { rateLimit: tier.rps * factor, burstLimit: Math.ceil(tier.burst * factor) };
}

/** The shield of the whole stage: what all tenants together may send. */
export const stageThrottle = (plans: readonly Throttle[]): Throttle => ({
	rateLimit: plans.reduce((sum, { rateLimit }) => sum + rateLimit, 0),
	burstLimit: plans.reduce((sum, { burstLimit }) => sum + burstLimit, 0),
});

/** The concurrency that all functions of the stack reserve together. */
export function totalReservedConcurrency(settings: Settings): number {
	const { register, authorize, health, endpoint } = planCapacity(settings);
	return realtimeModels(settings).reduce(
		(sum, model) => sum + endpoint(model).reservedConcurrency,
		register + authorize + health,
	);
}
