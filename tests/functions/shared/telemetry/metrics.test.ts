/** The metrics lines, field by field, and what a request costs. */
import { expect } from "chai";
import { PRICES_USD } from "../../../../charter/prices.ts";
import { requestCostUsd } from "../../../../functions/shared/telemetry/cost.ts";
import {
	type RequestCounts,
	writeOutcome,
	writeRequestCounts,
	writeShadowDropped,
	writeSliceCounts,
} from "../../../../functions/shared/telemetry/metrics.ts";

function lineOf(change: Partial<RequestCounts> = {}) {
	const lines: string[] = [];
	const counts = {
		timestampMs: 7,
		model: "m",
		version: 3,
		variant: "champion",
		status: 200,
		latencyMs: 12.5,
		p95Ms: 300,
		costUsd: 0.25,
	};
	writeRequestCounts((line) => lines.push(line), { ...counts, ...change });
	expect(lines).to.have.length(1);
	return JSON.parse(lines[0] ?? "");
}

const ARM = ["model", "version", "variant"];

describe("functions/shared/telemetry/metrics", () => {
	it("writes a served request as a whole and by arm", () => {
		expect(lineOf()).to.deep.equal({
			_aws: {
				Timestamp: 7,
				CloudWatchMetrics: [
					{
						Namespace: "Triplane",
						Dimensions: [["model"], ARM],
						Metrics: [
							{ Name: "Requests", Unit: "Count" },
							{ Name: "Errors", Unit: "Count" },
							{ Name: "Slow", Unit: "Count" },
							{ Name: "Latency", Unit: "Milliseconds" },
							{ Name: "CostUsd", Unit: "None" },
							{ Name: "Throttled", Unit: "Count" },
						],
					},
				],
			},
			model: "m",
			version: "3",
			variant: "champion",
			Requests: 1,
			Errors: 0,
			Slow: 0,
			Latency: 12.5,
			CostUsd: 0.25,
			Throttled: 0,
		});
	});

	it("writes a request that ended before a version was chosen as a whole only", () => {
		const lines: string[] = [];
		writeRequestCounts((line) => lines.push(line), {
			timestampMs: 7,
			model: "m",
			status: 429,
			latencyMs: 1,
			p95Ms: 300,
			costUsd: 0,
		});
		const line = JSON.parse(lines[0] ?? "");
		expect(line._aws.CloudWatchMetrics[0].Dimensions).to.deep.equal([["model"]]);
		expect(line).to.include({ Throttled: 1, Errors: 0 });
	});

	it("writes a refused request as a whole only, as no version has answered it", () => {
		for (const status of [400, 404, 429, 499]) {
			const line = lineOf({ status });
			expect(line._aws.CloudWatchMetrics[0].Dimensions).to.deep.equal([["model"]]);
			expect(line).to.include({ Requests: 1 }).and.not.have.any.keys("version", "variant");
		}
		for (const status of [399, 500]) expect(lineOf({ status })).to.include({ version: "3", variant: "champion" });
	});

	it("writes a shadow's request for its version only, whatever serves the model", () => {
		const line = lineOf({ variant: "shadow", status: 500 });
		expect(line._aws.CloudWatchMetrics[0].Dimensions).to.deep.equal([ARM]);
		expect(lineOf({ variant: "shadow", status: 400 })._aws.CloudWatchMetrics[0].Dimensions).to.deep.equal([ARM]);
		expect(line).to.include({ version: "3", variant: "shadow", Requests: 1, Errors: 1 });
	});

	it("writes what a shadow was compared by under its slice, and what callers sent back as a whole and by arm", () => {
		const lines: string[] = [];
		const write = (line: string) => lines.push(line);
		writeSliceCounts(write, 7, { model: "m", version: 4, slice: "malignant", compared: 3, disagreed: 1 });
		writeOutcome(write, 8, { model: "m", version: 4, variant: "canary", isBad: true });
		writeShadowDropped(write, 9, "m");
		const embedded = (Timestamp: number, Dimensions: string[][], ...names: string[]) => ({
			Timestamp,
			CloudWatchMetrics: [
				{ Namespace: "Triplane", Dimensions, Metrics: names.map((Name) => ({ Name, Unit: "Count" })) },
			],
		});
		expect(lines.map((line) => JSON.parse(line))).to.deep.equal([
			{
				_aws: embedded(7, [["model", "version", "slice"]], "Compared", "Disagreed"),
				model: "m",
				version: "4",
				slice: "malignant",
				Compared: 3,
				Disagreed: 1,
			},
			{
				_aws: embedded(8, [["model"], ARM], "Outcomes", "BadOutcomes"),
				model: "m",
				version: "4",
				variant: "canary",
				Outcomes: 1,
				BadOutcomes: 1,
			},
			{ _aws: embedded(9, [["model"]], "ShadowDropped"), model: "m", ShadowDropped: 1 },
		]);
	});

	for (const [status, errors] of [
		[400, 0],
		[429, 0],
		[500, 1],
		[504, 1],
	] as const)
		it(`counts ${errors === 1 ? "an" : "no"} error for ${status}`, () => {
			expect(lineOf({ status })).to.include({ Errors: errors });
		});

	it("counts as slow what is over the SLO's bound, and not what is on it", () => {
		expect(lineOf({ latencyMs: 300 })).to.include({ Slow: 0 });
		expect(lineOf({ latencyMs: 300.1 })).to.include({ Slow: 1 });
	});
});

describe("functions/shared/telemetry/cost", () => {
	it("is time by memory in whole milliseconds, an invocation and an API request", () => {
		const perRequest = PRICES_USD.lambdaRequest + PRICES_USD.restApiRequest;
		expect(requestCostUsd(1024, 9.2, "arm64")).to.be.closeTo(0.01 * PRICES_USD.lambdaGbSecondArm64 + perRequest, 1e-15);
		expect(requestCostUsd(2048, 10, "x64")).to.be.closeTo(0.02 * PRICES_USD.lambdaGbSecondX8664 + perRequest, 1e-15);
	});
});
