/**
 * Names of everything that the platform tells about itself: log fields, metrics, span attributes. Control, data and
 * batch paths all use these. Types and constants only; `functions/shared/` has the code that writes them.
 */

/** One record a request, one JSON object a line. Absent fields are left out. */
export interface LogRecord {
	timestamp: string;
	level: "DEBUG" | "INFO" | "WARN" | "ERROR";
	message: string;
	service: string;
	environment: string;
	requestId?: string;
	traceId?: string;
	spanId?: string;
	tenant?: string;
	/** Of queued models. */
	job?: string;
	team?: string;
	feature?: string;
	model?: string;
	version?: number;
	variant?: string;
	/** HTTP status of the answer. */
	status?: number;
	latencyMs?: number;
	/** What the request cost at list price. */
	costUsd?: number;
	coldStart?: boolean;
	/** Code of the API error, where the answer was one. */
	code?: string;
	error?: { name: string; message: string; stack?: string };
}

/** CloudWatch namespace of every metric. */
export const METRIC_NAMESPACE = "Triplane";

/** Counts per model, version and variant, written as EMF; `slow` counts requests over `slo.p95Ms`. */
export const METRICS = {
	requests: "Requests",
	errors: "Errors",
	slow: "Slow",
	latencyMs: "Latency",
	costUsd: "CostUsd",
	throttled: "Throttled",
	/** Requests let through because the token bucket could not be asked. */
	throttleFailedOpen: "ThrottleFailedOpen",
	/** Of a batch window that was committed: its chunks, those of them that failed within the tolerated share, its rows. */
	chunks: "Chunks",
	chunksFailed: "ChunksFailed",
	rows: "Rows",
	/** Requests that were to be shadowed and were not: too large, not sent, or the one before still on its way. */
	shadowDropped: "ShadowDropped",
	/** Of a shadow, by slice: rows that were answered by both, and those of them that differ. */
	compared: "Compared",
	disagreed: "Disagreed",
	/** What callers have sent back of how it went: all of them, and the bad ones. */
	outcomes: "Outcomes",
	badOutcomes: "BadOutcomes",
} as const;

/** The only dimensions; a tenant is never one (it would multiply the cost of metrics), it is in the log record. */
export const METRIC_DIMENSIONS = { model: "model", version: "version", variant: "variant", slice: "slice" } as const;

/** Dimension sets under which each metric is written: as a whole, and by arm for the judge. */
export const METRIC_DIMENSION_SETS = [
	[METRIC_DIMENSIONS.model],
	[METRIC_DIMENSIONS.model, METRIC_DIMENSIONS.version, METRIC_DIMENSIONS.variant],
] as const;

/** Dimension set of what a shadow is compared by. */
export const SLICE_DIMENSION_SET = [
	METRIC_DIMENSIONS.model,
	METRIC_DIMENSIONS.version,
	METRIC_DIMENSIONS.slice,
] as const;

/** Our span attributes, where OpenTelemetry's semantic conventions have none. */
export const SPAN_ATTRIBUTES = {
	modelName: "ml.model.name",
	modelVersion: "ml.model.version",
	modelVariant: "ml.model.variant",
	rows: "ml.request.rows",
	tenant: "tenant.id",
	team: "cost.team",
	feature: "cost.feature",
	requestId: "triplane.request.id",
	job: "triplane.job.id",
	attempt: "triplane.job.attempt",
} as const;

/** Spans of the realtime path, from the API to the model, and of a job in a worker's hands. */
export const SPANS = {
	request: "predict",
	admit: "admit",
	features: "features",
	model: "model",
	authorize: "authorize",
	job: "job",
	shadow: "shadow",
} as const;

/** Steps of a batch window; also what their metrics have as variant. */
export const BATCH_SPANS = { plan: "plan", score: "score", commit: "commit" } as const;
export const BATCH_VARIANT = "batch";
