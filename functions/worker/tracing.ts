/**
 * OpenTelemetry in the worker, by its SDK for Node: one process that runs for long, so spans go out in batches beside the work.
 * A job's span has no parent, for its submitter has long been answered: it links to it, and is recorded where that was.
 */
import {
	type Context,
	isSpanContextValid,
	type Link,
	type SpanContext,
	type SpanKind,
	TraceFlags,
	type Tracer,
	trace,
} from "@opentelemetry/api";
import { parseTraceParent } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { NodeSDK } from "@opentelemetry/sdk-node";
import { type Sampler, SamplingDecision, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { ATTR_SERVICE_NAME } from "@opentelemetry/semantic-conventions";

export interface WorkerTracing {
	tracer: Tracer;
	/** Sends what is left. Never rejects. */
	shutdown(): Promise<void>;
}

/** @param processors where spans go; none means that only ids are made */
export function startTracing(serviceName: string, processors: SpanProcessor[]): WorkerTracing {
	const sdk = new NodeSDK({
		resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: serviceName }),
		// The platform's own variables decide, not what the SDK would guess of its surroundings.
		autoDetectResources: false,
		instrumentations: [],
		metricReaders: [],
		logRecordProcessors: [],
		sampler: asSubmitted,
		spanProcessors: processors,
	});
	sdk.start();
	return {
		tracer: trace.getTracer(serviceName),
		shutdown: () => sdk.shutdown().catch(() => undefined),
	};
}

/** The span of a job's submitting request, undefined where the text names none. */
export function submitterOf(traceparent: string): SpanContext | undefined {
	const context = parseTraceParent(traceparent);
	return context && isSpanContextValid(context) ? { ...context, isRemote: true } : undefined;
}

const isRecorded = (links: readonly Link[]): boolean =>
	links.some(({ context }) => (context.traceFlags & TraceFlags.SAMPLED) !== 0);

const asSubmitted: Sampler = {
	shouldSample: (_context: Context, _traceId: string, _name: string, _kind: SpanKind, _attributes, links) => ({
		decision: isRecorded(links) ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD,
	}),
	toString: () => "AsSubmitted",
};
