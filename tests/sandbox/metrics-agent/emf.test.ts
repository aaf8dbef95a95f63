import { expect } from "chai";
import fc from "fast-check";
import { writeOutcome, writeRequestCounts, writeSliceCounts } from "../../../functions/shared/telemetry/metrics.ts";
import { metricsOf } from "../../../sandbox/metrics-agent/emf.ts";

const embedded = (more: object = {}, directive: object = {}) =>
	JSON.stringify({
		_aws: {
			Timestamp: 1_700_000_000_000,
			CloudWatchMetrics: [
				{
					Namespace: "Triplane",
					Dimensions: [["model"], ["model", "version"]],
					Metrics: [
						{ Name: "Requests", Unit: "Count" },
						{ Name: "Latency", Unit: "Milliseconds" },
					],
					...directive,
				},
			],
		},
		model: "tumour-risk",
		version: "3",
		Requests: 1,
		Latency: [1.5, 2.5],
		...more,
	});

describe("Embedded metrics in a log line", () => {
	it("give each metric under each set of dimensions.", () => {
		const at = new Date(1_700_000_000_000);
		const model = { Name: "model", Value: "tumour-risk" };
		const version = { Name: "version", Value: "3" };
		const datum = (MetricName: string, Unit: string, Values: number[], Dimensions: object[]) => ({
			namespace: "Triplane",
			datum: { MetricName, Unit, Values, Dimensions, Timestamp: at, StorageResolution: undefined },
		});
		expect(metricsOf(embedded(), 0)).to.deep.equal([
			datum("Requests", "Count", [1], [model]),
			datum("Latency", "Milliseconds", [1.5, 2.5], [model]),
			datum("Requests", "Count", [1], [model, version]),
			datum("Latency", "Milliseconds", [1.5, 2.5], [model, version]),
		]);
	});

	it("are those that the functions write: a shadow's slices and answers for its version, outcomes also for the model.", () => {
		const lines: string[] = [];
		const write = (line: string) => lines.push(line);
		const of = { model: "m", version: 4 };
		writeSliceCounts(write, 7, { ...of, slice: "malignant", compared: 3, disagreed: 1 });
		writeRequestCounts(write, { ...of, timestampMs: 7, variant: "shadow", status: 200, latencyMs: 1, p95Ms: 2 });
		writeOutcome(write, 7, { ...of, variant: "canary", isBad: true });
		const found = lines.flatMap((line) => metricsOf(line, 0) ?? []);
		const sums = Object.fromEntries(
			found.map(({ datum: { MetricName, Dimensions = [], Values } }) => [
				[MetricName, ...Dimensions.map(({ Value }) => Value)].join(" "),
				Values,
			]),
		);
		expect(sums).to.deep.equal({
			"Compared m 4 malignant": [3],
			"Disagreed m 4 malignant": [1],
			"Requests m 4 shadow": [1],
			"Errors m 4 shadow": [0],
			"Slow m 4 shadow": [0],
			"Latency m 4 shadow": [1],
			"Throttled m 4 shadow": [0],
			"Outcomes m": [1],
			"BadOutcomes m": [1],
			"Outcomes m 4 canary": [1],
			"BadOutcomes m 4 canary": [1],
		});
	});

	it("are found behind whatever stands before them.", () => {
		const line = `2026-11-24T07:00:00.000Z\tb1f1\tINFO\t${embedded()}`;
		expect(metricsOf(line, 0)).to.have.length(4);
	});

	it("have the line's time where they have none, and no dimensions where none are named.", () => {
		const line = JSON.stringify({
			_aws: { CloudWatchMetrics: [{ Namespace: "N", Metrics: [{ Name: "A" }] }] },
			A: 1,
		});
		expect(metricsOf(line, 5)?.map(({ datum }) => [datum.Timestamp?.getTime(), datum.Dimensions])).to.deep.equal([
			[5, []],
		]);
	});

	it("are none in a line that claims none.", () => {
		for (const line of ["", "hello", '{"message":"x"}', "START RequestId: 1"])
			expect(metricsOf(line, 0)).to.deep.equal([]);
	});

	it("are malformed where a value, a dimension or the directive is missing or not what it must be.", () => {
		for (const line of [
			embedded({ Requests: undefined }),
			embedded({ Requests: "many" }),
			embedded({ version: undefined }),
			embedded({ model: 7 }),
			embedded({}, { Namespace: "" }),
			embedded({ Latency: [] }),
			embedded().slice(0, -1),
			'{"_aws": 1}',
			'"_aws"',
		])
			expect(metricsOf(line, 0), line).to.equal(undefined);
	});

	it("never throw, whatever the line.", () => {
		const lines = fc.oneof(
			fc.string(),
			fc.json().map((text) => `x {"_aws":${text}}`),
			fc.jsonValue().map((value) => embedded({ Requests: value }, { Dimensions: value })),
		);
		fc.assert(fc.property(lines, fc.nat(), (line, at) => Array.isArray(metricsOf(line, at) ?? [])));
	});
});
