/**
 * What a worker tells of each job: a consumer span that links to the request that submitted it, one log record, and the
 * counts by which the model's SLO is judged. The charter has the names.
 */
import { type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";
import { API_ERRORS } from "../../charter/errors.ts";
import type { JobRecord } from "../../charter/jobs.ts";
import { SPAN_ATTRIBUTES, SPANS } from "../../charter/telemetry.ts";
import type { JobFailure } from "../shared/jobs/claims.ts";
import type { Log, WriteLine } from "../shared/telemetry/log.ts";
import { writeRequestCounts } from "../shared/telemetry/metrics.ts";
import type { Settled } from "./settle.ts";
import { submitterOf } from "./tracing.ts";

export interface Observer {
	/** An attempt at a job begins. */
	claimed(job: JobRecord): void;
	/** That attempt, which was told of by the same record, is over. */
	settled(job: JobRecord, end: Settled): void;
}

export interface ObserverParts {
	log: Log;
	/** Takes metrics lines. */
	write: WriteLine;
	now: () => number;
	tracer: Tracer;
	team: string;
	feature: string;
	jobP95Seconds: number;
}

const MS_PER_SECOND = 1000;
const OK = 200;
/** OpenTelemetry's names, still in development there. */
const MESSAGING = { "messaging.system": "aws_sqs", "messaging.operation.type": "process" };

export function createObserver(parts: ObserverParts): Observer {
	const { tracer, now } = parts;
	const spans = new Map<JobRecord, Span>();
	return {
		claimed: (job) => {
			const submitter = submitterOf(job.traceparent);
			const links = submitter ? [{ context: submitter }] : [];
			const attributes = { ...MESSAGING, ...attributesOf(job, parts) };
			spans.set(job, tracer.startSpan(SPANS.job, { kind: SpanKind.CONSUMER, links, attributes, root: true }));
		},
		settled: (job, end) => {
			const span = spans.get(job);
			if (!span) return;
			spans.delete(job);
			record(job, end, span, parts);
			span.setAttribute("triplane.job.outcome", end.kind);
			const failure = end.kind === "failed" || end.kind === "unknown" ? end.failure : undefined;
			if (failure) span.setStatus({ code: SpanStatusCode.ERROR, message: failure.message });
			span.end(now());
		},
	};
}

const attributesOf = (job: JobRecord, { team, feature }: ObserverParts) => ({
	[SPAN_ATTRIBUTES.modelName]: job.model,
	[SPAN_ATTRIBUTES.modelVersion]: job.version,
	[SPAN_ATTRIBUTES.modelVariant]: job.variant,
	[SPAN_ATTRIBUTES.tenant]: job.tenant,
	[SPAN_ATTRIBUTES.team]: team,
	[SPAN_ATTRIBUTES.feature]: feature,
	[SPAN_ATTRIBUTES.requestId]: job.requestId,
	[SPAN_ATTRIBUTES.job]: job.job,
	[SPAN_ATTRIBUTES.attempt]: job.attempt,
});

function record(job: JobRecord, end: Settled, span: Span, parts: ObserverParts): void {
	const { tenant, version, variant, requestId } = job;
	const { traceId, spanId } = span.spanContext();
	const latencyMs = parts.now() - job.createdAtMs;
	const log = parts.log.with({ requestId, traceId, spanId, tenant, job: job.job, version, variant });
	const failed = ({ code, message }: JobFailure): void => {
		const status = statusOf(code);
		log.error(`job failed: ${message}`, { status, latencyMs, code });
		count(job, status, latencyMs, parts);
	};
	switch (end.kind) {
		case "succeeded":
			log.info("job succeeded", { status: OK, latencyMs });
			count(job, OK, latencyMs, parts);
			return;
		case "failed":
			failed(end.failure);
			return;
		case "requeued":
			log.warn(`job failed once more and is tried again: ${end.failure.message}`, { code: end.failure.code });
			return;
		case "released":
			log.info(`job given back: ${end.reason}`);
			return;
		case "lost":
			log.info("job was no longer this worker's");
			return;
		case "unknown":
			// It is not seen again: whoever sets its message aside only finds it ended.
			if (end.failure) failed(end.failure);
			else log.error("what became of the job is not known here; its lease decides", {}, end.thrown);
	}
}

function count(job: JobRecord, status: number, latencyMs: number, { write, now, jobP95Seconds }: ObserverParts): void {
	const { model, version, variant } = job;
	const p95Ms = jobP95Seconds * MS_PER_SECOND;
	writeRequestCounts(write, { timestampMs: now(), model, version, variant, status, latencyMs, p95Ms });
}

/** A code that is none of the API's is the platform's fault. */
function statusOf(code: string): number {
	const entry = Object.entries(API_ERRORS).find(([name]) => name === code);
	return entry?.[1] ?? API_ERRORS.INTERNAL;
}
