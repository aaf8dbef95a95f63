/**
 * Who a request comes from and which of the API's paths are theirs: the decision of the authorizer.
 * Pure but for the reads it is handed; the function beside it speaks API Gateway's language.
 */
import { jobPath, modelPath, SERVER_ROUTES } from "../../charter/api.ts";
import { TriplaneError } from "../../charter/errors.ts";
import type { TenantContext, TenantRecord } from "../../charter/tenancy.ts";
import { callbackKeyOf, tenantOfToken, tokenHash } from "../../charter/tokens.ts";

export interface TenantStore {
	/** The tenant's record, if it exists and has a token of this hash. */
	read(tenant: string, hash: string): Promise<TenantRecord | undefined>;
}

interface Tier {
	rps: number;
	burst: number;
	maxJobsInFlight: number;
}

export interface AuthorizePorts {
	tenants: TenantStore;
	tiers: ReadonlyMap<string, Tier>;
	/** The models that this API serves. */
	models: readonly string[];
}

/** Who may call what. */
export interface Grant {
	context: TenantContext;
	usageIdentifierKey: string;
	/** Path patterns, as in "/v2/models/tumour-risk/*": all of the tenant's, since API Gateway keeps the answer for its token. */
	paths: string[];
}

/** A tenant's tier is not among the stack's. */
class UnknownTierError extends TriplaneError {
	override readonly name = "UnknownTierError";
}

const BEARER = /^Bearer +(\S+) *$/i;

/**
 * @param authorization value of the request's header
 * @returns undefined where the header is missing or malformed, or names no tenant's token
 * @throws {UnknownTierError} where the tenant's record and the stack's tiers do not fit
 */
export async function authorize(ports: AuthorizePorts, authorization: string | undefined): Promise<Grant | undefined> {
	const [, token] = BEARER.exec(authorization ?? "") ?? [];
	// The checksum in a token tells junk without a read.
	const tenant = token && tenantOfToken(token);
	if (!token || !tenant) return undefined;
	const hash = tokenHash(token);
	const record = await ports.tenants.read(tenant, hash);
	if (!record) return undefined;
	const tier = ports.tiers.get(record.tier);
	if (!tier)
		throw new UnknownTierError(
			`The tenant "${tenant}" has the tier "${record.tier}", which the stack does not declare. Deploy the tenant anew.`,
		);
	const models = ports.models.filter((model) => record.models?.includes(model) ?? true);
	return {
		context: {
			tenant,
			tier: record.tier,
			rps: String(tier.rps),
			burst: String(tier.burst),
			maxJobsInFlight: String(tier.maxJobsInFlight),
			callbackKey: callbackKeyOf(hash),
		},
		usageIdentifierKey: record.usageIdentifierKey,
		paths: [
			// API Gateway finds a path with a slash at its end too, but would match the slash against these.
			...SERVER_ROUTES.flatMap(({ path }) => [path, `${path}/`]),
			// Whose a job is, the function that answers knows.
			jobPath("*"),
			...models.flatMap((model) => [modelPath(model), `${modelPath(model)}/*`]),
		],
	};
}
