/**
 * CloudWatch as {@link Counts}: sums of a rollout's metrics by arm and slice, by plain queries without metric math, and which of
 * its alarms are on.
 */
import {
	type CloudWatchClient,
	GetMetricDataCommand,
	ListMetricsCommand,
	type MetricDataQuery,
} from "@aws-sdk/client-cloudwatch";
import type { ArmCounts, PairedCounts } from "../../charter/rollout.ts";
import { VARIANTS } from "../../charter/rollout.ts";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS, SLICE_DIMENSION_SET } from "../../charter/telemetry.ts";
import { burningAlarms } from "../shared/burning-alarms.ts";
import { CountsIncompleteError } from "./errors.ts";
import type { Counts, CountsRequest } from "./observe.ts";

type Dimensions = Readonly<Record<string, string>>;

const ARM_METRICS = {
	requests: METRICS.requests,
	errors: METRICS.errors,
	slow: METRICS.slow,
	costUsd: METRICS.costUsd,
	outcomes: METRICS.outcomes,
	badOutcomes: METRICS.badOutcomes,
} as const satisfies Record<keyof ArmCounts, string>;
const PAIR_METRICS = { compared: METRICS.compared, disagreed: METRICS.disagreed } as const satisfies Record<
	keyof PairedCounts,
	string
>;

/**
 * CloudWatch keeps sums by the minute for 15 days, and by five minutes for 63: what is asked for by the minute has no older ones.
 * A rollout at little traffic takes longer. From then on its totals begin up to four minutes earlier.
 */
const [MINUTE_SECONDS, LONG_SECONDS] = [60, 300];
const MINUTES_KEPT_MS = 14 * 24 * 60 * 60 * 1000;
const MS_PER_SECOND = 1000;
/** Of GetMetricData. */
const QUERIES_MAX = 500;

/** One sum that is asked for, and where it goes. */
interface Sum {
	metric: string;
	dimensions: Dimensions;
	take: (value: number) => void;
}

export function cloudwatchCounts(client: CloudWatchClient): Counts {
	return {
		arms: async (request) => {
			const champion = none(ARM_METRICS);
			const canary = none(ARM_METRICS);
			const { model, from, to } = request;
			await sumUp(client, request, [
				...sumsOf(ARM_METRICS, champion, armOf(model, from, VARIANTS.champion)),
				...sumsOf(ARM_METRICS, canary, armOf(model, to, VARIANTS.canary)),
			]);
			return { champion, canary };
		},
		paired: async (request) => {
			const { model, to } = request;
			const version = { [METRIC_DIMENSIONS.model]: model, [METRIC_DIMENSIONS.version]: String(to) };
			const slices = (await slicesOf(client, version)).map((slice) => [slice, none(PAIR_METRICS)] as const);
			await sumUp(
				client,
				request,
				slices.flatMap(([slice, counts]) =>
					sumsOf(PAIR_METRICS, counts, { ...version, [METRIC_DIMENSIONS.slice]: slice }),
				),
			);
			// Of the same version's earlier rollouts too, as far as CloudWatch still lists them.
			return Object.fromEntries(slices.filter(([, { compared }]) => compared > 0));
		},
		burning: async (alarms) => (await burningAlarms(client, alarms)).flatMap(({ AlarmName }) => AlarmName ?? []),
	};
}

const armOf = (model: string, version: number, variant: string): Dimensions => ({
	[METRIC_DIMENSIONS.model]: model,
	[METRIC_DIMENSIONS.version]: String(version),
	[METRIC_DIMENSIONS.variant]: variant,
});

const none = <Name extends string>(metrics: Readonly<Record<Name, string>>) =>
	Object.fromEntries(Object.keys(metrics).map((name) => [name, 0])) as Record<Name, number>;

const sumsOf = <Name extends string>(
	metrics: Readonly<Record<Name, string>>,
	counts: Record<Name, number>,
	dimensions: Dimensions,
): Sum[] =>
	(Object.keys(metrics) as Name[]).map((name) => ({
		metric: metrics[name],
		dimensions,
		take: (value) => {
			counts[name] += value;
		},
	}));

async function sumUp(
	client: CloudWatchClient,
	{ fromMs, untilMs }: CountsRequest,
	sums: readonly Sum[],
): Promise<void> {
	const periodSeconds = untilMs - fromMs > MINUTES_KEPT_MS ? LONG_SECONDS : MINUTE_SECONDS;
	const periodMs = periodSeconds * MS_PER_SECOND;
	const window = { StartTime: new Date(Math.floor(fromMs / periodMs) * periodMs), EndTime: new Date(untilMs) };
	for (let at = 0; at < sums.length; at += QUERIES_MAX) {
		const page = sums.slice(at, at + QUERIES_MAX);
		const queries = page.map((sum, index) => queryOf(sum, index, periodSeconds));
		let token: string | undefined;
		do {
			const { MetricDataResults, NextToken } = await client.send(
				new GetMetricDataCommand({ ...window, MetricDataQueries: queries, ...(token && { NextToken: token }) }),
			);
			for (const { Id, Values = [], StatusCode, Messages } of MetricDataResults ?? []) {
				if (StatusCode === "InternalError" || StatusCode === "Forbidden")
					throw new CountsIncompleteError(
						`CloudWatch did not sum ${Id} up: ${StatusCode}, ${Messages?.[0]?.Value ?? "no reason given"}. Nothing was judged; ask again.`,
					);
				const index = queries.findIndex((query) => query.Id === Id);
				for (const value of Values) page[index]?.take(value);
			}
			token = NextToken;
		} while (token);
	}
}

const queryOf = ({ metric, dimensions }: Sum, index: number, periodSeconds: number): MetricDataQuery => ({
	Id: `q${index}`,
	MetricStat: {
		Metric: {
			Namespace: METRIC_NAMESPACE,
			MetricName: metric,
			Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
		},
		Period: periodSeconds,
		Stat: "Sum",
	},
});

/** CloudWatch lists a metric for the first time within fifteen minutes of its first value. */
async function slicesOf(client: CloudWatchClient, version: Dimensions): Promise<string[]> {
	const slices = new Set<string>();
	let token: string | undefined;
	do {
		const { Metrics = [], NextToken } = await client.send(
			new ListMetricsCommand({
				Namespace: METRIC_NAMESPACE,
				MetricName: METRICS.compared,
				Dimensions: Object.entries(version).map(([Name, Value]) => ({ Name, Value })),
				...(token && { NextToken: token }),
			}),
		);
		for (const { Dimensions = [] } of Metrics) {
			const slice = Dimensions.find(({ Name }) => Name === METRIC_DIMENSIONS.slice)?.Value;
			if (slice !== undefined && Dimensions.length === SLICE_DIMENSION_SET.length) slices.add(slice);
		}
		token = NextToken;
	} while (token);
	return [...slices].toSorted();
}
