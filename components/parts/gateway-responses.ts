/**
 * The errors that API Gateway answers by itself, in the shape of ours: one table of its response types.
 * Not the errors of the functions, which write the same shape themselves.
 */
import {
	JOB_ROUTES,
	MODEL_ROUTES,
	modelPath,
	QUEUED_MODEL_ROUTES,
	REQUEST_ID_HEADER,
	SERVER_ROUTES,
} from "../../charter/api.ts";
import { API_ERRORS, type ApiErrorBody, type ApiErrorCode } from "../../charter/errors.ts";

/** One gateway response, as API Gateway takes it. */
export interface GatewayResponse {
	responseType: string;
	statusCode: string;
	responseParameters: Record<string, string>;
	responseTemplates: Record<string, string>;
}

interface Answer {
	code: ApiErrorCode;
	/** What, where, why and what to do. Goes into a template: no dollar sign, which API Gateway would read. */
	error: string;
	headers?: Record<string, string>;
}

const RETRY_AFTER = "Retry-After";
const denied = (error: string): Answer => ({ code: "FORBIDDEN", error });
const invalid = (error: string): Answer => ({ code: "INVALID_REQUEST", error });
const internal = (error: string): Answer => ({ code: "INTERNAL", error });
/** As one line each: routes that a realtime and a queued model both have are named once. */
const ROUTES = new Set(
	[
		...SERVER_ROUTES,
		...[...MODEL_ROUTES, ...QUEUED_MODEL_ROUTES].map(({ path, method }) => ({
			path: modelPath("{model}") + path,
			method,
		})),
		...JOB_ROUTES,
	].map(({ path, method }) => `${method} ${path}`),
);
const noRoute: Answer = {
	code: "NOT_FOUND",
	error: `No route of this API matches the path, or it has no such model. Its routes are ${[...ROUTES].join(", ")}.`,
};

/** By API Gateway's response type: every one that a REST API knows, so that none keeps AWS's own shape. */
const ANSWERS: Record<string, Answer> = {
	ACCESS_DENIED: denied(
		"This token's tenant may not call this path, or there is none. Check the path; if it is a model's, ask the platform team to add the model to the tenant's settings.",
	),
	API_CONFIGURATION_ERROR: internal("The API is misconfigured. Give the operators this requestId."),
	AUTHORIZER_CONFIGURATION_ERROR: internal(
		"The authorizer is misconfigured, so the request was not served. Give the operators this requestId.",
	),
	// Also what API Gateway says where the authorizer is at its capacity.
	AUTHORIZER_FAILURE: {
		code: "UNAVAILABLE",
		error:
			"The authorizer is at its capacity or failed, so the request was not served. Try again; if it persists, give the operators this requestId.",
		headers: { [RETRY_AFTER]: "1" },
	},
	BAD_REQUEST_BODY: invalid("The body is not what this path takes. Send JSON of the Open Inference Protocol."),
	BAD_REQUEST_PARAMETERS: invalid("A header or parameter of the request is missing or malformed. Correct it."),
	DEFAULT_4XX: invalid("API Gateway could not accept the request. Check path, headers and body."),
	DEFAULT_5XX: internal(
		"The request failed inside the API. Try again; if it persists, give the operators this requestId.",
	),
	EXPIRED_TOKEN: denied("The request's AWS signature has expired. Send a tenant's bearer token instead."),
	INTEGRATION_FAILURE: {
		code: "UNAVAILABLE",
		error:
			"The function behind this path did not take the request, because it is at its capacity or failed. Try again.",
		headers: { [RETRY_AFTER]: "1" },
	},
	INTEGRATION_TIMEOUT: {
		code: "DEADLINE_EXCEEDED",
		error: "The function behind this path did not answer within its time. Try again, with fewer rows in one request.",
	},
	INVALID_API_KEY: denied(
		"This tenant has no usage plan on this API. Ask the platform team to deploy the tenant's settings.",
	),
	INVALID_SIGNATURE: denied("The request's AWS signature is invalid. Send a tenant's bearer token instead."),
	// API Gateway's name for a path or method that does not exist, token or not.
	MISSING_AUTHENTICATION_TOKEN: noRoute,
	QUOTA_EXCEEDED: {
		code: "QUOTA_EXCEEDED",
		error: "The tenant has used up its requests of the day. Wait for the next day (UTC), or ask for a higher tier.",
		headers: { [RETRY_AFTER]: "3600" },
	},
	REQUEST_TOO_LARGE: {
		code: "PAYLOAD_TOO_LARGE",
		error: "The body is larger than API Gateway accepts. Send fewer rows in one request.",
	},
	RESOURCE_NOT_FOUND: noRoute,
	THROTTLED: {
		code: "THROTTLED",
		error:
			"The tenant sends more requests a second than its usage plan allows. Slow down, and try again after Retry-After.",
		headers: { [RETRY_AFTER]: "1" },
	},
	UNAUTHORIZED: {
		code: "UNAUTHENTICATED",
		error: "The request has no valid bearer token. Send the tenant's token as Authorization: Bearer TOKEN.",
		headers: { "WWW-Authenticate": "Bearer" },
	},
	UNSUPPORTED_MEDIA_TYPE: {
		code: "UNSUPPORTED_MEDIA_TYPE",
		error: "The body's media type is not supported. Send Content-Type: application/json.",
	},
	WAF_FILTERED: denied("The web application firewall refused the request. Give the operators this requestId."),
};

const responseHeader = (name: string): string => `gatewayresponse.header.${name}`;

/** Every gateway response of the API, by response type in alphabetical order. */
export const gatewayResponses = (): GatewayResponse[] =>
	Object.entries(ANSWERS).map(([responseType, { code, error, headers }]) => {
		const body: ApiErrorBody = { error, code, requestId: "$context.requestId" };
		return {
			responseType,
			statusCode: String(API_ERRORS[code]),
			responseParameters: {
				// Not the caller's own id: API Gateway would hand it back as it came, well formed or not.
				[responseHeader(REQUEST_ID_HEADER)]: "context.requestId",
				// API Gateway takes a literal value in single quotes.
				...Object.fromEntries(
					Object.entries(headers ?? {}).map(([header, value]) => [responseHeader(header), `'${value}'`]),
				),
			},
			responseTemplates: { "application/json": JSON.stringify(body) },
		};
	});
