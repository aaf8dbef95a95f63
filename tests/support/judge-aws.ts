/**
 * The SDK's clients of CloudWatch and SQS over what a test says is there: commands are answered before they are serialized. Sums
 * are of data points by minute, as CloudWatch gives them, and come in pages.
 */
import {
	CloudWatchClient,
	type DescribeAlarmsCommandInput,
	type Dimension,
	type GetMetricDataCommandInput,
	type ListMetricsCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { type GetQueueAttributesCommandInput, SQSClient } from "@aws-sdk/client-sqs";
import { METRIC_NAMESPACE } from "../../charter/telemetry.ts";

export interface DataPoint {
	metric: string;
	dimensions: Readonly<Record<string, string>>;
	atMs: number;
	value: number;
}

const CONFIG = { region: "eu-central-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } };
const MINUTE_MS = 60_000;
/** For which there are sums by the minute; by five minutes there are some for longer. */
const MINUTES_KEPT_MS = 15 * 24 * 60 * MINUTE_MS;

export class MemoryCloudwatch {
	readonly points: DataPoint[] = [];
	readonly alarms: { name: string; isComposite: boolean; isOn: boolean }[] = [];
	/** Commands called, in order. */
	readonly calls: string[] = [];
	/** Values or metrics in one answer. */
	pageSize = 1_000;
	/** What each sum's status is. */
	statusCode = "Complete";

	add(dimensions: DataPoint["dimensions"], atMs: number, values: Readonly<Record<string, number>>): void {
		for (const [metric, value] of Object.entries(values)) this.points.push({ metric, dimensions, atMs, value });
	}

	client(): CloudWatchClient {
		const client = new CloudWatchClient(CONFIG);
		client.middlewareStack.add(
			(_next, { commandName = "" }) =>
				async ({ input }: { input: unknown }) => {
					this.calls.push(commandName);
					return { output: this.#answer(commandName, input), response: {} } as never;
				},
			{ step: "initialize" },
		);
		return client;
	}

	#answer(commandName: string, input: unknown): object {
		if (commandName === "GetMetricDataCommand") return this.#sums(input as GetMetricDataCommandInput);
		if (commandName === "ListMetricsCommand") return this.#list(input as ListMetricsCommandInput);
		if (commandName === "DescribeAlarmsCommand") return this.#alarms(input as DescribeAlarmsCommandInput);
		throw new Error(`The in-memory CloudWatch has no ${commandName}.`);
	}

	#sums({ StartTime, EndTime, MetricDataQueries = [], NextToken = "0" }: GetMetricDataCommandInput): object {
		const [startMs, endMs] = [Number(StartTime), Number(EndTime)];
		const at = Number(NextToken);
		let isMore = false;
		const MetricDataResults = MetricDataQueries.map(({ Id, MetricStat }) => {
			const { Metric, Period = 0, Stat } = MetricStat ?? {};
			if (Stat !== "Sum" || ![60, 300].includes(Period) || Metric?.Namespace !== METRIC_NAMESPACE)
				throw new Error(`${Id} asks for ${Stat} of ${Metric?.Namespace} in ${Period} s.`);
			const keptFromMs = Period === 60 ? endMs - MINUTES_KEPT_MS : 0;
			const fromMs = Math.max(keptFromMs, Math.floor(startMs / (Period * 1000)) * Period * 1000);
			const values = this.points
				.filter(({ metric, dimensions }) => metric === Metric?.MetricName && isSame(dimensions, Metric.Dimensions))
				.filter(({ atMs }) => atMs >= fromMs && atMs < endMs)
				.map(({ value }) => value);
			isMore ||= values.length > at + this.pageSize;
			return { Id, Values: values.slice(at, at + this.pageSize), StatusCode: this.statusCode };
		});
		return { MetricDataResults, ...(isMore ? { NextToken: String(at + this.pageSize) } : {}) };
	}

	#list({ Namespace, MetricName, Dimensions: wanted = [], NextToken = "0" }: ListMetricsCommandInput): object {
		const at = Number(NextToken);
		const found = this.points.filter(
			({ metric, dimensions }) =>
				Namespace === METRIC_NAMESPACE &&
				metric === MetricName &&
				wanted.every(({ Name = "", Value }) => dimensions[Name] === Value),
		);
		const page = found.slice(at, at + this.pageSize);
		const Metrics = page.map(({ dimensions }) => ({
			Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
		}));
		return { Metrics, ...(found.length > at + this.pageSize && { NextToken: String(at + this.pageSize) }) };
	}

	#alarms({ AlarmNames = [], AlarmTypes = ["MetricAlarm"], StateValue }: DescribeAlarmsCommandInput): object {
		if (AlarmNames.length === 0) throw new Error("All alarms of the account were asked for.");
		const on = this.alarms.filter(({ name, isOn }) => AlarmNames.includes(name) && isOn === (StateValue === "ALARM"));
		const named = (isComposite: boolean) =>
			on.filter((alarm) => alarm.isComposite === isComposite).map(({ name }) => ({ AlarmName: name }));
		return {
			MetricAlarms: AlarmTypes.includes("MetricAlarm") ? named(false) : [],
			CompositeAlarms: AlarmTypes.includes("CompositeAlarm") ? named(true) : [],
		};
	}
}

const isSame = (dimensions: DataPoint["dimensions"], asked: readonly Dimension[] = []): boolean =>
	asked.length === Object.keys(dimensions).length && asked.every(({ Name = "", Value }) => dimensions[Name] === Value);

/** @param depths visible messages and those in somebody's hands, by queue; read at each call */
export function queueDepths(depths: ReadonlyMap<string, readonly [number, number]>): SQSClient {
	const client = new SQSClient(CONFIG);
	client.middlewareStack.add(
		() =>
			async ({ input }: { input: unknown }) => {
				const { QueueUrl = "" } = input as GetQueueAttributesCommandInput;
				const [visible, taken] = depths.get(QueueUrl) ?? [];
				const Attributes = {
					ApproximateNumberOfMessages: String(visible),
					ApproximateNumberOfMessagesNotVisible: String(taken),
				};
				return { output: { Attributes }, response: {} } as never;
			},
		{ step: "initialize" },
	);
	return client;
}
