/**
 * Machines and tasks that strangers can reach by themselves: a public address, and a port that is open to anywhere.
 * What a route table or a network ACL forbids is not seen.
 */
import { type Fact, ifKnown, known, orElse } from "../facts/fact.ts";
import { type Group, groupsOf, ingressOf } from "./ingress.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { ECS_SERVICE } from "./types.ts";

const INSTANCE = "aws:ec2/instance:Instance";
const APP_RUNNER = "aws:apprunner/service:Service";
const INTERFACE = "aws:ec2/networkInterface:NetworkInterface";
const EIP = "aws:ec2/eip:Eip";
const EIP_ASSOCIATION = "aws:ec2/eipAssociation:EipAssociation";
const SUBNET = "aws:ec2/subnet:Subnet";
/** Where each kind of host says that it takes a public address. */
const ADDRESS: Readonly<Record<string, string>> = {
	[INSTANCE]: "associatePublicIpAddress",
	"aws:ec2/spotInstanceRequest:SpotInstanceRequest": "associatePublicIpAddress",
	"aws:ec2/launchConfiguration:LaunchConfiguration": "associatePublicIpAddress",
	"aws:ec2/launchTemplate:LaunchTemplate": "networkInterfaces.associatePublicIpAddress",
	[ECS_SERVICE]: "networkConfiguration.assignPublicIp",
};

export interface Host {
	node: ResourceNode;
	/** Whether strangers reach it: it has a public address and an open port. */
	isPublic: Fact<boolean>;
}

/** Every machine, template of machines and service of the stack. */
export const hostsOf = (stack: StackGraph): Host[] => [
	...stack.ofType(...Object.keys(ADDRESS)).map((node) => ({
		node,
		isPublic: anyOf([
			both(hasPublicAddress(stack, node), hasOpenPort(stack, node)),
			...interfacesOf(stack, node).map((part) => both(hasElasticAddress(stack, node, part), hasOpenPort(stack, part))),
		]),
	})),
	// App Runner opens its service to everyone by itself.
	...stack.ofType(APP_RUNNER).map((node) => ({
		node,
		isPublic: orElse(node.props.flag("networkConfiguration.ingressConfiguration.isPubliclyAccessible"), true),
	})),
];

/** One no is enough to say no. */
function both(a: Fact<boolean>, b: Fact<boolean>): Fact<boolean> {
	const no = [a, b].find((fact) => ifKnown(fact) === false);
	return no ?? [a, b].find((fact) => fact.state === "unknown") ?? known(true);
}

const anyOf = (facts: readonly Fact<boolean>[]): Fact<boolean> =>
	facts.find((fact) => ifKnown(fact) === true) ?? facts.find(({ state }) => state === "unknown") ?? known(false);

/** Network interfaces that an instance is given, each with groups and addresses of its own. */
function interfacesOf(stack: StackGraph, host: ResourceNode): ResourceNode[] {
	if (host.type !== INSTANCE) return [];
	const given = ["networkInterfaces.networkInterfaceId", "primaryNetworkInterface.networkInterfaceId"].flatMap(
		(path) => stack.targets(host, path, [INTERFACE]).nodes,
	);
	const attached = stack
		.referrers(host, "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment", "instanceId")
		.flatMap((attachment) => stack.targets(attachment, "networkInterfaceId", [INTERFACE]).nodes);
	return [...new Set([...given, ...attached])];
}

/** An elastic address of an interface, or of the instance that has it. */
const hasElasticAddress = (stack: StackGraph, host: ResourceNode, part: ResourceNode): Fact<boolean> =>
	known(
		isElastic(stack, host) ||
			stack.referrers(part, EIP, "networkInterface").length > 0 ||
			stack.referrers(part, EIP_ASSOCIATION, "networkInterfaceId").length > 0,
	);

const isElastic = (stack: StackGraph, instance: ResourceNode): boolean =>
	stack.referrers(instance, EIP, "instance").length > 0 ||
	stack.referrers(instance, EIP_ASSOCIATION, "instanceId").length > 0;

function hasPublicAddress(stack: StackGraph, host: ResourceNode): Fact<boolean> {
	if (isElastic(stack, host)) return known(true);
	const stated = host.props.flag(ADDRESS[host.type] ?? "");
	if (stated.state !== "absent") return stated;
	return host.type === INSTANCE ? bySubnet(stack, host) : known(false);
}

/** The subnet decides for an instance that says nothing; without one it stands in a default subnet, which is public. */
function bySubnet(stack: StackGraph, instance: ResourceNode): Fact<boolean> {
	const { nodes, unknown: property } = stack.targets(instance, "subnetId", [SUBNET]);
	const [subnet] = nodes;
	if (property !== undefined) return { state: "unknown", property };
	if (subnet) {
		const byDefault = subnet.props.flag("mapPublicIpOnLaunch");
		return byDefault.state === "absent" ? known(false) : byDefault;
	}
	const places = ["subnetId", "networkInterfaces", "primaryNetworkInterface"];
	return known(places.every((place) => instance.props.read(place).state === "absent"));
}

const openness = perStack((stack) => {
	const byGroup = new Map<Group, Fact<boolean>>();
	for (const { group, isFromAnywhere } of ingressOf(stack))
		if (group && ifKnown(byGroup.get(group) ?? known(false)) !== true && ifKnown(isFromAnywhere) !== false)
			byGroup.set(group, isFromAnywhere);
	return byGroup;
});

function hasOpenPort(stack: StackGraph, host: ResourceNode): Fact<boolean> {
	const facts = groupsOf(stack, host).map((group) => openness(stack).get(group) ?? known(false));
	if (facts.some((fact) => ifKnown(fact) === true)) return known(true);
	return facts.find((fact) => fact.state === "unknown") ?? known(false);
}
