/** Questions about event source mappings: what kind of source a function is fed from. What it does with it is not seen. */
import { type Fact, ifKnown, known, unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import { perNode, type StackGraph } from "./stack-graph.ts";
import { QUEUE, STREAM, TABLE } from "./types.ts";

/**
 * `queue`: SQS; `stream`: Kinesis, DynamoDB or Kafka, whose batches block what follows them; `other`: message brokers and
 * change streams, which have no failure destination.
 */
export type SourceKind = "queue" | "stream" | "other";

const KIND_BY_TYPE: ReadonlyMap<string | undefined, SourceKind> = new Map([
	[QUEUE, "queue"],
	[STREAM, "stream"],
	["aws:kinesis/streamConsumer:StreamConsumer", "stream"],
	[TABLE, "stream"],
	["aws:msk/cluster:Cluster", "stream"],
	["aws:msk/serverlessCluster:ServerlessCluster", "stream"],
	["aws:mq/broker:Broker", "other"],
	["aws:docdb/cluster:Cluster", "other"],
]);
const SOURCES = [...KIND_BY_TYPE.keys()].flatMap((type) => type ?? []);
const KIND_BY_SERVICE: ReadonlyMap<string | undefined, SourceKind> = new Map([
	["sqs", "queue"],
	["mq", "other"],
	["rds", "other"],
]);
const SERVICE_IN_ARN = /^arn:[^:]*:([^:]*):/;

/** The resource that a mapping polls, where it is in the stack. */
export const sourceOf = perNode((stack, mapping) => stack.target(mapping, "eventSourceArn", ...SOURCES));

/**
 * What a mapping polls. An ARN tells by its service; one that is no ARN, or none at all (self-managed Kafka), is taken
 * for a stream: the kind that is not told apart by anything else.
 */
export function sourceKindOf(stack: StackGraph, mapping: ResourceNode): Fact<SourceKind> {
	const kind = KIND_BY_TYPE.get(sourceOf(stack, mapping)?.type);
	if (kind) return known(kind);
	const arn = mapping.props.text("eventSourceArn");
	if (arn.state === "unknown") return unknown(arn.property);
	if (["queues", "documentDbEventSourceConfig"].some((key) => mapping.props.read(key).state === "known"))
		return known("other");
	const service = SERVICE_IN_ARN.exec(ifKnown(arn) ?? "")?.[1];
	return known(KIND_BY_SERVICE.get(service) ?? "stream");
}
