/**
 * Sends spans by OTLP over HTTP where an endpoint is configured.
 * The exporter reads OpenTelemetry's own environment variables itself; this only decides whether there is one.
 */
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { BatchSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { TRACE_FLUSH_MAX_MS } from "../../../charter/limits.ts";
import type { Environment } from "../environment.ts";

export function otlpProcessors(environment: Environment): SpanProcessor[] {
	if (!environment[ENVIRONMENT.otlpEndpoint]) return [];
	return [new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: TRACE_FLUSH_MAX_MS }))];
}
