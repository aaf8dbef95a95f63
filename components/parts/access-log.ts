/**
 * One line of the API's access log, as API Gateway fills it in.
 * Not the functions' own log records: this line exists also for requests that never reach a function.
 */

/** Field of the line → variable of API Gateway. The names are those of the charter's log record where both have them. */
const FIELDS = {
	requestId: "$context.requestId",
	extendedRequestId: "$context.extendedRequestId",
	time: "$context.requestTime",
	tenant: "$context.authorizer.tenant",
	principal: "$context.authorizer.principalId",
	method: "$context.httpMethod",
	path: "$context.path",
	resource: "$context.resourcePath",
	status: "$context.status",
	latencyMs: "$context.responseLatency",
	integrationLatencyMs: "$context.integrationLatency",
	authorizerLatencyMs: "$context.authorizer.latency",
	errorType: "$context.error.responseType",
	responseBytes: "$context.responseLength",
	traceId: "$context.xrayTraceId",
} as const;

/** Every value is quoted: API Gateway writes "-" for what it does not know, which is no number. */
export const accessLogFormat = (): string => JSON.stringify(FIELDS);
