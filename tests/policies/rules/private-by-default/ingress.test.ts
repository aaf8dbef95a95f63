import { expect } from "chai";
import { privateByDefault as rule } from "../../../../policies/rules/private-by-default.ts";
import {
	expectAccepts,
	expectFails,
	firstFault,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../../support/policies.ts";

const group = (ingress: readonly Record<string, unknown>[] = []) =>
	resource("aws:ec2/securityGroup:SecurityGroup", "web", { ingress });
const anywhere = (port: number, more: Record<string, unknown> = {}) => ({
	protocol: "tcp",
	fromPort: port,
	toPort: port,
	cidrBlocks: ["0.0.0.0/0"],
	...more,
});
const balancer = (props: Record<string, unknown> = {}) =>
	resource("aws:lb/loadBalancer:LoadBalancer", "front", { securityGroups: [ref(group(), "id")], ...props });

describe("policies/rules/private-by-default, ingress", () => {
	const fails = (...specs: ResourceSpec[]) => expectFails(rule, specs, ["web (open-ingress)"]);

	it("rejects a port that is open to anywhere, and names it", () => {
		fails(group([anywhere(22)]));
		expect(firstFault(rule, [group([anywhere(22)])])?.what).to.equal("lets everyone in on tcp 22");
		expect(firstFault(rule, [group([anywhere(1, { toPort: 9 })])])?.what).to.equal("lets everyone in on tcp 1-9");
		expect(firstFault(rule, [group([anywhere(0, { protocol: "-1" })])])?.what).to.equal(
			"lets everyone in on everything",
		);
	});

	it("rejects IPv6's anywhere, and both halves of all addresses", () => {
		fails(group([anywhere(22, { cidrBlocks: [], ipv6CidrBlocks: ["::/0"] })]));
		fails(group([anywhere(22, { cidrBlocks: ["128.0.0.0/1"] })]));
	});

	for (const [type, props] of [
		["aws:ec2/securityGroupRule:SecurityGroupRule", { type: "ingress", ...anywhere(22) }],
		["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", { ipProtocol: "tcp", cidrIpv4: "0.0.0.0/0" }],
	] as const)
		it(`reads ${type}`, () => {
			const rules = [group(), resource(type, "rule", { securityGroupId: ref(group(), "id"), ...props })];
			expectFails(rule, rules, ["rule (open-ingress)"]);
		});

	it("accepts networks, groups and egress", () => {
		expectAccepts(rule, [group([anywhere(22, { cidrBlocks: ["10.0.0.0/8"] })])]);
		expectAccepts(rule, [group([anywhere(22, { cidrBlocks: [], securityGroups: ["sg-1"] })])]);
		expectAccepts(rule, [group([anywhere(8443, { cidrBlocks: ["10.0.0.0/8"] })]), balancer()]);
		const egress = { type: "egress", ...anywhere(443), securityGroupId: "sg-1" };
		expectAccepts(rule, [resource("aws:ec2/securityGroupRule:SecurityGroupRule", "out", egress)]);
	});

	for (const port of [80, 443])
		it(`accepts ${port} on a group of an internet-facing load balancer, classic ones too`, () => {
			expectAccepts(rule, [group([anywhere(port)]), balancer()]);
			const classic = resource("aws:elb/loadBalancer:LoadBalancer", "old", { securityGroups: [ref(group(), "id")] });
			expectAccepts(rule, [group([anywhere(port)]), classic]);
		});

	it("knows a group that is not in the stack by its id", () => {
		const rules = resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "web", {
			securityGroupId: "sg-1",
			...{ ipProtocol: "tcp", fromPort: 443, toPort: 443, cidrIpv4: "0.0.0.0/0" },
		});
		expectAccepts(rule, [rules, balancer({ securityGroups: ["sg-1"] })]);
		fails(rules, balancer({ securityGroups: ["sg-2"] }));
	});

	it("rejects the same on an internal one, on other members beside it, and on nothing", () => {
		fails(group([anywhere(443)]), balancer({ internal: true }));
		const props = { vpcSecurityGroupIds: [ref(group(), "id")] };
		fails(group([anywhere(443)]), balancer(), resource("aws:ec2/instance:Instance", "host", props));
		fails(group([anywhere(443)]));
	});

	it("rejects other ports and ranges on an internet-facing load balancer", () => {
		fails(group([anywhere(8443)]), balancer());
		fails(group([anywhere(80, { toPort: 443 })]), balancer());
		fails(group([anywhere(443, { protocol: "-1" })]), balancer());
	});

	it("cannot tell while networks, ports or the load balancer's side are not known yet", () => {
		const isOpen = (...specs: ResourceSpec[]) =>
			expect(open(rule, specs)).to.deep.equal(["cannot tell web (open-ingress)"]);
		isOpen(group([anywhere(22, { cidrBlocks: UNKNOWN })]));
		isOpen(group([anywhere(22, { cidrBlocks: [UNKNOWN] })]));
		isOpen(group([anywhere(8443, { cidrBlocks: [UNKNOWN] })]), balancer());
		isOpen(group([anywhere(443, { fromPort: UNKNOWN })]), balancer());
		isOpen(group([anywhere(443)]), balancer({ internal: UNKNOWN }));
		isOpen(resource("aws:ec2/securityGroup:SecurityGroup", "web", { ingress: UNKNOWN }));
	});
});
