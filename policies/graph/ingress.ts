/**
 * Which security groups let anyone in, on which ports, and what they are put on. Groups and their rules may be one
 * resource or several. Not routing, network ACLs or prefix lists.
 */
import { type Fact, ifKnown, itemsOf, known, knownAmong, orElse } from "../facts/fact.ts";
import type { Props } from "../facts/props.ts";
import type { ResourceNode } from "./node.ts";
import { perStack, type StackGraph } from "./stack-graph.ts";
import { LOAD_BALANCER } from "./types.ts";

const SECURITY_GROUP = "aws:ec2/securityGroup:SecurityGroup";
export const CLASSIC_BALANCER = "aws:elb/loadBalancer:LoadBalancer";
const GROUPS = [SECURITY_GROUP, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"];
const GROUP_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule";
const INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const CIDRS = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"];

/** A security group: of the stack, or elsewhere by its id. */
export type Group = ResourceNode | string;

export interface Ingress {
	/** The resource that states the rule: a group, or a rule of its own. */
	via: ResourceNode;
	/** The group that it belongs to, if known. */
	group: Group | undefined;
	isFromAnywhere: Fact<boolean>;
	/** As in `tcp 22`, `tcp 8000-9000`, `everything`. */
	ports: string;
	/** Whether it opens HTTP's or HTTPS's port and nothing else. */
	isWeb: Fact<boolean>;
}

/** Every ingress rule of the stack, wherever it is written. */
export const ingressOf = perStack((stack): readonly Ingress[] => [
	...stack.ofType(...GROUPS).flatMap((group) => {
		const rules = group.props.parts("ingress");
		if (rules.state === "unknown")
			return [{ via: group, group, isFromAnywhere: rules, ports: "something", isWeb: rules }];
		return itemsOf(rules).map((rule) => ({ via: group, group, ...readRule(rule) }));
	}),
	...stack
		.ofType(GROUP_RULE, INGRESS_RULE)
		.filter((rule) => ifKnown(rule.props.text("type")) !== "egress")
		.map((via) => ({ via, group: groupsAt(stack, via, "securityGroupId")[0], ...readRule(via.props) })),
]);

function readRule(rule: Props): Pick<Ingress, "isFromAnywhere" | "ports" | "isWeb"> {
	const protocol = orElse(orFirst(rule.text("protocol"), rule.text("ipProtocol")), "-1");
	const from = rule.number("fromPort");
	const to = rule.number("toPort");
	return { isFromAnywhere: fromAnywhere(rule), ports: inWords(protocol, from, to), isWeb: isWeb(protocol, from, to) };
}

const orFirst = <T>(fact: Fact<T>, other: Fact<T>): Fact<T> => (fact.state === "absent" ? other : fact);

function fromAnywhere(rule: Props): Fact<boolean> {
	let open: Fact<boolean> = known(false);
	for (const property of CIDRS) {
		const texts = rule.texts(property);
		if (texts.state === "unknown") open = texts;
		for (const text of itemsOf(texts)) {
			if (text.state === "unknown") open = text;
			// Half of all addresses is anywhere as well: two such rules make the whole.
			if (text.state === "known" && /\/[01]$/.test(text.value)) return known(true);
		}
	}
	return open;
}

const inWords = (protocol: Fact<string>, from: Fact<number>, to: Fact<number>): string => {
	const name = ifKnown(protocol) ?? "some protocol";
	if (name === "-1" || name === "all") return "everything";
	const ports = [ifKnown(from), ifKnown(to)].map((port) => port ?? "?");
	return `${name} ${ports[0] === ports[1] ? ports[0] : ports.join("-")}`;
};

function isWeb(protocol: Fact<string>, from: Fact<number>, to: Fact<number>): Fact<boolean> {
	for (const fact of [protocol, from, to]) if (fact.state === "unknown") return fact;
	const isTcp = ["tcp", "6", "udp", "17"].includes((ifKnown(protocol) ?? "").toLowerCase());
	const port = ifKnown(from);
	return known(isTcp && (port === 80 || port === 443) && ifKnown(to) === port);
}

/** Where resources name the groups that they are in. */
const MEMBERSHIPS = [
	"securityGroups",
	"securityGroupIds",
	"vpcSecurityGroupIds",
	"networkConfiguration.securityGroups",
	"vpcConfig.securityGroupIds",
	"vpcOptions.securityGroupIds",
	"networkInterfaces.securityGroups",
];

/** The groups that a property names; those that are not in the stack as they are written. */
function groupsAt(stack: StackGraph, node: ResourceNode, path: string): readonly Group[] {
	const { nodes } = stack.targets(node, path, GROUPS);
	if (nodes.length > 0) return nodes;
	return knownAmong(itemsOf(node.props.texts(path)));
}

const membersByGroup = perStack((stack) => {
	const byGroup = new Map<Group, ResourceNode[]>();
	for (const node of stack.nodes)
		for (const group of groupsOf(stack, node))
			if (group !== node) byGroup.set(group, [...(byGroup.get(group) ?? []), node]);
	return byGroup;
});

/** The resources of the stack that are in a group. */
export const membersOf = (stack: StackGraph, group: Group): readonly ResourceNode[] =>
	membersByGroup(stack).get(group) ?? [];

/** The groups that a resource is in. */
export const groupsOf = (stack: StackGraph, node: ResourceNode): Group[] => [
	...new Set(MEMBERSHIPS.flatMap((path) => groupsAt(stack, node, path))),
];

/** Whether a load balancer, of any generation, takes calls from the internet; other resources do not. */
export function isPublicBalancer(node: ResourceNode): Fact<boolean> {
	if (node.type !== LOAD_BALANCER && node.type !== CLASSIC_BALANCER) return known(false);
	if (ifKnown(node.props.text("loadBalancerType")) === "gateway") return known(false);
	const internal = orElse(node.props.flag("internal"), false);
	return internal.state === "unknown" ? internal : known(!internal.value);
}
