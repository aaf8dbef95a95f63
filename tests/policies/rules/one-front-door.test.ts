import { expect } from "chai";
import { oneFrontDoor as rule } from "../../../policies/rules/one-front-door.ts";
import {
	answers,
	concat,
	expectAccepts,
	expectFails,
	firstFault,
	open,
	type ResourceSpec,
	ref,
	resource,
	UNKNOWN,
} from "../../support/policies.ts";
import { exceptionTo } from "../../support/policies-exceptions.ts";

const api = resource("aws:apigateway/restApi:RestApi", "api");
const httpApi = (props: Record<string, unknown> = {}) => resource("aws:apigatewayv2/api:Api", "http", props);
const url = (authorizationType: unknown) =>
	resource("aws:lambda/functionUrl:FunctionUrl", "url", { functionName: "score", authorizationType });
const balancer = (props: Record<string, unknown> = {}, type = "aws:lb/loadBalancer:LoadBalancer") =>
	resource(type, "balancer", props);
const group = (cidr: unknown = "0.0.0.0/0") =>
	resource("aws:ec2/securityGroup:SecurityGroup", "group", {
		ingress: [{ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: [cidr] }],
	});
const inGroup = { vpcSecurityGroupIds: [ref(group(), "id")] };
const machine = (props: Record<string, unknown> = {}) =>
	resource("aws:ec2/instance:Instance", "machine", { ...inGroup, ...props });
const subnet = (props: Record<string, unknown> = {}) =>
	resource("aws:ec2/subnet:Subnet", "subnet", { vpcId: "vpc-1", ...props });
const cdn = (...domains: unknown[]) =>
	resource("aws:cloudfront/distribution:Distribution", "cdn", {
		origins: domains.map((domainName, i) => ({ originId: `origin-${i}`, domainName })),
	});
const apiHost = concat(ref(api, "id"), ".execute-api.us-east-1.amazonaws.com");

const fails = (specs: readonly ResourceSpec[], ...named: string[]) => expectFails(rule, [api, ...specs], named);
const accepts = (...specs: ResourceSpec[]) => expectAccepts(rule, [api, ...specs]);

