/**
 * Where failures go: the dead-letter target of each resource that can have one, and the queues that are such targets.
 * What catches undelivered events and what catches failed runs are told apart by the rules, not here.
 */
import { absent, type Fact, known, unknown } from "../facts/fact.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { EVENT_SOURCE_MAPPING, FUNCTION, PIPE, QUEUE, ROLE } from "./types.ts";

export const INVOKE_CONFIG = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
export const EVENT_TARGET = "aws:cloudwatch/eventTarget:EventTarget";
export const SCHEDULE = "aws:scheduler/schedule:Schedule";
export const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const REDRIVE_POLICY = "aws:sqs/redrivePolicy:RedrivePolicy";

/** Where a type names its dead-letter target; `beside` is what else in the same property may name a queue. */
interface Place {
	path: string;
	beside?: string;
	/** Whether the property is JSON text, with the target's ARN inside. */
	isDocument?: boolean;
}
const REDRIVE: Place = { path: "redrivePolicy", isDocument: true };
const PIPE_SOURCES = ["kinesisStreamParameters", "dynamodbStreamParameters"];
const PLACES: Readonly<Record<string, readonly Place[]>> = {
	[QUEUE]: [REDRIVE],
	[REDRIVE_POLICY]: [REDRIVE],
	[SUBSCRIPTION]: [REDRIVE],
	[FUNCTION]: [{ path: "deadLetterConfig.targetArn" }],
	[INVOKE_CONFIG]: [
		{ path: "destinationConfig.onFailure.destination", beside: "destinationConfig.onSuccess.destination" },
	],
	[EVENT_SOURCE_MAPPING]: [{ path: "destinationConfig.onFailure.destinationArn" }],
	[EVENT_TARGET]: [{ path: "deadLetterConfig.arn" }],
	"aws:cloudwatch/eventBus:EventBus": [{ path: "deadLetterConfig.arn" }],
	"aws:iot/topicRule:TopicRule": [{ path: "errorAction.sqs.queueUrl" }],
	[SCHEDULE]: [{ path: "target.deadLetterConfig.arn", beside: "target.arn" }],
	[PIPE]: PIPE_SOURCES.map((source) => ({ path: `sourceParameters.${source}.deadLetterConfig.arn` })),
};

/**
 * Whether a resource has a dead-letter target at its own place; a target that is not known yet is one all the same. A
 * property that is hidden as a whole tells only if it can hold nothing else.
 */
export function deadLetterOf(node: ResourceNode): Fact<true> {
	let hidden: Fact<true> = absent;
	for (const place of PLACES[node.type] ?? []) {
		const target = place.isDocument ? documentTarget(node, place.path) : node.props.read(place.path);
		if (target.state === "known") return known(true);
		if (target.state !== "unknown") continue;
		if (target.property === place.path || place.beside === undefined) return known(true);
		hidden = unknown(target.property);
	}
	return hidden;
}

function documentTarget(node: ResourceNode, path: string): Fact<unknown> {
	const document = node.props.document(path);
	return document.state === "known" ? document.value.read("deadLetterTargetArn") : document;
}

/** The redrive policy of a queue: its own, or a resource of its own; absent where it has none. */
export interface Redrive {
	/** The resource that states the policy. */
	holder: ResourceNode;
	/** The dead-letter queue, where it is in the stack. */
	target: ResourceNode | undefined;
	maxReceiveCount: Fact<number>;
}

export function redriveOf(stack: StackGraph, queue: ResourceNode): Redrive | undefined {
	const holders = [queue, ...stack.referrers(queue, REDRIVE_POLICY, "queueUrl")];
	const holder = holders.find((each) => deadLetterOf(each).state === "known");
	if (!holder) return undefined;
	const document = holder.props.document("redrivePolicy");
	const [target] = queuesNamed(stack, holder, REDRIVE);
	return {
		holder,
		target,
		maxReceiveCount: document.state === "known" ? document.value.number("maxReceiveCount") : document,
	};
}

/** The queues of the stack that one place names; with several to choose from, all of them. */
function queuesNamed(stack: StackGraph, node: ResourceNode, place: Place): readonly ResourceNode[] {
	const target = place.isDocument ? documentTarget(node, place.path) : node.props.read(place.path);
	if (target.state === "absent") return [];
	const text = target.state === "known" && typeof target.value === "string" ? target.value : undefined;
	const named = text === undefined ? [] : stack.named(text, [QUEUE]);
	if (named.length > 0) return named;
	const depended = stack.dependencies(node, place.path, [QUEUE]);
	if (text === undefined) return depended;
	if (place.beside === undefined) return depended;
	// Both places may depend on queues: a name that the provider made up begins with that of its resource.
	const name = text.slice(text.lastIndexOf(":") + 1);
	return depended.filter((queue) => name.startsWith(queue.name));
}

interface Uses {
	certain: ReadonlySet<ResourceNode>;
	/** Queues that may be dead-letter queues, with the property that does not tell yet. */
	perhaps: ReadonlyMap<ResourceNode, string>;
}

const deadLetterUses = perStack((stack): Uses => {
	const certain = new Set<ResourceNode>();
	const perhaps = new Map<ResourceNode, string>();
	for (const [type, places] of Object.entries(PLACES))
		for (const holder of stack.ofType(type))
			for (const place of places) {
				const queues = queuesNamed(stack, holder, place).filter((queue) => queue !== holder);
				const isCertain = isToldApart(stack, holder, place, queues.length);
				for (const queue of queues)
					if (isCertain) certain.add(queue);
					else perhaps.set(queue, `${place.path} of ${holder.name}`);
			}
	return { certain, perhaps };
});

/** Whether the queues that a place depends on can be meant by it alone, and not by what stands beside it. */
function isToldApart(stack: StackGraph, holder: ResourceNode, { path, beside }: Place, queues: number): boolean {
	if (beside === undefined || holder.props.read(path).state === "known") return true;
	if (holder.props.read(beside).state !== "unknown") return true;
	const others = stack.dependencies(holder, path).filter(({ type }) => type !== QUEUE && type !== ROLE);
	return queues === 1 && others.length > 0;
}

/** Whether a queue is a dead-letter queue by use: some resource of the stack sends its failures there. */
export function isDeadLetterQueue(stack: StackGraph, queue: ResourceNode): Fact<true> {
	const { certain, perhaps } = deadLetterUses(stack);
	if (certain.has(queue)) return known(true);
	const open = perhaps.get(queue);
	return open === undefined ? absent : unknown(open);
}
