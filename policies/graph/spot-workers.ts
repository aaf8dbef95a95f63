/**
 * Workers on spot capacity, and the queues that they take messages from: services and groups that AWS may stop with two
 * minutes' notice. Not whether they should be on spot at all.
 */
import { absent, type Fact, ifKnown, itemsOf, known, knownAmong, unknown } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { roleOf } from "./functions.ts";
import { launchOf, mayRunOnSpot } from "./instance-groups.ts";
import type { ResourceNode } from "./node.ts";
import { allows, covers, type Grants, grantsOf, type Statement } from "./permissions.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { AUTOSCALING_GROUP, CAPACITY_PROVIDER, ECS_SERVICE, QUEUE, TASK_DEFINITION } from "./types.ts";

const CLUSTER = "aws:ecs/cluster:Cluster";
const CLUSTER_PROVIDERS = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders";
const INSTANCE_PROFILE = "aws:iam/instanceProfile:InstanceProfile";
const STRATEGIES = "capacityProviderStrategies";
const DEFAULT_STRATEGIES = "defaultCapacityProviderStrategies";

interface Worker {
	node: ResourceNode;
	role: ResourceNode | undefined;
	/** Queues that its containers are told of. */
	told: ReadonlySet<ResourceNode>;
}

const NONE: ReadonlySet<ResourceNode> = new Set();

/** The spot worker that takes messages from a queue; unknown while its permissions are not known. */
export function spotWorkerOn(stack: StackGraph, queue: ResourceNode): Fact<ResourceNode> {
	const { byQueue, ofAny, openByQueue, openOfAny } = consumers(stack);
	const worker = byQueue.get(queue) ?? ofAny;
	if (worker) return known(worker);
	const property = openByQueue.get(queue) ?? openOfAny;
	return property === undefined ? absent : unknown(property);
}

/** Spot workers by the queues that they take messages from, and the properties that do not tell yet. */
interface Consumers {
	byQueue: ReadonlyMap<ResourceNode, ResourceNode>;
	/** A worker that may take from any queue, and is told of none. */
	ofAny: ResourceNode | undefined;
	openByQueue: ReadonlyMap<ResourceNode, string>;
	openOfAny: string | undefined;
}

const consumers = perStack((stack): Consumers => {
	const byQueue = new Map<ResourceNode, ResourceNode>();
	const openByQueue = new Map<ResourceNode, string>();
	let ofAny: ResourceNode | undefined;
	let openOfAny: string | undefined;
	for (const worker of spotWorkers(stack)) {
		const { queues, isAny, open } = consumedBy(stack, worker);
		for (const queue of queues) byQueue.set(queue, worker.node);
		if (isAny) ofAny ??= worker.node;
		for (const { source, property, references } of open) {
			const unread = `${property} of ${source.name}`;
			for (const queue of [...worker.told, ...references]) openByQueue.set(queue, unread);
			if (references.length === 0) openOfAny ??= unread;
		}
	}
	return { byQueue, ofAny, openByQueue, openOfAny };
});

const spotWorkers = perStack((stack): readonly Worker[] => [
	...stack.ofType(ECS_SERVICE).flatMap((node) => {
		if (!isSpotService(stack, node)) return [];
		const task = stack.target(node, "taskDefinition", TASK_DEFINITION);
		return [{ node, role: task && roleOf(stack, task), told: task ? toldOf(stack, task) : NONE }];
	}),
	...stack.ofType(AUTOSCALING_GROUP).flatMap((node) => {
		const launch = launchOf(stack, node);
		return isSpotGroup(stack, node) ? [{ node, role: launch && instanceRole(stack, launch), told: NONE }] : [];
	}),
]);

/** Managed policies of AWS that let their holder receive from any queue. */
const MAY_RECEIVE =
	/:policy\/(?:.*\/)?(?:AmazonSQSFullAccess|AWSLambdaSQSQueueExecutionRole|AdministratorAccess|PowerUserAccess)$/;

interface Consumed {
	queues: ReadonlySet<ResourceNode>;
	isAny: boolean;
	/** Documents of its role that are not known yet. */
	open: Grants["unknown"];
}

