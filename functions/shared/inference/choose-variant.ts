/**
 * Which variant of a route answers a request, and whether a shadow answers it too: draws by hash, so that the same key draws
 * the same. Pure; reading the route is routing.ts's.
 */
import { createHash } from "node:crypto";
import type { RouteRecord, RouteVariant } from "../../../charter/registry.ts";
import type { ApiRequest } from "../http/api-request.ts";

/** What of a request is drawn by. */
export type Asker = Pick<ApiRequest, "requestId" | "user"> & { tenant: { tenant: string } | undefined };
type Drawn = Pick<RouteRecord, "variants" | "sticky">;

const PERCENT = 100;
/** Own salt: whether a request is mirrored must not depend on its arm. */
const MIRROR_SALT = "mirror";

/**
 * By the variants' weights. The shares are counted from the list's end: keys that a canary has at some weight it keeps at each
 * larger one, as long as it is the last that has any.
 * @throws {RangeError} where the route has no variants
 */
export function chooseVariant({ variants, sticky }: Drawn, asker: Asker): RouteVariant {
	const point = share(sticky?.salt ?? "", keyOf(sticky?.by ?? "none", asker)) * PERCENT;
	let above = PERCENT;
	for (const variant of variants.toReversed()) {
		above -= variant.weight;
		if (point >= above && variant.weight > 0) return variant;
	}
	// The sum of the weights may fall short of 100 by a rounding.
	const first = variants.find(({ weight }) => weight > 0) ?? variants[0];
	if (!first) throw new RangeError("A route without variants has nothing to choose from.");
	return first;
}

/** The variant that answers this request in the shadow, where it is among those that are sampled. */
export function chooseShadow({ variants }: Pick<RouteRecord, "variants">, requestId: string): RouteVariant | undefined {
	const shadow = variants.find(({ mirrorPct = 0 }) => mirrorPct > 0);
	return shadow && share(MIRROR_SALT, requestId) * PERCENT < (shadow.mirrorPct ?? 0) ? shadow : undefined;
}

/** Users are named by their tenants: the same name means another one elsewhere. Nobody named is the tenant itself. */
function keyOf(by: NonNullable<RouteRecord["sticky"]>["by"], { requestId, tenant, user }: Asker): string {
	if (by === "none" || !tenant) return requestId;
	return by === "user" && user !== undefined ? `${tenant.tenant}\n${user}` : tenant.tenant;
}

/** A number from 0 up to but not 1, spread evenly over the keys, and by each salt anew. */
const share = (salt: string, key: string): number =>
	createHash("sha256").update(`${salt}\n${key}`).digest().readUInt32BE(0) / 2 ** 32;