describe("policies/rules/one-front-door", () => {
	it("has nothing to say of a stack without an API", () => {
		expect(answers(rule, [url("NONE"), balancer(), group(), machine()])).to.deep.equal([]);
	});

	it("accepts one API", () => {
		expect(answers(rule, [api])).to.deep.equal(["pass api (second-api)"]);
	});

	describe("a second API", () => {
		it("is rejected, of either generation and AppSync", () => {
			fails([httpApi()], "http (second-api)");
			fails([httpApi({ protocolType: "WEBSOCKET" })], "http (second-api)");
			fails([resource("aws:appsync/graphQLApi:GraphQLApi", "graph")], "graph (second-api)");
			expect(firstFault(rule, [api, httpApi()])).to.deep.equal({
				what: 'is a second public API beside RestApi "api"',
				fix: "Make its routes part of the one API, or make it private.",
			});
		});

		it("is accepted where it is private, whichever comes first", () => {
			const types = (types: unknown) =>
				resource("aws:apigateway/restApi:RestApi", "inside", { endpointConfiguration: { types } });
			accepts(types("PRIVATE"));
			accepts(types(["PRIVATE"]));
			expectAccepts(rule, [types("PRIVATE"), api]);
			fails([types("REGIONAL")], "inside (second-api)");
			accepts(resource("aws:appsync/graphQLApi:GraphQLApi", "graph", { visibility: "PRIVATE" }));
			for (const kinds of [UNKNOWN, [UNKNOWN]])
				expect(open(rule, [api, types(kinds)])).to.deep.equal(["cannot tell inside (second-api)"]);
		});

		it("lets a private API stand for the front door where there is no other", () => {
			const inside = resource("aws:apigateway/restApi:RestApi", "inside", {
				endpointConfiguration: { types: ["PRIVATE"] },
			});
			expectFails(rule, [inside, url("NONE")], ["url (function-url)"]);
		});
	});

	it("rejects an open function URL, accepts a signed one, and waits for one not known yet", () => {
		fails([url("NONE")], "url (function-url)");
		accepts(url("AWS_IAM"));
		expect(open(rule, [api, url(UNKNOWN)])).to.deep.equal(["cannot tell url (function-url)"]);
	});

	describe("a load balancer", () => {
		for (const type of [
			"aws:lb/loadBalancer:LoadBalancer",
			"aws:alb/loadBalancer:LoadBalancer",
			"aws:elb/loadBalancer:LoadBalancer",
		])
			it(`is rejected on the internet and accepted inside: ${type}`, () => {
				fails([balancer({}, type)], "balancer (load-balancer)");
				fails([balancer({ internal: false }, type)], "balancer (load-balancer)");
				accepts(balancer({ internal: true }, type));
				expect(open(rule, [api, balancer({ internal: UNKNOWN }, type)])).to.deep.equal([
					"cannot tell balancer (load-balancer)",
				]);
			});

		it("is accepted where it only hands on packets to appliances", () => {
			accepts(balancer({ loadBalancerType: "gateway" }));
		});
	});

	describe("a machine", () => {
		const isPublic = { associatePublicIpAddress: true };

		it("is rejected with a public address and an open port", () => {
			fails([group(), machine(isPublic)], "machine (host)");
		});

		it("is rejected with an elastic address, whatever it says itself", () => {
			const inside = machine({ associatePublicIpAddress: false });
			const elastic = resource("aws:ec2/eip:Eip", "address", { instance: ref(inside, "id") });
			const associated = resource("aws:ec2/eipAssociation:EipAssociation", "address", {
				instanceId: ref(inside, "id"),
			});
			fails([group(), inside, elastic], "machine (host)");
			fails([group(), inside, associated], "machine (host)");
		});

		it("is rejected with an elastic address on a network interface whose group is open", () => {
			const part = (securityGroup: unknown) =>
				resource("aws:ec2/networkInterface:NetworkInterface", "part", {
					subnetId: "subnet-1",
					securityGroups: [securityGroup],
				});
			const interfaced = resource("aws:ec2/instance:Instance", "machine", {
				networkInterfaces: [{ deviceIndex: 0, networkInterfaceId: ref(part("sg-1"), "id") }],
			});
			const elastic = resource("aws:ec2/eip:Eip", "address", { networkInterface: ref(part("sg-1"), "id") });
			const associated = resource("aws:ec2/eipAssociation:EipAssociation", "address", {
				networkInterfaceId: ref(part("sg-1"), "id"),
			});
			const inOpen = part(ref(group(), "id"));
			fails([group(), inOpen, interfaced, elastic], "machine (host)");
			fails([group(), inOpen, interfaced, associated], "machine (host)");
			accepts(group(), inOpen, interfaced);
			accepts(group("10.0.0.0/8"), inOpen, interfaced, elastic);
		});

		it("has the address that its subnet gives it; without one, a default subnet's", () => {
			fails(
				[group(), subnet({ mapPublicIpOnLaunch: true }), machine({ subnetId: ref(subnet(), "id") })],
				"machine (host)",
			);
			accepts(group(), subnet(), machine({ subnetId: ref(subnet(), "id") }));
			fails([group(), machine()], "machine (host)");
			accepts(group(), machine({ subnetId: "subnet-elsewhere" }));
			accepts(group(), machine({ networkInterfaces: [{ deviceIndex: 0, networkInterfaceId: "eni-1" }] }));
		});

		it("is accepted with no open port, or no address", () => {
			accepts(group("10.0.0.0/8"), machine(isPublic));
			accepts(machine({ ...isPublic, vpcSecurityGroupIds: ["sg-elsewhere"] }));
			accepts(group(), machine({ associatePublicIpAddress: "false" }));
		});

		for (const [type, props] of [
			["aws:ec2/launchTemplate:LaunchTemplate", { networkInterfaces: [{ associatePublicIpAddress: "true" }] }],
			["aws:ec2/launchConfiguration:LaunchConfiguration", isPublic],
			["aws:ecs/service:Service", { networkConfiguration: { assignPublicIp: true, subnets: ["subnet-1"] } }],
		] as const)
			it(`may be made by ${type}`, () => {
				const groups = { securityGroups: [ref(group(), "id")] };
				fails([group(), resource(type, "host", { ...props, ...groups })], "host (host)");
				accepts(group(), resource(type, "host", groups));
			});

		it("is rejected for one open rule among closed ones", () => {
			const rules = ["10.0.0.0/8", "0.0.0.0/0", "10.1.0.0/16"].map((cidr) => ({
				...{ protocol: "tcp", fromPort: 22, toPort: 22 },
				cidrBlocks: [cidr],
			}));
			fails(
				[resource("aws:ec2/securityGroup:SecurityGroup", "group", { ingress: rules }), machine(isPublic)],
				"machine (host)",
			);
			const ingress = [...rules, { ...rules[0], cidrBlocks: [UNKNOWN] }];
			const specs = [resource("aws:ec2/securityGroup:SecurityGroup", "group", { ingress }), machine(isPublic)];
			expect(open(rule, [api, ...specs])).to.deep.equal(["fail machine (host)"]);
		});

		it("may be App Runner's, public unless it is told otherwise", () => {
			const ingress = (isPubliclyAccessible: boolean) => ({ ingressConfiguration: { isPubliclyAccessible } });
			const service = (networkConfiguration: object) =>
				resource("aws:apprunner/service:Service", "runner", { networkConfiguration });
			fails([service({})], "runner (host)");
			fails([service(ingress(true))], "runner (host)");
			accepts(service(ingress(false)));
		});

		it("waits for an address or a port not known yet, unless the other says no", () => {
			const waits = (...specs: ResourceSpec[]) =>
				expect(open(rule, [api, ...specs])).to.deep.equal(["cannot tell machine (host)"]);
			waits(group(), machine({ associatePublicIpAddress: UNKNOWN }));
			waits(group(), machine({ subnetId: UNKNOWN }));
			waits(group(UNKNOWN), machine(isPublic));
			accepts(group("10.0.0.0/8"), machine({ associatePublicIpAddress: UNKNOWN }));
			accepts(group(UNKNOWN), machine({ associatePublicIpAddress: false }));
		});
	});

	describe("a CDN", () => {
		const inside = balancer({ internal: true });
		const signed = url("AWS_IAM");

		it("is accepted before the API, and before static files beside it", () => {
			accepts(cdn(apiHost));
			accepts(cdn(apiHost, "site.s3.us-east-1.amazonaws.com"));
		});

		it("is rejected where it leads past the API to something private", () => {
			fails([inside, cdn(ref(inside, "dnsName"))], "cdn (cdn)");
			fails([inside, cdn(apiHost, ref(inside, "dnsName"))], "cdn (cdn)");
			fails([signed, cdn(concat("x.", ref(signed, "functionUrl")))], "cdn (cdn)");
			expect(firstFault(rule, [api, inside, cdn(ref(inside, "dnsName"))])?.what).to.equal(
				'leads to LoadBalancer "balancer" beside RestApi "api", past its authorization, throttling and logs',
			);
		});

		it("is rejected with an origin in the VPC", () => {
			const origin = resource("aws:cloudfront/vpcOrigin:VpcOrigin", "inside", {});
			const origins = [
				{ originId: "vpc", domainName: "internal", vpcOriginConfig: { vpcOriginId: ref(origin, "id") } },
			];
			fails([origin, resource("aws:cloudfront/distribution:Distribution", "cdn", { origins })], "cdn (cdn)");
		});

		it("leaves what is public by itself to that one's finding", () => {
			fails([balancer(), cdn(ref(balancer(), "dnsName"))], "balancer (load-balancer)");
		});
	});

	it("can be excepted by its resource", () => {
		const exceptions = [exceptionTo("one-front-door/function-url", "*::url")];
		expectAccepts(rule, [api, url("NONE")], { exceptions });
	});
});
