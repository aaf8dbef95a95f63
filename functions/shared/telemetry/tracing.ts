/**
 * OpenTelemetry spans of a request, parent and child passed by hand: no context manager, so nothing to pay for on the hot path.
 * Adopts the caller's W3C context, else X-Ray's, so that both are one trace.
 */
import {
	type Attributes,
	type Context,
	isSpanContextValid,
	ROOT_CONTEXT,
	type Span,
	SpanKind,
	SpanStatusCode,
	TraceFlags,
	type Tracer,
	trace,
} from "@opentelemetry/api";
import { TRACE_PARENT_HEADER, W3CTraceContextPropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
	BasicTracerProvider,
	ParentBasedSampler,
	type SpanProcessor,
	TraceIdRatioBasedSampler,
} from "@opentelemetry/sdk-trace-base";
import { ATTR_SERVICE_NAME } from "@opentelemetry/semantic-conventions";
import { TRACE_FLUSH_MAX_MS } from "../../../charter/limits.ts";

/** One span in work, and the way to its children. */
export interface ActiveSpan {
	readonly traceId: string;
	readonly spanId: string;
	/** W3C header value by which another service would continue this trace. */
	readonly traceparent: string;
	set(attributes: Attributes): void;
	/** Runs work as a child span, which ends with it; an error that `isFault` holds for marks the span. */
	child<T>(name: string, work: (span: ActiveSpan) => Promise<T>): Promise<T>;
	end(fault?: unknown): void;
}

export interface Tracing {
	/** @param headers the request's, by lower-case name */
	start(name: string, headers: ReadonlyMap<string, string>, attributes?: Attributes): ActiveSpan;
	/** Sends what was recorded; waits at most TRACE_FLUSH_MAX_MS and never throws. */
	flush(): Promise<void>;
}

export interface TracingOptions {
	serviceName: string;
	/** Share of requests recorded where the caller has not decided. */
	sampleRatio: number;
	/** Where spans go; none means that only ids are made. */
	processors: SpanProcessor[];
	/** The invocation's `_X_AMZN_TRACE_ID`, which Lambda renews each time. */
	xrayHeader: () => string | undefined;
	/** Whether an error is the platform's fault rather than the caller's. */
	isFault: (thrown: unknown) => boolean;
}

const propagator = new W3CTraceContextPropagator();
const fromMap = {
	get: (headers: ReadonlyMap<string, string>, name: string) => headers.get(name),
	keys: (headers: ReadonlyMap<string, string>) => [...headers.keys()],
};

export function createTracing(options: TracingOptions): Tracing {
	const provider = new BasicTracerProvider({
		resource: resourceFromAttributes({ [ATTR_SERVICE_NAME]: options.serviceName }),
		sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sampleRatio) }),
		spanProcessors: options.processors,
	});
	const tracer = provider.getTracer(options.serviceName);
	return {
		start: (name, headers, attributes = {}) => {
			const parent = parentContext(headers, options.xrayHeader());
			return activeSpan(tracer, options.isFault, parent, name, SpanKind.SERVER, attributes);
		},
		flush: async () => {
			const { promise: late, resolve } = Promise.withResolvers<void>();
			const timer = setTimeout(resolve, TRACE_FLUSH_MAX_MS);
			// A collector that is down must not fail a request that was answered.
			await Promise.race([provider.forceFlush().catch(() => undefined), late]);
			clearTimeout(timer);
		},
	};
}

function activeSpan(
	tracer: Tracer,
	isFault: (thrown: unknown) => boolean,
	parent: Context,
	name: string,
	kind: SpanKind,
	attributes: Attributes,
): ActiveSpan {
	const span: Span = tracer.startSpan(name, { kind, attributes }, parent);
	const { traceId, spanId, traceFlags } = span.spanContext();
	return {
		traceId,
		spanId,
		traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, "0")}`,
		set: (more) => span.setAttributes(more),
		child: async (childName, work) => {
			const child = activeSpan(tracer, isFault, trace.setSpan(parent, span), childName, SpanKind.INTERNAL, {});
			try {
				const result = await work(child);
				child.end();
				return result;
			} catch (thrown) {
				child.end(thrown);
				throw thrown;
			}
		},
		end: (thrown) => {
			if (thrown !== undefined && isFault(thrown)) {
				const error = thrown instanceof Error ? thrown : new Error(String(thrown));
				span.recordException(error);
				span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
			}
			span.end();
		},
	};
}

function parentContext(headers: ReadonlyMap<string, string>, xrayHeader: string | undefined): Context {
	if (headers.has(TRACE_PARENT_HEADER)) {
		const adopted = propagator.extract(ROOT_CONTEXT, headers, fromMap);
		if (trace.getSpanContext(adopted)) return adopted;
	}
	const xray = xrayHeader === undefined ? undefined : parseXrayHeader(xrayHeader);
	return xray ? trace.setSpanContext(ROOT_CONTEXT, xray) : ROOT_CONTEXT;
}

/**
 * The span that an X-Ray header names, as in "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1".
 * @see https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export function parseXrayHeader(header: string) {
	const fields = new Map(header.split(";").map((field) => field.trim().split("=", 2) as [string, string | undefined]));
	const [, time, unique] = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/.exec(fields.get("Root") ?? "") ?? [];
	const context = {
		traceId: `${time}${unique}`,
		spanId: fields.get("Parent") ?? "",
		traceFlags: fields.get("Sampled") === "1" ? TraceFlags.SAMPLED : TraceFlags.NONE,
		isRemote: true,
	};
	return isSpanContextValid(context) ? context : undefined;
}
