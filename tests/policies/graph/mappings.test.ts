import { expect } from "chai";
import { sourceKindOf, sourceOf } from "../../../policies/graph/mappings.ts";
import { ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

describe("policies/graph/mappings", () => {
	const asked = (props: Record<string, unknown>, source = resource("aws:sqs/queue:Queue", "jobs")) => {
		const mapping = resource("aws:lambda/eventSourceMapping:EventSourceMapping", "settle", props);
		const stack = graphOf([mapping, source], "applied");
		const node = nodeOf(stack, "settle");
		return { kind: sourceKindOf(stack, node), source: sourceOf(stack, node)?.name };
	};

	it("tells the kind of a source of the stack by its type", () => {
		for (const [type, kind] of [
			["aws:sqs/queue:Queue", "queue"],
			["aws:kinesis/stream:Stream", "stream"],
			["aws:kinesis/streamConsumer:StreamConsumer", "stream"],
			["aws:dynamodb/table:Table", "stream"],
			["aws:msk/cluster:Cluster", "stream"],
			["aws:msk/serverlessCluster:ServerlessCluster", "stream"],
			["aws:mq/broker:Broker", "other"],
			["aws:docdb/cluster:Cluster", "other"],
		] as const) {
			const source = resource(type, "source");
			expect(asked({ eventSourceArn: ref(source, "arn") }, source)).to.deep.equal({
				kind: { state: "known", value: kind },
				source: "source",
			});
		}
	});

	it("tells the kind of a source elsewhere by the service in its ARN, a stream where that says nothing", () => {
		for (const [eventSourceArn, kind] of [
			["arn:aws:sqs:us-east-1:123456789012:elsewhere", "queue"],
			["arn:aws-cn:sqs:us-east-1:123456789012:elsewhere", "queue"],
			["arn:aws:mq:us-east-1:123456789012:broker:b", "other"],
			["arn:aws:rds:us-east-1:123456789012:cluster:docs", "other"],
			["arn:aws:kinesis:us-east-1:123456789012:stream/clicks", "stream"],
			["arn:aws:constructor:us-east-1:123456789012:it", "stream"],
			["no arn:aws:sqs:at:all", "stream"],
		] as const)
			expect(asked({ eventSourceArn }), eventSourceArn).to.deep.equal({
				kind: { state: "known", value: kind },
				source: undefined,
			});
	});

	it("tells brokers and change streams by their own settings, self-managed Kafka for a stream, and says what is open", () => {
		const other = { state: "known", value: "other" };
		expect(asked({ queues: "orders" }).kind).to.deep.equal(other);
		expect(asked({ documentDbEventSourceConfig: { databaseName: "shop" } }).kind).to.deep.equal(other);
		expect(asked({ selfManagedEventSource: { endpoints: {} } }).kind).to.deep.equal({
			state: "known",
			value: "stream",
		});
		expect(asked({ eventSourceArn: UNKNOWN, queues: "orders" }).kind).to.deep.equal({
			state: "unknown",
			property: "eventSourceArn",
		});
	});
});
