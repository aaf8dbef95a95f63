/**
 * Writes counts of requests, windows, shadows and outcomes in CloudWatch's embedded metric format, under the charter's names and dimension sets.
 * No state: one request is one line. Tenants are never a dimension.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import { VARIANTS } from "../../../charter/rollout.ts";
import {
	METRIC_DIMENSION_SETS,
	METRIC_DIMENSIONS,
	METRIC_NAMESPACE,
	METRICS,
	SLICE_DIMENSION_SET,
} from "../../../charter/telemetry.ts";
import type { WriteLine } from "./log.ts";

/** What one inference request counts for. */
export interface RequestCounts {
	timestampMs: number;
	model: string;
	/** Absent where the request ended before a version was chosen. */
	version?: number;
	variant?: string;
	status: number;
	latencyMs: number;
	/** The SLO's bound, over which a request counts as slow. */
	p95Ms: number;
	/** Absent where nobody can tell what one request costs. */
	costUsd?: number;
}

const UNITS = {
	[METRICS.requests]: "Count",
	[METRICS.errors]: "Count",
	[METRICS.slow]: "Count",
	[METRICS.latencyMs]: "Milliseconds",
	[METRICS.costUsd]: "None",
	[METRICS.throttled]: "Count",
	[METRICS.throttleFailedOpen]: "Count",
	[METRICS.chunks]: "Count",
	[METRICS.chunksFailed]: "Count",
	[METRICS.rows]: "Count",
	[METRICS.shadowDropped]: "Count",
	[METRICS.compared]: "Count",
	[METRICS.disagreed]: "Count",
	[METRICS.outcomes]: "Count",
	[METRICS.badOutcomes]: "Count",
} as const;

type DimensionSet = readonly string[];
/** A shadow's answers reach nobody: they count for its version, and not among the model's requests. */
const SHADOW_SETS = METRIC_DIMENSION_SETS.filter((set) => set.some((name) => name === METRIC_DIMENSIONS.variant));

const FIRST_REFUSAL = 400;
const FIRST_SERVER_ERROR = 500;
const TOO_MANY_REQUESTS = 429;

/**
 * Errors are the platform's (5xx): a caller's mistake must not spend the model's error budget. What is refused (4xx) no version has
 * answered, so it counts for none: else requests that a new version does not even take would be evidence of how good it is.
 */
export function writeRequestCounts(write: WriteLine, counts: RequestCounts): void {
	const { timestampMs, model, status, latencyMs } = counts;
	const isShadow = counts.variant === VARIANTS.shadow;
	const isRefused = status >= FIRST_REFUSAL && status < FIRST_SERVER_ERROR;
	const { version, variant } = isRefused && !isShadow ? {} : counts;
	writeMetrics(
		write,
		timestampMs,
		{ model, ...(version === undefined ? {} : { version: String(version) }), ...(variant ? { variant } : {}) },
		{
			[METRICS.requests]: 1,
			[METRICS.errors]: status >= FIRST_SERVER_ERROR ? 1 : 0,
			[METRICS.slow]: latencyMs > counts.p95Ms ? 1 : 0,
			[METRICS.latencyMs]: latencyMs,
			...(counts.costUsd !== undefined && { [METRICS.costUsd]: counts.costUsd }),
			[METRICS.throttled]: status === TOO_MANY_REQUESTS ? 1 : 0,
		},
		isShadow ? SHADOW_SETS : METRIC_DIMENSION_SETS,
	);
}

/** Counts a request that was to be shadowed and is not. */
export function writeShadowDropped(write: WriteLine, timestampMs: number, model: string): void {
	writeMetrics(write, timestampMs, { model }, { [METRICS.shadowDropped]: 1 });
}

/** Rows, or whole requests, of one slice that champion and shadow both had, and those of them on which they differ. */
export interface SliceCounts {
	model: string;
	/** The shadow's. */
	version: number;
	slice: string;
	compared: number;
	disagreed: number;
}

export function writeSliceCounts(write: WriteLine, timestampMs: number, counts: SliceCounts): void {
	const { model, version, slice, compared, disagreed } = counts;
	const values = { [METRICS.compared]: compared, [METRICS.disagreed]: disagreed };
	writeMetrics(write, timestampMs, { model, version: String(version), slice }, values, [SLICE_DIMENSION_SET]);
}

/** What a caller has sent back of how it went. */
export interface Feedback {
	model: string;
	version: number;
	variant: string;
	isBad: boolean;
}

export function writeOutcome(write: WriteLine, timestampMs: number, feedback: Feedback): void {
	const { model, version, variant, isBad } = feedback;
	const values = { [METRICS.outcomes]: 1, [METRICS.badOutcomes]: isBad ? 1 : 0 };
	writeMetrics(write, timestampMs, { model, version: String(version), variant }, values);
}

/** Counts a request that was let through because the token bucket could not be asked. */
export function writeThrottleFailedOpen(write: WriteLine, timestampMs: number, model: string): void {
	writeMetrics(write, timestampMs, { model }, { [METRICS.throttleFailedOpen]: 1 });
}

/** Counts a batch window that was committed. */
export function writeWindowCounts(
	write: WriteLine,
	timestampMs: number,
	model: string,
	counts: { chunks: number; failedChunks: number; rows: number },
): void {
	const { chunks, failedChunks, rows } = counts;
	writeMetrics(
		write,
		timestampMs,
		{ model },
		{ [METRICS.chunks]: chunks, [METRICS.chunksFailed]: failedChunks, [METRICS.rows]: rows },
	);
}

function writeMetrics(
	write: WriteLine,
	timestampMs: number,
	dimensions: Readonly<Record<string, string>>,
	values: Partial<Record<keyof typeof UNITS, number>>,
	dimensionSets: readonly DimensionSet[] = METRIC_DIMENSION_SETS,
): void {
	// CloudWatch drops a dimension set of which one value is missing, and with it the whole line.
	const sets = dimensionSets.filter((set) => set.every((name) => Object.hasOwn(dimensions, name)));
	const definitions = Object.entries(UNITS)
		.filter(([name]) => Object.hasOwn(values, name))
		.map(([Name, Unit]) => ({ Name, Unit }));
	write(
		JSON.stringify({
			_aws: {
				Timestamp: timestampMs,
				CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions: sets, Metrics: definitions }],
			},
			...dimensions,
			...values,
		}),
	);
}
