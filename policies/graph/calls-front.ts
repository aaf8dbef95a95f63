/** Calls that come in by a front door: API Gateway, load balancers, function URLs. Not yet what functions call. */
import { entriesOf } from "../facts/entries.ts";
import { ifKnown, itemsOf } from "../facts/fact.ts";
import { apiOf, HTTP_INTEGRATION, REST_INTEGRATION } from "./apis.ts";
import type { Call } from "./call.ts";
import { functionsBehind } from "./functions.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import {
	ECS_SERVICE,
	EVENT_BUS,
	FUNCTION,
	FUNCTION_URL,
	LISTENER,
	LISTENER_RULE,
	LOAD_BALANCER,
	QUEUE,
	SAGEMAKER_ENDPOINT,
	STATE_MACHINE,
	STREAM,
	TARGET_GROUP,
	TARGET_GROUP_ATTACHMENT,
	TOPIC,
} from "./types.ts";

const VPC_LINKS = ["aws:apigateway/vpcLink:VpcLink"];
const INVOCATION_TYPE = /^integration\.request\.header\.X-Amz-Invocation-Type$/i;
/** What an API can hand a request over to, where nobody waits for what comes of it. */
const HANDOVERS = [QUEUE, STREAM, TOPIC, EVENT_BUS, STATE_MACHINE];
/** Actions that put nothing into a queue, or start no workflow without waiting for it. */
const OTHER_ACTION = /\b(?:Receive|Delete|Purge|Get|Stop|StartSync|Describe)[A-Z]\w*/;
const ADDRESS = /(?:https:\/\/|arn:)[^'"&\s)]+/g;
const FORWARDING = [LISTENER, LISTENER_RULE];

export function callsFromFrontDoors(stack: StackGraph): Call[] {
	return [...fromApis(stack), ...fromLoadBalancers(stack), ...fromUrls(stack)];
}

/** An integration calls a function and waits; into queues, streams and workflows it hands over. */
function* fromApis(stack: StackGraph): Iterable<Call> {
	for (const [type, uri] of [
		[REST_INTEGRATION, "uri"],
		[HTTP_INTEGRATION, "integrationUri"],
	] as const)
		for (const via of stack.ofType(type)) {
			const from = apiOf(stack, via);
			const parameters = entriesOf(via.props.entries("requestParameters"));
			const isAsynchronous = parameters.some(
				([key, value]) => INVOCATION_TYPE.test(key) && ifKnown(value) === "'Event'",
			);
			const outside = { from, via, isFromOutside: true };
			for (const { fn: to, ...qualified } of functionsBehind(stack, via, uri))
				yield {
					...outside,
					to,
					mode: isAsynchronous ? "asynchronous" : "synchronous",
					...qualified,
				};
			for (const to of new Set([...stack.targets(via, uri, HANDOVERS).nodes, ...requestedBy(stack, via, uri)]))
				yield { ...outside, to, mode: to.type === STATE_MACHINE ? "start" : "send" };
			for (const to of stack.targets(via, uri, [SAGEMAKER_ENDPOINT, LOAD_BALANCER, LISTENER]).nodes)
				yield { ...outside, to: balancerOf(stack, to), mode: "synchronous" };
			for (const link of stack.targets(via, "connectionId", VPC_LINKS).nodes)
				for (const to of stack.targets(link, "targetArn", [LOAD_BALANCER]).nodes)
					yield { ...outside, to, mode: "synchronous" };
		}
}

/** What an integration with a service hands over to by its request: a queue's URL in a parameter or a template. */
function requestedBy(stack: StackGraph, via: ResourceNode, uri: string): ResourceNode[] {
	if ([uri, "integrationSubtype"].some((path) => OTHER_ACTION.test(ifKnown(via.props.text(path)) ?? ""))) return [];
	return ["requestParameters", "requestTemplates"].flatMap((property) => {
		const texts = via.props.entryTexts(property);
		const addresses = texts.flatMap((text) => text.match(ADDRESS) ?? []);
		const named = addresses.flatMap((address) => stack.named(address, HANDOVERS));
		return [...named, ...stack.dependencies(via, property, HANDOVERS)];
	});
}

/** A listener stands for its load balancer. */
const balancerOf = (stack: StackGraph, node: ResourceNode): ResourceNode =>
	node.type === LISTENER ? (stack.target(node, "loadBalancerArn", LOAD_BALANCER) ?? node) : node;

function* fromLoadBalancers(stack: StackGraph): Iterable<Call> {
	for (const balancer of stack.ofType(LOAD_BALANCER)) {
		const internal = balancer.effectiveFlag("internal");
		// The door itself: whoever is outside calls it.
		if (internal.state === "known" && !internal.value)
			yield { from: undefined, to: balancer, mode: "synchronous", via: balancer, isFromOutside: true };
	}
	for (const forwarding of stack.ofType(...FORWARDING)) {
		const listener = forwarding.type === LISTENER ? forwarding : stack.target(forwarding, "listenerArn", LISTENER);
		const from = listener ? stack.target(listener, "loadBalancerArn", LOAD_BALANCER) : undefined;
		for (const group of groupsOf(stack, forwarding))
			for (const { to, via } of membersOf(stack, group)) yield { from, to, mode: "synchronous", via };
	}
}

/** The target groups that a listener or rule forwards to, whichever of the two forms it uses. */
function groupsOf(stack: StackGraph, forwarding: ResourceNode): Set<ResourceNode> {
	const actions = forwarding.type === LISTENER ? "defaultActions" : "actions";
	const named = itemsOf(forwarding.props.parts(actions)).flatMap((action) => {
		const groups = itemsOf(action.parts("forward.targetGroups"));
		const arns = [action.text("targetGroupArn"), ...groups.map((group) => group.text("arn"))];
		return arns.flatMap((arn) => (arn.state === "known" ? stack.named(arn.value, [TARGET_GROUP]) : []));
	});
	return new Set([...named, ...stack.dependencies(forwarding, actions, [TARGET_GROUP])]);
}

/** What a target group holds: functions attached to it, and services that name it among their load balancers. */
function* membersOf(stack: StackGraph, group: ResourceNode): Iterable<{ to: ResourceNode; via: ResourceNode }> {
	for (const via of stack.referrers(group, TARGET_GROUP_ATTACHMENT, "targetGroupArn"))
		for (const to of stack.targets(via, "targetId", [FUNCTION]).nodes) yield { to, via };
	for (const via of servicesByGroup(stack).get(group) ?? []) yield { to: via, via };
}

const servicesByGroup = perStack((stack) => {
	const byGroup = new Map<ResourceNode, ResourceNode[]>();
	for (const service of stack.ofType(ECS_SERVICE)) {
		const arns = itemsOf(service.props.parts("loadBalancers")).map((each) => each.text("targetGroupArn"));
		const named = arns.flatMap((arn) => (arn.state === "known" ? stack.named(arn.value, [TARGET_GROUP]) : []));
		for (const group of new Set([...named, ...stack.dependencies(service, "loadBalancers", [TARGET_GROUP])]))
			byGroup.set(group, [...(byGroup.get(group) ?? []), service]);
	}
	return byGroup;
});

function* fromUrls(stack: StackGraph): Iterable<Call> {
	for (const via of stack.ofType(FUNCTION_URL))
		for (const { fn: to, ...qualified } of functionsBehind(stack, via, "functionName"))
			yield {
				from: via,
				to,
				mode: "synchronous",
				via,
				isFromOutside: true,
				...qualified,
			};
}
