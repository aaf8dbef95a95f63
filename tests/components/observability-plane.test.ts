import { expect } from "chai";
import { LOG_QUERIES } from "../../components/parts/log-queries.ts";
import program from "../../index.ts";
import { asConfig, jsonOf } from "../support/components.ts";
import { underMocks } from "../support/pulumi-mocks.ts";
import { rawModel, rawQueuedModel, rawSageMakerModel, rawSettings, WORKER_IMAGE } from "../support/settings.ts";

const deployed = (change: object = {}) => {
	const settings = Object.entries({ ...rawSettings(), ...change });
	return underMocks(program, asConfig(Object.fromEntries(settings.map(([key, value]) => [`triplane:${key}`, value]))));
};

describe("components/observability-plane", function () {
	// Each run bundles the functions.
	this.timeout(60_000);
	let run: Awaited<ReturnType<typeof deployed>>;
	before(async () => {
		run = await deployed();
	});

	it("watches every function of the platform for failures and refusals", () => {
		const { resources } = run;
		const watched = resources.filter(({ type }) => type === "triplane:observability:FunctionAlarms");
		expect(watched.map(({ name }) => name)).to.have.members([
			...["register", "authorize", "health", "tumour-risk-predict"],
			...["rollout", "judge", "evaluate", "shadow", "release"],
		]);
	});

	it("sends each alarm that tells people to the one topic", () => {
		const { resources } = run;
		const alarms = resources.filter(({ type }) => /:(MetricAlarm|CompositeAlarm)$/.test(type));
		const [telling, silent] = [true, false].map((tells) =>
			alarms.filter(({ inputs }) => "alarmActions" in inputs === tells),
		);
		expect(telling?.map(({ inputs }) => inputs.alarmActions)).to.deep.equal(
			Array.from({ length: 30 }, () => ["arn:alarms-topic"]),
		);
		expect(silent?.length).to.equal(8);
		for (const { name } of silent ?? []) expect(name).to.match(/-burn-(long|short)$/);
	});

	it("gives each realtime model a dashboard of its own entry and function", () => {
		const dashboard = run.find("aws:cloudwatch/dashboard:Dashboard", "tumour-risk-dashboard");
		expect(dashboard.inputs.dashboardName).to.equal("triplane-dev-tumour-risk");
		const body = JSON.stringify(jsonOf(dashboard, "dashboardBody"));
		for (const shown of ["front-door-api", "tumour-risk-predict", "us-east-1", "/v2/models/tumour-risk/infer"])
			expect(body).to.include(`"${shown}"`);
	});

	it("watches a queued model's queues, promise and functions, and draws them", async () => {
		const { find, resources } = await deployed({
			models: [rawModel(), rawQueuedModel()],
			workerImage: WORKER_IMAGE,
			network: { kind: "adopt", vpcId: "vpc-1", subnetIds: ["subnet-1"] },
		});
		const named = (type: string) =>
			resources.filter((resource) => resource.type === `triplane:observability:${type}`).map(({ name }) => name);
		expect(named("QueueAlarms")).to.have.members([
			...["digit-reader-a", "digit-reader-b", "callbacks", "sweep"],
			...["rollout", "shadow", "slo-burning"],
		]);
		expect(named("SloAlarms")).to.have.members(["tumour-risk", "digit-reader"]);
		expect(named("FunctionAlarms")).to.include.members(["submit", "jobs", "sweep", "callback"]);
		const age = (queue: string) =>
			find("aws:cloudwatch/metricAlarm:MetricAlarm", `${queue}-queue-age`).inputs.threshold;
		expect([age("digit-reader-a"), age("callbacks")]).to.deep.equal([30, 900]);
		const dashboard = find("aws:cloudwatch/dashboard:Dashboard", "digit-reader-dashboard");
		const body = JSON.stringify(jsonOf(dashboard, "dashboardBody"));
		for (const shown of [
			"front-door-api",
			"submit",
			"digit-reader-a",
			"digit-reader-a-queue",
			"pool-digit-reader-cluster",
		])
			expect(body).to.include(`"${shown}"`);
		expect(find("aws:cloudwatch/queryDefinition:QueryDefinition", "query-latest-errors").inputs.logGroupNames)
			.to.be.an("array")
			.that.includes.members(["/triplane/dev/submit", "/triplane/dev/digit-reader-a-worker"]);
	});

	it("watches a model on SageMaker by its queue, both functions, lost results, and what waits in its endpoint", async () => {
		const { find, resources } = await deployed({ models: [rawModel(), rawSageMakerModel()] });
		const named = (type: string) =>
			resources.filter((resource) => resource.type === `triplane:observability:${type}`).map(({ name }) => name);
		expect(named("QueueAlarms")).to.have.members([
			...["a", "b"].flatMap((slot) => [`digit-reader-${slot}`, `digit-reader-${slot}-result`]),
			...["callbacks", "sweep", "rollout", "shadow", "slo-burning"],
		]);
		expect(named("FunctionAlarms")).to.include.members(["digit-reader-a-forward", "digit-reader-a-result"]);
		expect(named("SloAlarms")).to.have.members(["tumour-risk", "digit-reader"]);
		const {
			alarmDescription: _,
			tags: __,
			...age
		} = find("aws:cloudwatch/metricAlarm:MetricAlarm", "digit-reader-a-inference-age").inputs;
		expect(age).to.deep.equal({
			namespace: "AWS/SageMaker",
			metricName: "ApproximateAgeOfOldestRequest",
			dimensions: { EndpointName: "triplane-dev-digit-reader-a" },
			statistic: "Maximum",
			period: 60,
			evaluationPeriods: 5,
			datapointsToAlarm: 3,
			comparisonOperator: "GreaterThanThreshold",
			threshold: 30,
			treatMissingData: "notBreaching",
			alarmActions: ["arn:alarms-topic"],
			okActions: ["arn:alarms-topic"],
		});
		const dashboard = find("aws:cloudwatch/dashboard:Dashboard", "digit-reader-dashboard");
		expect(JSON.stringify(jsonOf(dashboard, "dashboardBody"))).to.include('"triplane-dev-digit-reader-a"');
		expect(find("aws:cloudwatch/queryDefinition:QueryDefinition", "query-latest-errors").inputs.logGroupNames)
			.to.be.an("array")
			.that.includes.members(["/triplane/dev/digit-reader-a-forward", "/triplane/dev/digit-reader-a-result"]);
	});

	it("watches the jobs of a realtime model that overflows by their own promise", async () => {
		const model = { ...rawModel(), overflow: "job", slo: { p95Ms: 150, jobP95Seconds: 60 } };
		const { find, resources } = await deployed({ models: [model] });
		const { inputs } = find("aws:cloudwatch/metricAlarm:MetricAlarm", "tumour-risk-overflow-queue-age");
		expect([inputs.threshold, inputs.dimensions]).to.deep.equal([60, { QueueName: "tumour-risk-overflow-queue" }]);
		const deadLetters = find("aws:cloudwatch/metricAlarm:MetricAlarm", "tumour-risk-overflow-dead-letters");
		expect(deadLetters.inputs.alarmDescription).to.match(/run: npm run triplane -- jobs redrive tumour-risk$/);
		const functions = resources.filter(({ type }) => type === "triplane:observability:FunctionAlarms");
		expect(functions.map(({ name }) => name)).to.include.members(["tumour-risk-overflow", "jobs", "sweep", "callback"]);
	});

	it("saves the queries over all functions' logs", () => {
		const { find } = run;
		for (const { name, query } of LOG_QUERIES)
			expect(find("aws:cloudwatch/queryDefinition:QueryDefinition", `query-${name}`).inputs).to.deep.equal({
				name: `triplane/dev/${name}`,
				queryString: query,
				logGroupNames: [
					"/triplane/dev/register",
					"/triplane/dev/authorize",
					"/triplane/dev/health",
					"/triplane/dev/tumour-risk-predict",
					"/triplane/dev/rollout",
					"/triplane/dev/judge",
					"/triplane/dev/evaluate",
					"/triplane/dev/shadow",
					"/triplane/dev/release",
				],
			});
	});

	it("budgets a team's month by its cost-allocation tag, and warns before it is spent", async () => {
		const model = { ...rawModel(), slo: { p95Ms: 150, monthlyCostUsd: 200 } };
		const { find } = await deployed({ models: [model] });
		const told = {
			comparisonOperator: "GREATER_THAN",
			thresholdType: "PERCENTAGE",
			subscriberSnsTopicArns: ["arn:alarms-topic"],
		};
		expect(find("aws:budgets/budget:Budget", "budget-diagnostics").inputs).to.deep.equal({
			budgetType: "COST",
			timeUnit: "MONTHLY",
			limitAmount: "200",
			limitUnit: "USD",
			costFilters: [{ name: "TagKeyValue", values: ["user:team$diagnostics"] }],
			notifications: [
				{ ...told, notificationType: "ACTUAL", threshold: 80 },
				{ ...told, notificationType: "FORECASTED", threshold: 100 },
			],
			tags: {
				team: "diagnostics",
				model: "shared",
				feature: "shared",
				environment: "test",
				"cost-center": "cc-1",
			},
		});
	});

	it("makes no budget where no cost is declared, and no subscription where no address is", () => {
		const { resources } = run;
		expect(resources.filter(({ type }) => /Budget|TopicSubscription/.test(type))).to.deep.equal([]);
	});

	it("subscribes the address of the settings", async () => {
		const { find } = await deployed({ observability: { alarmEmail: "oncall@example.com" } });
		expect(find("aws:sns/topicSubscription:TopicSubscription", "alarms-email").inputs.endpoint).to.equal(
			"oncall@example.com",
		);
	});
});