function consumedBy(stack: StackGraph, { role, told }: Worker): Consumed {
	if (!role) return { queues: told, isAny: false, open: [] };
	const { statements, managed, unknown: open } = grantsOf(stack, role);
	const receiving = statements.filter((statement) => allows(statement, "sqs:ReceiveMessage"));
	const mayReceiveAny =
		receiving.some(({ resources }) => resources.includes("*")) || managed.some((arn) => MAY_RECEIVE.test(arn));
	// Without a single grant in sight, being told of a queue is all there is to go by.
	const isUngranted = statements.length === 0 && managed.length === 0 && open.length === 0;
	const named = receiving.flatMap((statement) => queuesIn(stack, statement));
	return {
		queues: new Set([...named, ...(mayReceiveAny || isUngranted ? told : [])]),
		isAny: mayReceiveAny && told.size === 0,
		open,
	};
}

/** The queues that a statement names. */
function queuesIn(stack: StackGraph, { resources, source, property }: Statement): ResourceNode[] {
	const depended = stack.dependencies(source, property, [QUEUE]);
	return resources.flatMap((pattern) => {
		if (pattern === "*") return [];
		const named = stack.named(pattern, [QUEUE]);
		if (named.length > 0) return named;
		// Before the stack exists the queue has no name yet: one that the provider makes up begins as its resource.
		const madeUp = depended.filter((queue) => pattern.slice(pattern.lastIndexOf(":") + 1).startsWith(queue.name));
		return [...madeUp, ...(/[*?]/.test(pattern) ? queuesMatching(stack, pattern) : [])];
	});
}

const queuesMatching = (stack: StackGraph, pattern: string): ResourceNode[] =>
	stack.ofType(QUEUE).filter((queue) => {
		const arn = ifKnown(queue.props.text("arn"));
		const name = ifKnown(queue.props.text("name"));
		return (
			(arn !== undefined && covers(pattern, arn)) ||
			(name !== undefined && covers(pattern.slice(pattern.lastIndexOf(":") + 1), name))
		);
	});

/** The queues that a task's containers have in their environment. */
function toldOf(stack: StackGraph, task: ResourceNode): Set<ResourceNode> {
	const text = ifKnown(task.props.text("containerDefinitions")) ?? "";
	const named = [...text.matchAll(/"value"\s*:\s*"([^"]+)"/g)].flatMap(([, value = ""]) => stack.named(value, [QUEUE]));
	return new Set([...named, ...stack.dependencies(task, "containerDefinitions", [QUEUE])]);
}

function isSpotService(stack: StackGraph, service: ResourceNode): boolean {
	const own = service.props.parts(STRATEGIES);
	if (own.state === "unknown" || itemsOf(own).length > 0) return usesSpot(stack, service, STRATEGIES, own);
	const cluster = stack.target(service, "cluster", CLUSTER);
	// What states a launch type does not go by the cluster's strategy.
	if (!cluster || service.stated("launchType").state !== "absent") return false;
	return stack
		.referrers(cluster, CLUSTER_PROVIDERS, "clusterName")
		.some((providers) => usesSpot(stack, providers, DEFAULT_STRATEGIES, providers.props.parts(DEFAULT_STRATEGIES)));
}

function usesSpot(stack: StackGraph, holder: ResourceNode, path: string, strategies: Fact<Props[]>): boolean {
	const used = itemsOf(strategies).filter((strategy, _, all) => all.length === 1 || isUsed(strategy));
	const names = used.map((strategy) => strategy.text("capacityProvider"));
	if (names.some((name) => ifKnown(name) === "FARGATE_SPOT")) return true;
	const named = knownAmong(names).flatMap((name) => stack.named(name, [CAPACITY_PROVIDER]));
	const isOpen = strategies.state === "unknown" || named.length < names.length;
	const providers = [...named, ...(isOpen ? stack.dependencies(holder, path, [CAPACITY_PROVIDER]) : [])];
	return providers.some((provider) =>
		stack
			.targets(provider, "autoScalingGroupProvider.autoScalingGroupArn", [AUTOSCALING_GROUP])
			.nodes.some((group) => isSpotGroup(stack, group)),
	);
}

/** A provider without weight and base gets no tasks. */
const isUsed = (strategy: Props): boolean =>
	["weight", "base"].some(
		(key) => strategy.number(key).state === "unknown" || (ifKnown(strategy.number(key)) ?? 0) > 0,
	);

const isSpotGroup = (stack: StackGraph, group: ResourceNode): boolean => ifKnown(mayRunOnSpot(stack, group)) === true;

/** The role of the instances: a launch template nests its profile, a configuration names it. */
function instanceRole(stack: StackGraph, launch: ResourceNode): ResourceNode | undefined {
	for (const path of ["iamInstanceProfile.arn", "iamInstanceProfile.name", "iamInstanceProfile"]) {
		const profile = stack.target(launch, path, INSTANCE_PROFILE);
		if (profile) return roleOf(stack, profile);
	}
	return undefined;
}
