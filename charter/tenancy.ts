/** Records of the tenants' and the throttle's tables, and what the authorizer hands on. */

/** `pk` TENANT#name, `sk` CONFIG: written by the program. */
export interface TenantRecord {
	pk: string;
	sk: "CONFIG";
	tenant: string;
	tier: string;
	/** Value of the tenant's usage-plan key, which the authorizer returns to API Gateway. */
	usageIdentifierKey: string;
	/** Models that the tenant may call; all of them where it is absent. */
	models?: string[];
}

/** `pk` TENANT#name, `sk` TOKEN#hash: written where a token is issued. */
export interface TokenRecord {
	pk: string;
	sk: string;
	issuedAt: string;
}

export const tenantKey = (tenant: string): string => `TENANT#${tenant}`;
export const TENANT_CONFIG_KEY = "CONFIG";
export const tokenKey = (hash: string): string => `TOKEN#${hash}`;
/**
 * Throttle table: the bucket as `fullAtMs`, the time (ms since the epoch) at which it would be full again, and `expiresAt`,
 * the seconds after which DynamoDB may delete the item.
 */
export const bucketKey = (tenant: string, model: string): string => `TENANT#${tenant}#MODEL#${model}`;
/** Feature table: `pk` ENTITY#model#id, one number attribute a column under `values`. */
export const entityKey = (model: string, id: string): string => `ENTITY#${model}#${id}`;

/** Context that the authorizer hands to the functions; API Gateway makes every value a string. */
export interface TenantContext {
	tenant: string;
	tier: string;
	/** Requests per second and burst of the tier. */
	rps: string;
	burst: string;
	/** Most jobs of the tenant in flight on each model. */
	maxJobsInFlight: string;
	/** Key of the signature on its callbacks: `callbackKeyOf` (tokens.ts) of the token that the request came with. */
	callbackKey: string;
}
