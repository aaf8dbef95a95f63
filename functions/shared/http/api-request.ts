/**
 * A request as the functions see it: made of the REST API's proxy event, once, with nothing trusted.
 * Not the body's meaning; see the function that answers.
 */
import type { APIGatewayProxyEvent } from "aws-lambda";
import { REQUEST_ID_HEADER, USER_ID_HEADER } from "../../../charter/api.ts";
import type { TenantContext } from "../../../charter/tenancy.ts";

export interface ApiRequest {
	/** The caller's `x-request-id` where it is well formed, else API Gateway's id. */
	requestId: string;
	method: string;
	/** The route's template, as in "/v2/models/tumour-risk/versions/{version}". */
	resource: string;
	pathParameters: Readonly<Record<string, string | undefined>>;
	/** By lower-case name. */
	headers: ReadonlyMap<string, string>;
	body: string | undefined;
	isBase64Encoded: boolean;
	/** Whom the caller asks for, as it names them; undefined where it names nobody, or not well. */
	user: string | undefined;
	/** From the authorizer; undefined where it did not run or its context is not whole. */
	tenant: TenantContext | undefined;
}

const WELL_FORMED_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Whatever prints, as account names, addresses and hashes do. */
const WELL_FORMED_USER = /^[\x21-\x7e]{1,128}$/;

export function readApiRequest(event: APIGatewayProxyEvent): ApiRequest {
	const headers = new Map<string, string>();
	for (const [name, value] of Object.entries(event.headers ?? {}))
		if (typeof value === "string") headers.set(name.toLowerCase(), value);
	const wished = headers.get(REQUEST_ID_HEADER);
	const user = headers.get(USER_ID_HEADER);
	return {
		requestId: wished !== undefined && WELL_FORMED_ID.test(wished) ? wished : event.requestContext.requestId,
		method: event.httpMethod,
		resource: event.resource,
		pathParameters: event.pathParameters ?? {},
		headers,
		body: event.body ?? undefined,
		isBase64Encoded: event.isBase64Encoded === true,
		user: user !== undefined && WELL_FORMED_USER.test(user) ? user : undefined,
		tenant: readTenant(event.requestContext.authorizer),
	};
}

function readTenant(context: object | null | undefined): TenantContext | undefined {
	const field = (name: keyof TenantContext): string | undefined => {
		const value: unknown = context ? Reflect.get(context, name) : undefined;
		return typeof value === "string" && value !== "" ? value : undefined;
	};
	const [tenant, tier, callbackKey] = [field("tenant"), field("tier"), field("callbackKey")];
	const [rps, burst, maxJobsInFlight] = [field("rps"), field("burst"), field("maxJobsInFlight")];
	if (!tenant || !tier || !callbackKey || !rps || !burst || !maxJobsInFlight) return undefined;
	if (!(Number(rps) > 0 && Number(burst) >= 1 && Number(maxJobsInFlight) >= 1)) return undefined;
	return { tenant, tier, rps, burst, maxJobsInFlight, callbackKey };
}
