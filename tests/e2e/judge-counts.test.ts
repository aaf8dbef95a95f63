/** The judge's reading over the wire: the embedded AWS answers as CloudWatch does, alarms and dimensions included. */
import { PutMetricAlarmCommand, PutMetricDataCommand, SetAlarmStateCommand } from "@aws-sdk/client-cloudwatch";
import { expect } from "chai";
import { METRIC_NAMESPACE } from "../../charter/telemetry.ts";
import { cloudwatchCounts } from "../../functions/judge/cloudwatch-counts.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";
import { arm } from "../support/judge-rollouts.ts";

const MINUTE_MS = 60_000;

describe("The judge's counts", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	it("are sums by arm and slice since the judging began.", async () => {
		const { cloudwatch } = cloud.context.clients;
		const fromMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * MINUTE_MS;
		const put = (dimensions: Record<string, string>, atMs: number, values: Record<string, number>) =>
			cloudwatch.send(
				new PutMetricDataCommand({
					Namespace: METRIC_NAMESPACE,
					MetricData: Object.entries(values).map(([MetricName, Value]) => ({
						MetricName,
						Value,
						Timestamp: new Date(atMs),
						Dimensions: Object.entries(dimensions).map(([Name, value]) => ({ Name, Value: value })),
					})),
				}),
			);
		const of = (version: string, variant: string) => ({ model: "m", version, variant });
		await put(of("1", "champion"), fromMs - MINUTE_MS, { Requests: 1_000, Errors: 1_000 });
		for (const minute of [0, 1, 1]) {
			const atMs = fromMs + minute * MINUTE_MS;
			await put(of("1", "champion"), atMs, { Requests: 90, Errors: 1, Slow: 2, CostUsd: 0.25 });
			await put(of("2", "canary"), atMs, { Requests: 10, Errors: 0, Outcomes: 3, BadOutcomes: 1 });
			await put({ model: "m", version: "2", slice: "benign" }, atMs, { Compared: 8, Disagreed: 1 });
		}
		const counts = cloudwatchCounts(cloudwatch);
		const request = { model: "m", from: 1, to: 2, fromMs, untilMs: Date.now() };
		expect(await counts.arms(request)).to.deep.equal({
			champion: arm(270, { errors: 3, slow: 6, costUsd: 0.75 }),
			canary: arm(30, { outcomes: 9, badOutcomes: 3 }),
		});
		expect(await counts.paired(request)).to.deep.equal({ benign: { compared: 24, disagreed: 3 } });
	});

	it("tell the alarms that are on.", async () => {
		const { cloudwatch } = cloud.context.clients;
		for (const AlarmName of ["judge-on", "judge-off", "judge-other"])
			await cloudwatch.send(
				new PutMetricAlarmCommand({
					...{ AlarmName, Namespace: "Judge", MetricName: AlarmName, Statistic: "Sum", Period: 60 },
					...{ EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
				}),
			);
		const set = (AlarmName: string, StateValue: "ALARM" | "OK") =>
			cloudwatch.send(new SetAlarmStateCommand({ AlarmName, StateValue, StateReason: "test" }));
		await set("judge-on", "ALARM");
		await set("judge-other", "ALARM");
		await set("judge-off", "OK");
		expect(await cloudwatchCounts(cloudwatch).burning(["judge-on", "judge-off", "missing"])).to.deep.equal([
			"judge-on",
		]);
	});
});
