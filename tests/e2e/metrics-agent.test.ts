/** The metrics-agent against the embedded AWS: from a function's log line to a metric that CloudWatch answers with. */
import { GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { expect } from "chai";
import { startMetricsAgent } from "../../sandbox/metrics-agent/metrics-agent.ts";
import { makeFunction } from "../support/cloud/functions.ts";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

const COUNTER = `import { Console } from "node:console";
const raw = new Console(process.stdout);
export const handler = async ({ model, requests }) => {
	raw.log(JSON.stringify({
		_aws: { Timestamp: Date.now(), CloudWatchMetrics: [
			{ Namespace: "Agent", Dimensions: [["model"], ["model", "version"]], Metrics: [{ Name: "Requests", Unit: "Count" }] },
		] },
		model, version: "1", Requests: requests,
	}));
	console.log('a broken line: {"_aws": 1}');
};`;

describe("The metrics-agent", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	it("puts each line's metrics once, under every set of dimensions, from its own groups only.", async () => {
		const { lambda, cloudwatch } = cloud.context.clients;
		const makeCounter = async (name: string, group: string) => {
			const logGroup = await cloud.make("aws:cloudwatch/logGroup:LogGroup", name, { name: group });
			return makeFunction(cloud, name, COUNTER, { loggingConfig: { logFormat: "JSON", logGroup: logGroup.id } });
		};
		const counter = await makeCounter("counter", "/triplane/test/counter");
		const stranger = await makeCounter("stranger", "/other/counter");
		const count = (FunctionName: string, model: string, requests: number) =>
			lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify({ model, requests }) }));
		const sumOf = async (dimensions: Record<string, string>) => {
			const { Datapoints = [] } = await cloudwatch.send(
				new GetMetricStatisticsCommand({
					Namespace: "Agent",
					MetricName: "Requests",
					Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
					StartTime: new Date(Date.now() - 600_000),
					EndTime: new Date(Date.now() + 60_000),
					Period: 3600,
					Statistics: ["Sum"],
				}),
			);
			return Datapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0);
		};

		const { url: endpoint, region } = cloud.emulator;
		const agent = startMetricsAgent({ endpoint, region, logGroupPrefix: "/triplane/", pollMs: 50 });
		scope.defer(() => agent.stop());
		await count(counter.id, "a", 2);
		await agent.flush();
		await count(counter.id, "a", 3);
		await count(counter.id, "b", 5);
		await count(stranger.id, "a", 100);
		await agent.flush();
		await agent.flush();
		expect([
			await sumOf({ model: "a" }),
			await sumOf({ model: "b" }),
			await sumOf({ model: "a", version: "1" }),
		]).to.deep.equal([5, 5, 5]);
		expect(agent.counts()).to.deep.equal({ metrics: 6, malformed: 3, failures: 0 });
	});

	it("goes on where the embedded AWS does not answer, and counts it.", async () => {
		const agent = startMetricsAgent({
			endpoint: "http://127.0.0.1:9",
			region: "us-east-1",
			logGroupPrefix: "/",
			pollMs: 10,
		});
		await agent.flush().catch(() => {});
		await agent.stop();
		expect(agent.counts()).to.deep.include({ metrics: 0, malformed: 0 });
		expect(agent.counts().failures).to.be.at.least(1);
	});
});
