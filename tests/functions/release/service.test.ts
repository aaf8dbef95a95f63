/** The release function with the SDK's own clients: what it asks AWS, and what it makes of the answers. */
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SFNClient } from "@aws-sdk/client-sfn";
import { expect } from "chai";
import { ENVIRONMENT } from "../../../charter/environment.ts";
import { createReleaseService } from "../../../functions/release/service.ts";
import { memoryBus } from "../../support/functions-events.ts";
import { memoryTelemetry } from "../../support/functions-telemetry.ts";
import { type Answer, wire } from "../../support/functions-wire.ts";

const START_MS = Date.parse("2026-01-01T10:00:30Z");
const NOW_MS = Date.parse("2026-01-01T10:05:30Z");
const whose = { function: "predict", version: "2" };
const alias = (canary?: number) => ({
	FunctionVersion: "1",
	RevisionId: "r1",
	...(canary && { RoutingConfig: { AdditionalVersionWeights: { 2: canary } } }),
});

function world(answers: Record<string, Answer>) {
	const { config, asked } = wire(answers);
	const bus = memoryBus();
	const { telemetry, lines } = memoryTelemetry({ now: () => NOW_MS });
	const release = createReleaseService({
		environment: { [ENVIRONMENT.eventBus]: "events" },
		telemetry,
		lambda: new LambdaClient(config),
		cloudwatch: new CloudWatchClient(config),
		events: bus.client,
		sfn: new SFNClient(config),
	});
	return { release, asked, lines, told: bus.told };
}

describe("functions/release/service", () => {
	it("moves the alias by the revision that it has read", async () => {
		const { release, asked } = world({ "GET /aliases/live": alias(), "PUT /aliases/live": alias(0.1) });
		expect(await release({ action: "shift", ...whose, from: "1", step: 0, weight: 10 })).to.deep.equal({
			state: "SHIFTED",
			from: "1",
			sinceMs: NOW_MS,
		});
		expect(asked.at(-1)).to.deep.equal({
			operation: "PUT /aliases/live",
			body: {
				FunctionVersion: "1",
				RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } },
				RevisionId: "r1",
			},
		});
	});

	it("reads the alias again where another one was first", async () => {
		const { release, asked } = world({
			"GET /aliases/live": alias(),
			"PUT /aliases/live": { status: 412, type: "PreconditionFailedException" },
		});
		const error = await release({ action: "shift", ...whose, from: "1", step: 0, weight: 10 }).catch(
			(thrown: Error) => thrown,
		);
		expect(error).to.have.property("name", "ReleaseConflictError");
		expect(asked.filter(({ operation }) => operation === "GET /aliases/live")).to.have.length(5);
	});

	it("counts the calls of the executed version since the shift, and what is burning since then", async () => {
		const { release, asked } = world({
			"GET /aliases/live": alias(0.1),
			GetMetricData: {
				MetricDataResults: [
					{ Id: "invocations", Values: [60, 40] },
					{ Id: "errors", Values: [7] },
				],
			},
			DescribeAlarms: {
				CompositeAlarms: [
					{ AlarmName: "old", StateTransitionedTimestamp: START_MS / 1000 - 60 },
					{ AlarmName: "new", StateTransitionedTimestamp: START_MS / 1000 + 60 },
				],
			},
		});
		const judge = { action: "judge", ...whose, burnAlarms: ["old", "new"], sinceMs: START_MS };
		expect(await release(judge)).to.deep.equal({
			verdict: "BACK",
			reason: "since it has its share, new went into alarm",
		});
		const [query] = asked.filter(({ operation }) => operation === "GetMetricData");
		expect(query)
			.to.have.nested.property("body.MetricDataQueries[0].MetricStat.Metric.Dimensions")
			.that.deep.equals([
				{ Name: "FunctionName", Value: "predict" },
				{ Name: "Resource", Value: "predict:live" },
				{ Name: "ExecutedVersion", Value: "2" },
			]);
		expect(query).to.have.nested.property("body.StartTime", Date.parse("2026-01-01T10:00:00Z") / 1000);
	});

	it("counts from the minute after the shift where the version has all traffic", async () => {
		const { release, asked } = world({
			"GET /aliases/live": { ...alias(), FunctionVersion: "2" },
			GetMetricData: { MetricDataResults: [] },
		});
		expect(await release({ action: "judge", ...whose, burnAlarms: [], sinceMs: START_MS })).to.deep.equal({
			verdict: "CONTINUE",
			reason: "0 of 0 calls failed (0.0 %), too few to say anything",
		});
		const [query] = asked.filter(({ operation }) => operation === "GetMetricData");
		expect(query).to.have.nested.property("body.MetricDataQueries[0].MetricStat.Metric.Dimensions").with.length(2);
		expect(query).to.have.nested.property("body.StartTime", Date.parse("2026-01-01T10:01:00Z") / 1000);
	});

	it("judges nothing by counts that CloudWatch does not have together", async () => {
		const { release } = world({
			"GET /aliases/live": alias(0.1),
			GetMetricData: { MetricDataResults: [{ Id: "errors", StatusCode: "InternalError" }] },
		});
		const error = await release({ action: "judge", ...whose, burnAlarms: [], sinceMs: START_MS }).catch(
			(thrown: Error) => thrown,
		);
		expect(error).to.have.property("name", "ReleaseCountsError");
	});

	it("starts an execution, and takes one that is there already for its own", async () => {
		const { release, asked } = world({
			"GET /aliases/live": alias(),
			StartExecution: { status: 400, type: "ExecutionAlreadyExists" },
		});
		const target = { ...whose, burnAlarms: [], probe: {} };
		const request = { stateMachine: "arn:machine", weights: [100], intervalSeconds: 1 };
		expect(await release({ action: "start", ...request, releases: [target] })).to.deep.equal({
			started: ["predict:2"],
		});
		expect(asked.at(-1)?.body).to.deep.equal({
			stateMachineArn: "arn:machine",
			name: "predict-2",
			input: JSON.stringify({ ...target, weights: [100], intervalSeconds: 1 }),
		});
	});

	it("tells the bus how it ended, and the log what it did", async () => {
		const { release, told, lines } = world({});
		await release({ action: "finish", ...whose, from: "1" });
		expect(told).to.deep.equal([
			{ bus: "events", type: "release.finished", detail: { function: "predict", from: "1", to: "2" } },
		]);
		expect(lines.records.map(({ message }) => message)).to.deep.equal(['release finish: {"outcome":"FINISHED"}']);
	});

	it("logs a request that it cannot read, and refuses it", async () => {
		const { release, lines } = world({});
		const error = await release({ action: "sing" }).catch((thrown: Error) => thrown);
		expect(error).to.have.property("name", "ReleaseRequestError");
		expect(lines.records[0]).to.include({ level: "ERROR" });
	});
});
