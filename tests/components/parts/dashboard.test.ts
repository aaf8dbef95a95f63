import { expect } from "chai";
import fc from "fast-check";
import { dashboardBody } from "../../../components/parts/dashboard.ts";
import { modelWith } from "../../support/components.ts";

interface Widget {
	type: string;
	x: number;
	y: number;
	width: number;
	height: number;
	properties: { title: string; region: string; metrics: unknown[][]; annotations?: { horizontal: unknown[] } };
}

const facts = {
	region: "eu-west-1",
	apiName: "front-door-api",
	stageName: "test",
	functionName: "tumour-risk-predict",
	model: modelWith(),
	reservedConcurrency: 14,
};
const widgetsOf = (change: Partial<typeof facts> = {}): Widget[] =>
	JSON.parse(dashboardBody({ ...facts, ...change })).widgets;
const widget = (title: string) => widgetsOf().find(({ properties }) => properties.title.startsWith(title))?.properties;
const infer = [
	"ApiName",
	"front-door-api",
	"Stage",
	"test",
	"Resource",
	"/v2/models/tumour-risk/infer",
	"Method",
	"POST",
];

describe("components/parts/dashboard", () => {
	it("draws the budget, hop by hop, into the latency that callers see", () => {
		const latency = widget("Latency of inference");
		expect(latency?.metrics).to.deep.equal(
			["p50", "p95", "p99"].map((stat) => ["AWS/ApiGateway", "Latency", ...infer, { stat, label: stat }]),
		);
		expect(latency?.annotations?.horizontal).to.deep.equal([
			{ label: "features", value: 40 },
			{ label: "features + model", value: 100 },
			{ label: "whole budget", value: 150 },
			{ label: "slo.p95Ms", value: 150 },
		]);
	});

	it("shows concurrency against the reservation", () => {
		expect(widget("Concurrency")?.annotations?.horizontal).to.deep.equal([{ label: "reserved", value: 14 }]);
		expect(widget("Concurrency")?.metrics[0]).to.deep.equal([
			"AWS/Lambda",
			"ConcurrentExecutions",
			"FunctionName",
			"tumour-risk-predict",
			{ stat: "Maximum", label: "in work" },
		]);
	});

	it("computes the cost of 1,000 requests from the handlers' own metric", () => {
		expect(widget("Cost per 1,000")?.metrics).to.deep.equal([
			[{ id: "costPerThousand", expression: "1000 * cost / requests", label: "USD per 1,000" }],
			["Triplane", "CostUsd", "model", "tumour-risk", { id: "cost", stat: "Sum", visible: false }],
			["Triplane", "Requests", "model", "tumour-risk", { id: "requests", stat: "Sum", visible: false }],
		]);
	});

	it("finds the versions by itself as they come", () => {
		expect(widget("Requests by version")?.metrics).to.deep.equal([
			[
				{
					id: "byVersion",
					expression: `SEARCH('{Triplane,model,version,variant} MetricName="Requests" model="tumour-risk"', 'Sum', 60)`,
					label: "",
				},
			],
		]);
	});

	it("is JSON of graphs that do not overlap, each with a region and a series to show, whatever the names", () => {
		const text = fc.string({ minLength: 1 });
		fc.assert(
			fc.property(text, text, text, (region, apiName, functionName) => {
				const widgets = widgetsOf({ region, apiName, functionName });
				expect(widgets.length).to.equal(8);
				expect(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size).to.equal(widgets.length);
				for (const { type, x, width, properties } of widgets) {
					expect([type, properties.region]).to.deep.equal(["metric", region]);
					expect(x + width).to.be.at.most(24);
					expect(properties.metrics.some((series) => isShown(series.at(-1)))).to.equal(true);
				}
			}),
		);
	});
});

const isShown = (options: unknown): boolean =>
	typeof options === "object" && options !== null && !("visible" in options && options.visible === false);
