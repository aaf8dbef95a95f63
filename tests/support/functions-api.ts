/** Factories of API Gateway's events and of what Lambda hands to a handler. One change a test. */
import type { APIGatewayProxyEvent, APIGatewayProxyResult, APIGatewayRequestAuthorizerEvent } from "aws-lambda";
import type { ApiErrorBody } from "../../charter/errors.ts";
import type { TenantContext } from "../../charter/tenancy.ts";

export interface ApiEventOptions {
	method?: string;
	resource?: string;
	version?: string;
	headers?: Record<string, string>;
	body?: string | null;
	isBase64Encoded?: boolean;
	tenant?: Partial<TenantContext>;
}

const identity: APIGatewayProxyEvent["requestContext"]["identity"] = {
	accessKey: null,
	accountId: null,
	apiKey: null,
	apiKeyId: null,
	caller: null,
	clientCert: null,
	cognitoAuthenticationProvider: null,
	cognitoAuthenticationType: null,
	cognitoIdentityId: null,
	cognitoIdentityPoolId: null,
	principalOrgId: null,
	sourceIp: "192.0.2.1",
	user: null,
	userAgent: null,
	userArn: null,
};

export const acme: TenantContext = {
	tenant: "acme",
	tier: "gold",
	rps: "50",
	burst: "100",
	maxJobsInFlight: "10",
	callbackKey: "key-of-acme",
};

/** A request of the tenant "acme", by default for inference on the sample model. */
export function apiEvent(options: ApiEventOptions = {}): APIGatewayProxyEvent {
	const resource = options.resource ?? "/v2/models/tumour-risk/infer";
	const method = options.method ?? "POST";
	return {
		resource,
		path: resource.replace("{version}", options.version ?? ""),
		httpMethod: method,
		headers: options.headers ?? { "content-type": "application/json" },
		multiValueHeaders: {},
		queryStringParameters: null,
		multiValueQueryStringParameters: null,
		pathParameters: options.version === undefined ? null : { version: options.version },
		stageVariables: null,
		body: options.body ?? null,
		isBase64Encoded: options.isBase64Encoded ?? false,
		requestContext: {
			accountId: "123456789012",
			apiId: "api",
			authorizer: { ...(options.tenant ?? acme), principalId: "acme" },
			protocol: "HTTP/1.1",
			httpMethod: method,
			identity,
			path: `/dev${resource}`,
			stage: "dev",
			requestId: "gateway-request",
			requestTimeEpoch: 0,
			resourceId: "resource",
			resourcePath: resource,
		},
	};
}

export const lambdaContext = (remainingMs = 1_000) => ({ getRemainingTimeInMillis: () => remainingMs });

export function authorizerEvent(headers: Record<string, string> | null): APIGatewayRequestAuthorizerEvent {
	const { resource, path, httpMethod, requestContext, ...rest } = apiEvent();
	return {
		...rest,
		type: "REQUEST",
		methodArn: "arn:aws:execute-api:eu-central-1:123456789012:api/dev/POST/v2/models/tumour-risk/infer",
		resource,
		path,
		httpMethod,
		headers,
		requestContext: { ...requestContext, authorizer: undefined },
	};
}

/** The error of an answer, with its status and what tells a client when to come again. */
export function errorOf({ statusCode, body, headers }: APIGatewayProxyResult) {
	const { code, error, requestId }: ApiErrorBody = JSON.parse(body);
	return { status: statusCode, code, error, requestId, retryAfter: headers?.["retry-after"], allow: headers?.allow };
}
