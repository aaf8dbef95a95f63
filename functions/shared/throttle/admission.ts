/**
 * Admits a request by its tenant's token bucket within the request's own deadline.
 * How the bucket counts is in throttle.ts; this only says how long it may take to ask.
 */
import { ApiError } from "../../../charter/errors.ts";
import type { TenantContext } from "../../../charter/tenancy.ts";
import type { Deadline } from "../deadline.ts";
import type { ApiRequest } from "../http/api-request.ts";
import type { Throttle } from "./throttle.ts";

/** Longest that a request waits for the bucket before it is let through: an outage must not spend the deadline. */
const THROTTLE_MAX_MS = 250;

/**
 * Whose request it is.
 * @throws {ApiError} UNAUTHENTICATED where the authorizer did not run, or its context is not whole
 */
export function requireTenant({ tenant }: Pick<ApiRequest, "tenant">): TenantContext {
	if (tenant) return tenant;
	throw new ApiError(
		"UNAUTHENTICATED",
		"The request carries no tenant. Call the API with Authorization: Bearer <token>.",
	);
}

/** @throws {ApiError} THROTTLED, or DEADLINE_EXCEEDED where the caller waits too short */
export const admitInTime = (throttle: Throttle, tenant: TenantContext, deadline: Deadline): Promise<void> =>
	throttle.admit(tenant, (take) => takeInTime(deadline, take));

/** A caller who waits too short is no outage of the bucket: that ends the request, and lets nobody through. */
async function takeInTime<T>(deadline: Deadline, take: (signal: AbortSignal) => Promise<T>): Promise<T> {
	try {
		return await deadline.limit(THROTTLE_MAX_MS, take);
	} catch (thrown) {
		deadline.check("the tenant's rate was checked");
		throw thrown;
	}
}
