/** Failed requests by the version that failed them, as the platform's metrics have them: who is to blame for what a client saw. */
import { CloudWatchClient, GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { METRIC_DIMENSIONS, METRIC_NAMESPACE, METRICS } from "../../charter/telemetry.ts";
import type { AwsTarget } from "./aws.ts";

/** One arm of a rollout. */
export interface Arm {
	version: number;
	/** As in "canary". */
	variant: string;
}

const PERIOD_SECONDS = 60;
const PERIOD_MS = PERIOD_SECONDS * 1000;

/** @returns the sum of failed requests since `sinceMs`, whole minutes of it, for each arm in turn */
export async function errorsOf(
	aws: AwsTarget,
	model: string,
	arms: readonly Arm[],
	sinceMs: number,
): Promise<number[]> {
	const cloudwatch = new CloudWatchClient(aws);
	try {
		const { MetricDataResults = [] } = await cloudwatch.send(
			new GetMetricDataCommand({
				StartTime: new Date(Math.floor(sinceMs / PERIOD_MS) * PERIOD_MS),
				EndTime: new Date(Math.ceil((Date.now() + 1) / PERIOD_MS) * PERIOD_MS),
				MetricDataQueries: arms.map(({ version, variant }, i) => ({
					Id: `arm${i}`,
					MetricStat: {
						Metric: {
							Namespace: METRIC_NAMESPACE,
							MetricName: METRICS.errors,
							Dimensions: [
								{ Name: METRIC_DIMENSIONS.model, Value: model },
								{ Name: METRIC_DIMENSIONS.version, Value: String(version) },
								{ Name: METRIC_DIMENSIONS.variant, Value: variant },
							],
						},
						Period: PERIOD_SECONDS,
						Stat: "Sum",
					},
				})),
			}),
		);
		return arms.map((_, i) => {
			const values = MetricDataResults.find(({ Id }) => Id === `arm${i}`)?.Values ?? [];
			return values.reduce((sum, value) => sum + value, 0);
		});
	} finally {
		cloudwatch.destroy();
	}
}
