import { expect } from "chai";
import fc from "fast-check";
import { type QueuedDashboardFacts, queuedDashboardBody } from "../../../components/parts/queued-dashboard.ts";
import { ecsModelWith } from "../../support/components.ts";

interface Widget {
	x: number;
	y: number;
	properties: { title: string; region: string; metrics: unknown[][]; annotations?: { horizontal: unknown[] } };
}

const facts: QueuedDashboardFacts = {
	region: "eu-west-1",
	apiName: "front-door-api",
	stageName: "test",
	functionName: "submit",
	model: ecsModelWith(),
	clusterName: "pool",
	slots: [{ slot: "a", queueName: "jobs-a", deadLetterQueueName: "dead-a", serviceName: "workers-a" }],
};
const { clusterName: _, ...withoutCluster } = facts;
const widgetsOf = (of: QueuedDashboardFacts): Widget[] => JSON.parse(queuedDashboardBody(of)).widgets;
const widget = (title: string, of = facts) =>
	widgetsOf(of).find(({ properties }) => properties.title.startsWith(title))?.properties;

describe("components/parts/queued-dashboard", () => {
	it("draws how long jobs take against what is promised, as the workers measure it", () => {
		const jobs = widget("Jobs on digit-reader");
		expect(jobs?.metrics).to.deep.equal(
			["p50", "p95", "p99"].map((stat) => ["Triplane", "Latency", "model", "digit-reader", { stat, label: stat }]),
		);
		expect(jobs?.annotations?.horizontal).to.deep.equal([{ label: "slo.jobP95Seconds", value: 30_000 }]);
	});

	it("shows the tasks that are wanted and that run, and their hosts, against the most", () => {
		const tasks = widget("Tasks, and the hosts");
		const service = ["ClusterName", "pool", "ServiceName", "workers-a"];
		expect(tasks?.metrics).to.deep.equal([
			["ECS/ContainerInsights", "DesiredTaskCount", ...service, { stat: "Average", label: "wanted in a" }],
			["ECS/ContainerInsights", "RunningTaskCount", ...service, { stat: "Average", label: "running in a" }],
			["ECS/ContainerInsights", "ContainerInstanceCount", "ClusterName", "pool", { stat: "Average", label: "hosts" }],
		]);
		expect(tasks?.annotations?.horizontal).to.deep.equal([{ label: "runtime.maxTasks", value: 4 }]);
		expect(widget("Tasks, and the hosts", withoutCluster)).to.equal(undefined);
	});

	it("shows each slot's backlog, its jobs in work, its oldest job and its dead letters", () => {
		const slots = (["a", "b"] as const).map((slot) => ({
			slot,
			queueName: `jobs-${slot}`,
			deadLetterQueueName: `dead-${slot}`,
		}));
		const metricsOf = (title: string) =>
			widget(title, { ...facts, slots })?.metrics.map((series) => series.slice(1, -1));
		const ofSlots = (metric: string, queue: string) =>
			["a", "b"].map((slot) => [metric, "QueueName", `${queue}-${slot}`]);
		expect(metricsOf("Backlog")).to.deep.equal([
			...ofSlots("ApproximateNumberOfMessagesVisible", "jobs"),
			...ofSlots("ApproximateNumberOfMessagesNotVisible", "jobs"),
		]);
		expect(metricsOf("Age of the oldest")).to.deep.equal(ofSlots("ApproximateAgeOfOldestMessage", "jobs"));
		expect(metricsOf("Jobs that were set aside")).to.deep.equal(ofSlots("ApproximateNumberOfMessagesVisible", "dead"));
	});

	it("shows what waits inside SageMaker where a slot is served there, and nothing of it elsewhere", () => {
		const [slot] = facts.slots;
		const { serviceName: __, ...bare } = slot ?? { slot: "a", queueName: "", deadLetterQueueName: "" };
		const there = { ...withoutCluster, slots: [{ ...bare, endpointName: "endpoint-a" }] };
		const series = (metric: string, label: string) => [
			...["AWS/SageMaker", metric, "EndpointName", "endpoint-a"],
			{ stat: "Maximum", label },
		];
		expect(widget("Requests that wait in SageMaker", there)?.metrics).to.deep.equal([
			series("ApproximateBacklogSize", "all of a"),
			series("ApproximateBacklogSizePerInstance", "an instance of a"),
		]);
		const age = widget("Age of the oldest request in SageMaker", there);
		expect(age?.metrics).to.deep.equal([series("ApproximateAgeOfOldestRequest", "slot a")]);
		expect(age?.annotations?.horizontal).to.deep.equal([{ label: "slo.jobP95Seconds", value: 30 }]);
		expect(widget("Requests that wait in SageMaker")).to.equal(undefined);
	});

	it("shows the entry and what answers there", () => {
		expect(widget("Submissions as callers")?.metrics).to.deep.equal([
			[
				"AWS/ApiGateway",
				"Latency",
				...["ApiName", "front-door-api", "Stage", "test"],
				...["Resource", "/v2/models/digit-reader/infer", "Method", "POST"],
				{ stat: "p95", label: "API" },
			],
			["AWS/Lambda", "Duration", "FunctionName", "submit", { stat: "p95", label: "function" }],
		]);
	});

	it("computes what 1,000 jobs cost at most, from the hosts that stand for them", () => {
		expect(widget("Cost per 1,000")?.metrics).to.deep.equal([
			[
				{
					id: "costPerThousand",
					expression: "1000 * hosts * 0.526 * PERIOD(hosts) / 3600 / requests",
					label: "USD per 1,000",
				},
			],
			[
				"ECS/ContainerInsights",
				"ContainerInstanceCount",
				"ClusterName",
				"pool",
				{ id: "hosts", stat: "Average", visible: false },
			],
			["Triplane", "Requests", "model", "digit-reader", { id: "requests", stat: "Sum", visible: false }],
		]);
		const unpriced = ecsModelWith({}, { gpuCount: 0, instanceTypes: ["c5a.large", "c6a.large"] });
		for (const unpricedFacts of [withoutCluster, { ...facts, model: unpriced }])
			expect(widget("Cost per 1,000", unpricedFacts)).to.equal(undefined);
	});

	it("is JSON of graphs that do not overlap, whatever the names", () => {
		const text = fc.string({ minLength: 1 });
		fc.assert(
			fc.property(text, text, text, (region, functionName, clusterName) => {
				const widgets = widgetsOf({ ...facts, region, functionName, clusterName });
				expect(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size)
					.to.equal(11)
					.and.equal(widgets.length);
				for (const { properties } of widgets) expect(properties.region).to.equal(region);
			}),
		);
	});
});
