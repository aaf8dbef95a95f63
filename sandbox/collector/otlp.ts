/**
 * Spans as OTLP/HTTP sends them in JSON, flattened to what the console and the tests read.
 * Strict where a trace would be wrong without it (ids, times), lenient in everything else.
 */
import { z } from "zod";

const id = (bytes: number) =>
	z
		.string()
		.regex(new RegExp(`^[0-9a-fA-F]{${bytes * 2}}$`))
		.toLowerCase();
const nanoseconds = z.union([z.string().regex(/^\d{1,20}$/), z.int().nonnegative()]).transform(BigInt);

const AnyValue = z.looseObject({
	stringValue: z.string().optional(),
	boolValue: z.boolean().optional(),
	intValue: z.union([z.string().regex(/^-?\d+$/), z.int()]).optional(),
	doubleValue: z.number().optional(),
});
const attributes = z.array(z.looseObject({ key: z.string(), value: AnyValue.optional() })).default([]);

const Span = z.looseObject({
	traceId: id(16),
	spanId: id(8),
	parentSpanId: z.union([z.literal(""), id(8)]).optional(),
	name: z.string(),
	kind: z.union([z.int(), z.string()]).optional(),
	startTimeUnixNano: nanoseconds,
	endTimeUnixNano: nanoseconds,
	attributes,
	links: z.array(z.looseObject({ traceId: id(16), spanId: id(8) })).default([]),
	status: z.looseObject({ code: z.union([z.int(), z.string()]).optional(), message: z.string().optional() }).optional(),
});

export const ExportRequest = z.looseObject({
	resourceSpans: z
		.array(
			z.looseObject({
				resource: z.looseObject({ attributes }).optional(),
				scopeSpans: z.array(z.looseObject({ spans: z.array(Span).default([]) })).default([]),
			}),
		)
		.default([]),
});

type AttributeValue = string | number | boolean;

export interface CollectedSpan {
	traceId: string;
	spanId: string;
	parentSpanId?: string;
	name: string;
	service?: string;
	/** Milliseconds since the epoch, and how long it took. */
	startMs: number;
	durationMs: number;
	attributes: Record<string, AttributeValue>;
	links: { traceId: string; spanId: string }[];
	error?: string;
}

const ERROR_CODES: readonly unknown[] = [2, "STATUS_CODE_ERROR"];
const NANOSECONDS_IN_MS = 1e6;

function record(list: z.output<typeof attributes>): Record<string, AttributeValue> {
	const all: Record<string, AttributeValue> = {};
	for (const { key, value } of list) {
		const { stringValue, boolValue, doubleValue, intValue } = value ?? {};
		const scalar = stringValue ?? boolValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
		all[key] = scalar ?? JSON.stringify(value ?? null);
	}
	return all;
}

export function spansOf(request: z.output<typeof ExportRequest>): CollectedSpan[] {
	return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
		const service = record(resource?.attributes ?? [])["service.name"];
		return scopeSpans.flatMap(({ spans }) =>
			spans.map((span) => ({
				traceId: span.traceId,
				spanId: span.spanId,
				...(span.parentSpanId && { parentSpanId: span.parentSpanId }),
				name: span.name,
				...(typeof service === "string" && { service }),
				startMs: Number(span.startTimeUnixNano) / NANOSECONDS_IN_MS,
				durationMs: Number(span.endTimeUnixNano - span.startTimeUnixNano) / NANOSECONDS_IN_MS,
				attributes: record(span.attributes),
				links: span.links.map(({ traceId, spanId }) => ({ traceId, spanId })),
				...(ERROR_CODES.includes(span.status?.code) && { error: span.status?.message ?? "" }),
			})),
		);
	});
}
