/**
 * Sends spans by OTLP over HTTP where an endpoint is configured.
 * OpenTelemetry's other variables, headers among them, the exporter reads itself.
 */
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { TRACE_FLUSH_MAX_MS } from "../../../charter/limits.ts";
import type { Environment } from "../environment.ts";

/** What OTLP puts after the endpoint for traces. */
const TRACES_PATH = "/v1/traces";

export function otlpProcessors(environment: Environment): SpanProcessor[] {
	const endpoint = environment[ENVIRONMENT.otlpEndpoint];
	if (!endpoint) return [];
	const url = `${endpoint.replace(/\/+$/, "")}${TRACES_PATH}`;
	return [new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: TRACE_FLUSH_MAX_MS }))];
}
