import { expect } from "chai";
import { ingressOf, isPublicBalancer, membersOf } from "../../../policies/graph/ingress.ts";
import { privateByDefault as rule } from "../../../policies/rules/private-by-default.ts";
import { expectAccepts, expectFails, ref, resource, UNKNOWN } from "../../support/policies.ts";
import { graphOf, nodeOf } from "../../support/policies-graph.ts";

const https = { protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] };
const group = resource("aws:ec2/securityGroup:SecurityGroup", "web", { ingress: [https] });
const id = ref(group, "id");
const balancer = resource("aws:lb/loadBalancer:LoadBalancer", "front", { securityGroups: [id] });

describe("policies/graph/ingress, through private-by-default", () => {
	it("excuses HTTPS where the load balancer is alone in the group", () => {
		expectAccepts(rule, [group, balancer]);
	});

	for (const [type, props] of [
		["aws:ec2/instance:Instance", { securityGroups: [id] }],
		["aws:ec2/instance:Instance", { vpcSecurityGroupIds: [id] }],
		["aws:ec2/launchTemplate:LaunchTemplate", { networkInterfaces: [{ securityGroups: [id] }] }],
		["aws:elasticache/serverlessCache:ServerlessCache", { securityGroupIds: [id] }],
		["aws:ecs/service:Service", { networkConfiguration: { securityGroups: [id], subnets: ["subnet-1"] } }],
		["aws:lambda/function:Function", { vpcConfig: { securityGroupIds: [id], subnetIds: ["subnet-1"] } }],
	] as const)
		it(`finds ${type} in the group by ${Object.keys(props)[0]}`, () => {
			expectFails(rule, [group, balancer, resource(type, "member", props)], ["web (open-ingress)"]);
		});

	it("finds a search domain in the group", () => {
		const vpcOptions = { securityGroupIds: [id], subnetIds: ["subnet-1"] };
		const domain = resource("aws:opensearch/domain:Domain", "search", { vpcOptions, encryptAtRest: { enabled: true } });
		expectFails(rule, [group, balancer, domain], ["web (open-ingress)"]);
	});

	it("reads the VPC's default group, and IPv6 in a rule of its own", () => {
		const byDefault = resource("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "default", { ingress: [https] });
		expectFails(rule, [byDefault], ["default (open-ingress)"]);
		const rules = resource("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "six", {
			...{ securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 22, toPort: 22 },
			cidrIpv6: "::/0",
		});
		expectFails(rule, [rules], ["six (open-ingress)"]);
	});

	/** What a group with these rules opens, in words: from anywhere or not, the ports, and whether they are the web's. */
	const opened = (ingress: unknown) =>
		ingressOf(graphOf([resource("aws:ec2/securityGroup:SecurityGroup", "web", { ingress })])).map(
			({ isFromAnywhere, ports, isWeb }) => [said(isFromAnywhere), ports, said(isWeb)],
		);
	const said = (fact: { state: string; value?: boolean }) => fact.value ?? fact.state;

	it("knows the web's two ports, over TCP and UDP by name and number, and nothing wider", () => {
		for (const protocol of ["tcp", "TCP", "6", "udp", "17"])
			for (const port of [80, 443])
				expect(opened([{ ...https, protocol, fromPort: port, toPort: port }])).to.deep.equal([
					[true, `${protocol} ${port}`, true],
				]);
		expect(opened([{ ...https, toPort: 444 }])).to.deep.equal([[true, "tcp 443-444", false]]);
		expect(opened([{ ...https, fromPort: 22, toPort: 22 }])).to.deep.equal([[true, "tcp 22", false]]);
		expect(opened([{ ...https, protocol: "icmp" }])).to.deep.equal([[true, "icmp 443", false]]);
		expect(opened([{ cidrBlocks: ["0.0.0.0/0"], protocol: "tcp" }])).to.deep.equal([[true, "tcp ?", false]]);
	});

	it("calls what names no protocol, or all of them, everything", () => {
		for (const protocol of [undefined, "-1", "all"])
			expect(opened([{ ...https, protocol }])).to.deep.equal([[true, "everything", false]]);
	});

	it("takes halves of all addresses for anywhere, and networks for none", () => {
		const from = (...cidrBlocks: unknown[]) => opened([{ ...https, cidrBlocks }])[0]?.[0];
		expect(from("10.0.0.0/8", "128.0.0.0/1")).to.equal(true);
		expect(from(UNKNOWN, "0.0.0.0/0")).to.equal(true);
		expect(from("10.0.0.0/16", "10.1.0.0/10")).to.equal(false);
		expect(from(UNKNOWN, "10.0.0.0/8")).to.equal("unknown");
		expect(from()).to.equal(false);
	});

	it("says something of what is not known yet", () => {
		expect(opened(UNKNOWN)).to.deep.equal([["unknown", "something", "unknown"]]);
		expect(opened([{ ...https, protocol: UNKNOWN }])).to.deep.equal([[true, "some protocol 443", "unknown"]]);
		expect(opened(undefined)).to.deep.equal([]);
	});

	it("reads rules of their own, of whose type alone one tells egress, and whose group stands elsewhere", () => {
		const rules = (type: string, props: Record<string, unknown>) =>
			ingressOf(graphOf([group, resource(type, "rule", { ...https, ...props })]))
				.filter(({ via }) => via.name === "rule")
				.map(({ group: of }) => (typeof of === "object" ? of.name : of));
		const either = "aws:ec2/securityGroupRule:SecurityGroupRule";
		expect(rules(either, { type: "ingress", securityGroupId: id })).to.deep.equal(["web"]);
		expect(rules(either, { type: "egress", securityGroupId: id })).to.deep.equal([]);
		expect(rules(either, { securityGroupId: "sg-1" })).to.deep.equal(["sg-1"]);
		const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
		expect(rules(ingress, { securityGroupId: "sg-2" })).to.deep.equal(["sg-2"]);
		expect(rules(ingress, {})).to.deep.equal([undefined]);
	});

	it("lists a group's members, those of several properties once, and never the group itself", () => {
		const member = resource("aws:ec2/instance:Instance", "member", { securityGroups: [id], vpcSecurityGroupIds: [id] });
		const peer = { ...group, props: { ingress: [https], securityGroups: [id] } };
		const stack = graphOf([peer, member, balancer]);
		expect(membersOf(stack, nodeOf(stack, "web")).map(({ name }) => name)).to.deep.equal(["member", "front"]);
		expect(membersOf(stack, "sg-elsewhere")).to.deep.equal([]);
	});

	it("knows a public load balancer of any generation", () => {
		const isPublic = (type: string, props: Record<string, unknown>) =>
			said(isPublicBalancer(nodeOf(graphOf([resource(type, "b", props)]), "b")));
		for (const type of [
			"aws:lb/loadBalancer:LoadBalancer",
			"aws:alb/loadBalancer:LoadBalancer",
			"aws:elb/loadBalancer:LoadBalancer",
		]) {
			expect(isPublic(type, {}), type).to.equal(true);
			expect(isPublic(type, { internal: false }), type).to.equal(true);
			expect(isPublic(type, { internal: true }), type).to.equal(false);
			expect(isPublic(type, { internal: UNKNOWN }), type).to.equal("unknown");
		}
		expect(isPublic("aws:lb/loadBalancer:LoadBalancer", { loadBalancerType: "gateway" })).to.equal(false);
		expect(isPublic("aws:ec2/instance:Instance", {})).to.equal(false);
	});
});
