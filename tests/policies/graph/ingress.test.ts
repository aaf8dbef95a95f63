import { privateByDefault as rule } from "../../../policies/rules/private-by-default.ts";
import { expectAccepts, expectFails, ref, resource } from "../../support/policies.ts";

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
});
