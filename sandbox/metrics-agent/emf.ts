/**
 * Metrics in CloudWatch's embedded metric format, read from a log line. Whatever stands before the JSON is passed over.
 * Not the writer: that is in the functions.
 */
import type { MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { z } from "zod";

/** CloudWatch takes this many values in one datum, and refuses more dimensions than this. */
const VALUES_MAX = 150;
const DIMENSIONS_MAX = 30;

const Directive = z.object({
	Namespace: z.string().min(1).max(255),
	Dimensions: z.array(z.array(z.string().min(1)).max(DIMENSIONS_MAX)).default([]),
	Metrics: z
		.array(z.object({ Name: z.string().min(1), Unit: z.string().optional(), StorageResolution: z.number().optional() }))
		.max(100),
});
const Embedded = z.looseObject({
	_aws: z.object({
		Timestamp: z.number().int().nonnegative().optional(),
		CloudWatchMetrics: z.array(Directive).min(1),
	}),
});
const Values = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(VALUES_MAX)]);

export interface EmbeddedMetric {
	namespace: string;
	datum: MetricDatum;
}

/**
 * The metrics of a line: one for each metric and set of dimensions.
 * @param atMs when the line was logged, for one that does not say itself
 * @returns undefined where the line claims to hold metrics and does not; none where it claims nothing
 */
export function metricsOf(line: string, atMs: number): EmbeddedMetric[] | undefined {
	if (!line.includes('"_aws"')) return [];
	const parsed = Embedded.safeParse(jsonIn(line));
	if (!parsed.success) return undefined;
	const { _aws: embedded, ...fields } = parsed.data;
	const metrics: EmbeddedMetric[] = [];
	for (const { Namespace, Dimensions, Metrics } of embedded.CloudWatchMetrics)
		for (const set of Dimensions.length > 0 ? Dimensions : [[]])
			for (const { Name, Unit, StorageResolution } of Metrics) {
				const values = Values.safeParse(fields[Name]);
				const dimensions = set.map((key) => ({ Name: key, Value: fields[key] }));
				if (!values.success || !dimensions.every(isNamed)) return undefined;
				metrics.push({
					namespace: Namespace,
					datum: {
						MetricName: Name,
						Dimensions: dimensions,
						Values: values.data,
						Timestamp: new Date(embedded.Timestamp ?? atMs),
						Unit: Unit as StandardUnit | undefined,
						StorageResolution,
					},
				});
			}
	return metrics;
}

const isNamed = (dimension: { Name: string; Value: unknown }): dimension is { Name: string; Value: string } =>
	typeof dimension.Value === "string" && dimension.Value !== "";

function jsonIn(line: string): unknown {
	try {
		return JSON.parse(line.slice(line.indexOf("{")));
	} catch {
		// Not JSON: the caller counts the line as malformed.
		return undefined;
	}
}
