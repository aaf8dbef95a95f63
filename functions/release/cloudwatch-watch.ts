/** CloudWatch as {@link Watch}: Lambda's own counts of an alias by executed version, and which alarms went on since when. */
import { type CloudWatchClient, GetMetricDataCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { LIVE_ALIAS } from "../../charter/release.ts";
import { burningAlarms } from "../shared/burning-alarms.ts";
import { ReleaseCountsError } from "./errors.ts";
import type { Watch } from "./ports.ts";

const PERIOD_SECONDS = 60;
const MS_PER_SECOND = 1000;
const PERIOD_MS = PERIOD_SECONDS * MS_PER_SECOND;
const NAMESPACE = "AWS/Lambda";
const INCOMPLETE: readonly (string | undefined)[] = ["InternalError", "Forbidden"];

export const cloudwatchWatch = (client: CloudWatchClient): Watch => ({
	calls: async (name, version, { canary }, sinceMs, untilMs) => {
		const dimensions = {
			FunctionName: name,
			Resource: `${name}:${LIVE_ALIAS}`,
			// Lambda tells versions apart only as long as there are two of them.
			...(canary && { ExecutedVersion: version }),
		};
		const firstMinuteMs = Math.floor(sinceMs / PERIOD_MS) * PERIOD_MS;
		const { MetricDataResults = [] } = await client.send(
			new GetMetricDataCommand({
				// The minute of the last step counts the version before too, where they are not told apart.
				StartTime: new Date(canary ? firstMinuteMs : firstMinuteMs + PERIOD_MS),
				EndTime: new Date(Math.max(untilMs, firstMinuteMs + 2 * PERIOD_MS)),
				MetricDataQueries: ["Invocations", "Errors"].map((metric) => ({
					Id: metric.toLowerCase(),
					MetricStat: {
						Metric: {
							Namespace: NAMESPACE,
							MetricName: metric,
							Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
						},
						Period: PERIOD_SECONDS,
						Stat: "Sum",
					},
				})),
			}),
		);
		const sumOf = (id: string): number => {
			const { Values = [], StatusCode } = MetricDataResults.find(({ Id }) => Id === id) ?? {};
			if (INCOMPLETE.includes(StatusCode))
				throw new ReleaseCountsError(
					`CloudWatch did not sum the ${id} of ${name}:${version} up: ${StatusCode}. Nothing was judged; ask again.`,
				);
			return Values.reduce((sum, value) => sum + value, 0);
		};
		return { invocations: sumOf("invocations"), errors: sumOf("errors") };
	},
	burning: async (alarms, sinceMs) =>
		(await burningAlarms(client, alarms))
			.filter((alarm) => isSince(alarm, sinceMs))
			.flatMap(({ AlarmName }) => AlarmName ?? []),
});

/** Its reason is updated as long as it is on; it went on at its transition. */
const isSince = (
	{
		StateUpdatedTimestamp,
		StateTransitionedTimestamp = StateUpdatedTimestamp,
	}: Pick<MetricAlarm, "StateUpdatedTimestamp" | "StateTransitionedTimestamp">,
	sinceMs: number,
): boolean => !(StateTransitionedTimestamp && StateTransitionedTimestamp.getTime() < sinceMs);
