/**
 * Turns a function that answers API requests into a Lambda handler: request in, one span, one log record, one answer out.
 * Errors never escape it: whatever is thrown becomes an answer in the API's error shape.
 */
import type { Attributes } from "@opentelemetry/api";
import { TRACE_PARENT_HEADER } from "@opentelemetry/core";
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from "@opentelemetry/semantic-conventions";
import type { APIGatewayProxyEvent, APIGatewayProxyResult, Context } from "aws-lambda";
import { DEADLINE_HEADER, REQUEST_ID_HEADER } from "../../../charter/api.ts";
import type { ApiErrorCode } from "../../../charter/errors.ts";
import { SPAN_ATTRIBUTES } from "../../../charter/telemetry.ts";
import { createDeadline, type Deadline } from "../deadline.ts";
import type { Log } from "../telemetry/log.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { ActiveSpan } from "../telemetry/tracing.ts";
import { type Answer, type ErrorAnswer, errorAnswer } from "./answer.ts";
import { type ApiRequest, readApiRequest } from "./api-request.ts";

/** What is learned of a request on its way; goes into its log record, span and metrics. */
interface RequestFacts {
	/** Whether it asks for an inference and counts for the model's SLO; what becomes a job counts when that has ended. */
	isInference: boolean;
	/** Where the function serves several models; one that serves a single model has these in all its records. */
	model?: string;
	team?: string;
	feature?: string;
	version?: number;
	variant?: string;
	rows?: number;
}

/** One request in work. */
export interface Call {
	request: ApiRequest;
	deadline: Deadline;
	span: ActiveSpan;
	facts: RequestFacts;
	log: Log;
}

/** A request that was answered. */
export interface Outcome {
	facts: RequestFacts;
	status: number;
	latencyMs: number;
	costUsd: number | undefined;
}

export interface ServeOptions {
	telemetry: Telemetry;
	/** Name of the request's span, and the message of its log record. */
	name: string;
	answer: (call: Call) => Promise<Answer>;
	/** What every request's span carries. */
	attributes?: Attributes;
	/** What the request cost, where that is attributed. */
	costUsd?: (latencyMs: number) => number;
	/** Told of each answered request. */
	onAnswered?: (outcome: Outcome) => void;
}

export type ApiHandler = (event: APIGatewayProxyEvent, context: RemainingTime) => Promise<APIGatewayProxyResult>;
type RemainingTime = Pick<Context, "getRemainingTimeInMillis">;

const FIRST_SERVER_ERROR = 500;
/** Still in development at OpenTelemetry, and so not among its exported names. */
const ATTR_FAAS_COLDSTART = "faas.coldstart";

export function serve({ telemetry, name, answer, attributes, costUsd, onAnswered }: ServeOptions): ApiHandler {
	let isColdStart = true;
	return async (event, context) => {
		const startedAtMs = performance.now();
		const coldStart = isColdStart;
		isColdStart = false;
		const request = readApiRequest(event);
		const { requestId, tenant } = request;
		const span = telemetry.tracing.start(name, request.headers, {
			...attributes,
			[SPAN_ATTRIBUTES.requestId]: requestId,
		});
		const log = telemetry.log.with({
			requestId,
			traceId: span.traceId,
			spanId: span.spanId,
			...(tenant && { tenant: tenant.tenant }),
		});
		const facts: RequestFacts = { isInference: false };
		const { result, failure } = await settle(requestId, async () => {
			const remainingMs = context.getRemainingTimeInMillis();
			const deadline = createDeadline(request.headers.get(DEADLINE_HEADER), remainingMs, () => performance.now());
			return answer({ request, deadline, span, facts, log });
		});
		const latencyMs = performance.now() - startedAtMs;
		const outcome: Outcome = { facts, status: result.status, latencyMs, costUsd: costUsd?.(latencyMs) };
		record(outcome, { name, log, span, coldStart, failure, tenant: tenant?.tenant });
		onAnswered?.(outcome);
		await telemetry.tracing.flush();
		return {
			statusCode: result.status,
			body: result.body,
			headers: {
				"content-type": "application/json",
				[REQUEST_ID_HEADER]: requestId,
				[TRACE_PARENT_HEADER]: span.traceparent,
				...result.headers,
			},
		};
	};
}

async function settle(requestId: string, work: () => Promise<Answer>) {
	try {
		return { result: await work(), failure: undefined };
	} catch (thrown) {
		const failure = errorAnswer(thrown, requestId);
		return { result: failure.answer, failure };
	}
}

interface Recording {
	name: string;
	log: Log;
	span: ActiveSpan;
	coldStart: boolean;
	failure: ErrorAnswer | undefined;
	tenant: string | undefined;
}

function record({ facts, status, latencyMs, costUsd }: Outcome, to: Recording): void {
	const { model, team, feature, version, variant, rows } = facts;
	const code: ApiErrorCode | undefined = to.failure?.error.code;
	to.span.set({
		[ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
		[ATTR_FAAS_COLDSTART]: to.coldStart,
		...(to.tenant !== undefined && { [SPAN_ATTRIBUTES.tenant]: to.tenant }),
		...(model !== undefined && { [SPAN_ATTRIBUTES.modelName]: model }),
		...(team !== undefined && { [SPAN_ATTRIBUTES.team]: team }),
		...(feature !== undefined && { [SPAN_ATTRIBUTES.feature]: feature }),
		...(version !== undefined && { [SPAN_ATTRIBUTES.modelVersion]: version }),
		...(variant !== undefined && { [SPAN_ATTRIBUTES.modelVariant]: variant }),
		...(rows !== undefined && { [SPAN_ATTRIBUTES.rows]: rows }),
	});
	to.span.end(to.failure?.error);
	const fields = {
		status,
		latencyMs: Math.round(latencyMs * 1000) / 1000,
		coldStart: to.coldStart,
		...(model !== undefined && { model }),
		...(team !== undefined && { team }),
		...(feature !== undefined && { feature }),
		...(version !== undefined && { version }),
		...(variant !== undefined && { variant }),
		...(costUsd !== undefined && { costUsd }),
		...(code && { code }),
	};
	if (status >= FIRST_SERVER_ERROR) to.log.error(to.name, fields, to.failure?.error);
	else to.log.info(to.name, fields);
}
