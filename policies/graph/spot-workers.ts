/**
 * Workers on spot capacity, and the queues that they take messages from: services and groups that AWS may stop with two
 * minutes' notice. Not whether they should be on spot at all.
 */
import { type Fact, ifKnown, known } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import { roleOf } from "./functions.ts";
import { launchOf, mayRunOnSpot } from "./instance-groups.ts";
import type { ResourceNode } from "./node.ts";
import { allows, covers, grantsOf } from "./permissions.ts";
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
	let open: Fact<ResourceNode> = { state: "absent" };
	for (const worker of spotWorkers(stack)) {
		const consumes = consumption(stack, worker, queue);
		if (consumes.state === "known") return known(worker.node);
		if (consumes.state === "unknown") open = consumes;
	}
	return open;
}

const spotWorkers = perStack((stack): readonly Worker[] => [
	...stack.ofType(ECS_SERVICE).flatMap((node) => {
		if (!isSpotService(stack, node)) return [];
		const task = stack.target(node, "taskDefinition", TASK_DEFINITION);
		return [{ node, role: task && roleOf(stack, task, "taskRoleArn"), told: task ? toldOf(stack, task) : NONE }];
	}),
	...stack.ofType(AUTOSCALING_GROUP).flatMap((node) => {
		const launch = launchOf(stack, node);
		return isSpotGroup(stack, node) ? [{ node, role: launch && instanceRole(stack, launch), told: NONE }] : [];
	}),
]);

/** Managed policies of AWS that let their holder receive from any queue. */
const MAY_RECEIVE =
	/:policy\/(?:.*\/)?(?:AmazonSQSFullAccess|AWSLambdaSQSQueueExecutionRole|AdministratorAccess|PowerUserAccess)$/;

function consumption(stack: StackGraph, { role, told }: Worker, queue: ResourceNode): Fact<true> {
	const isTold = told.has(queue);
	if (!role) return isTold ? known(true) : { state: "absent" };
	const grants = grantsOf(stack, role);
	const receiving = grants.statements.filter((statement) => allows(statement, "sqs:ReceiveMessage"));
	const patterns = receiving.flatMap(({ resources }) => resources);
	const isNamed = receiving.some(({ source, property, resources }) =>
		resources.some(
			(pattern) =>
				namesQueue(stack, pattern, queue) ||
				// Before the stack exists the queue has no name yet: one that the provider makes up begins as its resource.
				(isMadeUpFrom(pattern, queue) && stack.dependencies(source, property, [QUEUE]).includes(queue)),
		),
	);
	if (isNamed) return known(true);
	// Leave to receive from any queue: the one that it is told of is meant.
	if (patterns.includes("*") || grants.managed.some((arn) => MAY_RECEIVE.test(arn)))
		return isTold || told.size === 0 ? known(true) : { state: "absent" };
	const open = grants.unknown.find(({ references }) => isTold || references.includes(queue) || references.length === 0);
	if (open) return { state: "unknown", property: `${open.property} of ${open.source.name}` };
	return isTold && grants.statements.length === 0 && grants.managed.length === 0 ? known(true) : { state: "absent" };
}

const isMadeUpFrom = (arn: string, queue: ResourceNode): boolean =>
	arn.slice(arn.lastIndexOf(":") + 1).startsWith(queue.name);

function namesQueue(stack: StackGraph, pattern: string, queue: ResourceNode): boolean {
	if (pattern === "*") return false;
	if (stack.named(pattern, [QUEUE]).includes(queue)) return true;
	const arn = ifKnown(queue.props.text("arn"));
	return arn !== undefined && covers(pattern, arn);
}

/** The queues that a task's containers have in their environment. */
function toldOf(stack: StackGraph, task: ResourceNode): Set<ResourceNode> {
	const text = ifKnown(task.props.text("containerDefinitions")) ?? "";
	const values = [...text.matchAll(/"value"\s*:\s*"([^"]+)"/g)].flatMap(([, value]) => value ?? []);
	const named = values.flatMap((value) => stack.named(value, [QUEUE]));
	return new Set([...named, ...stack.dependencies(task, "containerDefinitions", [QUEUE])]);
}

function isSpotService(stack: StackGraph, service: ResourceNode): boolean {
	const own = service.props.parts(STRATEGIES);
	if (own.state !== "absent" && (own.state === "unknown" || own.value.length > 0))
		return usesSpot(stack, service, STRATEGIES, own);
	const cluster = stack.target(service, "cluster", CLUSTER);
	// What states a launch type does not go by the cluster's strategy.
	if (!cluster || service.stated("launchType").state !== "absent") return false;
	return stack
		.referrers(cluster, CLUSTER_PROVIDERS, "clusterName")
		.some((providers) => usesSpot(stack, providers, DEFAULT_STRATEGIES, providers.props.parts(DEFAULT_STRATEGIES)));
}

function usesSpot(stack: StackGraph, holder: ResourceNode, path: string, strategies: Fact<Props[]>): boolean {
	const used = (ifKnown(strategies) ?? []).filter((strategy, _, all) => all.length === 1 || isUsed(strategy));
	const names = used.map((strategy) => strategy.text("capacityProvider"));
	if (names.some((name) => ifKnown(name) === "FARGATE_SPOT")) return true;
	const named = names.flatMap((name) => (name.state === "known" ? stack.named(name.value, [CAPACITY_PROVIDER]) : []));
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
