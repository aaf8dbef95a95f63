import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { EndpointAlarms } from "../../../components/parts/endpoint-alarms.ts";
import { FunctionAlarms } from "../../../components/parts/function-alarms.ts";
import { SloAlarms } from "../../../components/parts/slo-alarms.ts";
import { modelWith, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const METRIC_ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const COMPOSITE_ALARM = "aws:cloudwatch/compositeAlarm:CompositeAlarm";
const model = modelWith();
const topicOf = () => new aws.sns.Topic("topic", {});
const told = { alarmActions: ["arn:topic"], okActions: ["arn:topic"], tags: TAGS };
const alarmTitles = (resources: Parameters<typeof titles>[0]) =>
	titles(resources).filter((title) => title.startsWith("aws:cloudwatch/"));

describe("components/parts/function-alarms", () => {
	const deployed = () =>
		underMocks(() => {
			const fn = new aws.lambda.Function("fn", { role: "arn:role" });
			new FunctionAlarms("predict", { function: fn, topic: topicOf(), tags: TAGS });
		});

	it("tells of every failure and every refusal of the function", async () => {
		const { find, resources } = await deployed();
		expect(alarmTitles(resources)).to.deep.equal([
			`${METRIC_ALARM}::predict-errors`,
			`${METRIC_ALARM}::predict-throttles`,
		]);
		const common = {
			namespace: "AWS/Lambda",
			dimensions: { FunctionName: "fn" },
			statistic: "Sum",
			period: 60,
			evaluationPeriods: 5,
			datapointsToAlarm: 1,
			comparisonOperator: "GreaterThanThreshold",
			threshold: 0,
			treatMissingData: "notBreaching",
			...told,
		};
		expect(find(METRIC_ALARM, "predict-errors").inputs).to.deep.equal({
			...common,
			metricName: "Errors",
			alarmDescription: "The function predict failed: it threw or ran out of time. Read its log group.",
		});
		expect(find(METRIC_ALARM, "predict-throttles").inputs).to.deep.equal({
			...common,
			metricName: "Throttles",
			alarmDescription:
				"The function predict was refused at its reserved concurrency. Compare traffic.peakRps with the real peak.",
		});
	});
});

describe("components/parts/endpoint-alarms", () => {
	const deployed = () =>
		underMocks(() => {
			const restApi = new aws.apigateway.RestApi("api", {});
			const stage = new aws.apigateway.Stage("stage", { restApi: "api-id", deployment: "d-id", stageName: "test" });
			new EndpointAlarms("tumour-risk", { model, restApi, stage, topic: topicOf(), tags: TAGS });
		});
	const common = {
		namespace: "AWS/ApiGateway",
		dimensions: { ApiName: "api", Stage: "test", Resource: "/v2/models/tumour-risk/infer", Method: "POST" },
		period: 60,
		evaluationPeriods: 5,
		datapointsToAlarm: 3,
		comparisonOperator: "GreaterThanThreshold",
		treatMissingData: "notBreaching",
		...told,
	};

	it("tells when the 95th percentile that callers see is over the SLO", async () => {
		const { find, resources } = await deployed();
		expect(alarmTitles(resources)).to.deep.equal([
			`${METRIC_ALARM}::tumour-risk-error-rate`,
			`${METRIC_ALARM}::tumour-risk-latency`,
		]);
		const { alarmDescription, ...inputs } = find(METRIC_ALARM, "tumour-risk-latency").inputs;
		expect(inputs).to.deep.equal({
			...common,
			metricName: "Latency",
			extendedStatistic: "p95",
			evaluateLowSampleCountPercentiles: "ignore",
			threshold: 150,
		});
		expect(alarmDescription).to.match(/^Inference on tumour-risk is slower than its SLO: p95 over 150 ms\./);
	});

	it("tells when more of the answers are 5xx than the SLO allows", async () => {
		const { alarmDescription, ...inputs } = (await deployed()).find(METRIC_ALARM, "tumour-risk-error-rate").inputs;
		expect(inputs).to.deep.equal({ ...common, metricName: "5XXError", statistic: "Average", threshold: 0.005 });
		expect(alarmDescription).to.match(/over 0\.005 of the requests end in 5xx\./);
	});
});

describe("components/parts/slo-alarms", () => {
	const deployed = () =>
		underMocks(() => {
			new SloAlarms("tumour-risk", { model, topic: topicOf(), tags: TAGS });
		});

	it("watches each objective at each speed in a long and a short window", async () => {
		const { resources } = await deployed();
		const speeds = ["errors-fast", "errors-steady", "slow-fast", "slow-steady"].map((speed) => `tumour-risk-${speed}`);
		expect(alarmTitles(resources)).to.deep.equal([
			...speeds.map((speed) => `${COMPOSITE_ALARM}::${speed}-burn`),
			...speeds.flatMap((speed) => [`${METRIC_ALARM}::${speed}-burn-long`, `${METRIC_ALARM}::${speed}-burn-short`]),
		]);
	});

	it("tells people only when the long and the short window both burn", async () => {
		const { find } = await deployed();
		const { alarmDescription, ...inputs } = find(COMPOSITE_ALARM, "tumour-risk-errors-fast-burn").inputs;
		expect(inputs).to.deep.equal({
			alarmName: "triplane-dev-tumour-risk-errors-fast-burn",
			alarmRule: 'ALARM("tumour-risk-errors-fast-burn-long") AND ALARM("tumour-risk-errors-fast-burn-short")',
			...told,
		});
		expect(alarmDescription).to.match(
			/^tumour-risk spends its monthly budget of 0\.005 \(errors\) 14\.4 times too fast\./,
		);
	});

	it("compares each window's share of bad requests with the same threshold", async () => {
		const { find } = await deployed();
		for (const [window, period] of [
			["long", 21_600],
			["short", 1800],
		] as const) {
			const { inputs } = find(METRIC_ALARM, `tumour-risk-slow-steady-burn-${window}`);
			expect(inputs.threshold).to.be.closeTo(0.3, 1e-12);
			expect([inputs.evaluationPeriods, inputs.treatMissingData, inputs.alarmActions]).to.deep.equal([
				1,
				"notBreaching",
				undefined,
			]);
			const metric = (metricName: string) => ({
				namespace: "Triplane",
				metricName,
				dimensions: { model: "tumour-risk" },
				period,
				stat: "Sum",
			});
			expect(inputs.metricQueries).to.deep.equal([
				{ id: "share", label: "Slow / Requests", expression: "IF(bad >= 3, bad / requests, 0)", returnData: true },
				{ id: "bad", returnData: false, metric: metric("Slow") },
				{ id: "requests", returnData: false, metric: metric("Requests") },
			]);
		}
	});
});
