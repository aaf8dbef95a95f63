import { expect } from "chai";
import fc from "fast-check";
import { Network, type NetworkArgs } from "../../../components/parts/network.ts";
import { TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const GROUP = "aws:ec2/securityGroup:SecurityGroup";
const ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint";
const created: NetworkArgs["network"] = { kind: "create", cidrBlock: "10.1.0.0/16", availabilityZones: 2 };
const adopted: NetworkArgs["network"] = { kind: "adopt", vpcId: "vpc-1", subnetIds: ["subnet-1", "subnet-2"] };
const deployed = (network: NetworkArgs["network"], otlpEndpoint?: string) =>
	underMocks(() => new Network("network", { network, otlpEndpoint, tags: TAGS }).subnetIds);
const egress = (port: number) => ({ protocol: "tcp", fromPort: port, toPort: port, cidrBlocks: ["0.0.0.0/0"] });

describe("components/parts/network", () => {
	it("is made with awsx: private subnets in each zone, and no NAT gateway", async () => {
		const { find, result } = await deployed(created);
		expect(find("awsx:ec2:Vpc", "network").inputs).to.deep.equal({
			cidrBlock: "10.1.0.0/16",
			numberOfAvailabilityZones: 2,
			natGateways: { strategy: "None" },
			subnetStrategy: "Auto",
			subnetSpecs: [{ type: "Private", name: "tasks" }],
			enableDnsHostnames: true,
			enableDnsSupport: true,
			tags: TAGS,
		});
		expect(result).to.deep.equal(["network-private-1", "network-private-2"]);
	});

	it("has an interface endpoint for every service that hosts and tasks call, under the service's own name", async () => {
		const { resources, find } = await deployed(created);
		const interfaces = resources.filter(({ inputs }) => inputs.vpcEndpointType === "Interface");
		expect(interfaces.map(({ inputs }) => inputs.serviceName)).to.have.members(
			["ecs", "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr", "logs", "monitoring", "sqs", "sts", "xray"].map(
				(service) => `com.amazonaws.us-east-1.${service}`,
			),
		);
		expect(find(ENDPOINT, "network-sqs").inputs).to.deep.equal({
			vpcId: "network-id",
			vpcEndpointType: "Interface",
			serviceName: "com.amazonaws.us-east-1.sqs",
			subnetIds: ["network-private-1", "network-private-2"],
			securityGroupIds: ["network-endpoints-id"],
			privateDnsEnabled: true,
			tags: TAGS,
		});
	});

	it("has gateways to S3 and DynamoDB on every route table", async () => {
		const { resources, find } = await deployed(created);
		const gateways = resources.filter(({ inputs }) => inputs.vpcEndpointType === "Gateway");
		expect(gateways.map(({ name }) => name)).to.have.members(["network-s3", "network-dynamodb"]);
		expect(find(ENDPOINT, "network-s3").inputs).to.deep.equal({
			vpcId: "network-id",
			vpcEndpointType: "Gateway",
			serviceName: "com.amazonaws.us-east-1.s3",
			routeTableIds: ["network-routes-1", "network-routes-2"],
			tags: TAGS,
		});
	});

	it("lets HTTPS out of tasks and nothing in, and into the endpoints tasks alone", async () => {
		const { find } = await deployed(created);
		const { description: _, ...tasks } = find(GROUP, "network-tasks").inputs;
		expect(tasks).to.deep.equal({ vpcId: "network-id", egress: [egress(443)], tags: TAGS });
		const { description: __, ...endpoints } = find(GROUP, "network-endpoints").inputs;
		expect(endpoints).to.deep.equal({
			vpcId: "network-id",
			ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, securityGroups: ["network-tasks-id"] }],
			tags: TAGS,
		});
	});

	it("says what it costs a month, whatever runs in it", async () => {
		const { infos } = await deployed({ ...created, availabilityZones: 3 });
		expect(infos).to.deep.equal([
			"info: [runtime] The network costs about $219 a month, used or not: 10 interface endpoints in 3 zones at $0.01 an hour (us-east-1 list price, data apart). Set triplane:network to adopt one that you have.",
		]);
	});

	it("adopts a network that is there: a group of its own, and nothing else", async () => {
		const { find, resources, result, infos } = await deployed(adopted);
		expect(titles(resources)).to.deep.equal([`${GROUP}::network-tasks`, "triplane:data:Network::network"]);
		expect(find(GROUP, "network-tasks").inputs.vpcId).to.equal("vpc-1");
		expect([result, infos]).to.deep.equal([["subnet-1", "subnet-2"], []]);
	});

	it("lets spans out to their collector", async () => {
		const out = async (endpoint: string) =>
			(await deployed(adopted, endpoint)).find(GROUP, "network-tasks").inputs.egress;
		expect(await out("http://collector:4318")).to.deep.equal([egress(443), egress(4318)]);
		expect(await out("http://collector/v1")).to.deep.equal([egress(443), egress(80)]);
		expect(await out("https://xray.us-east-1.amazonaws.com")).to.deep.equal([egress(443)]);
	});

	it("never opens more than two ports, whatever the collector's address", async () => {
		await fc.assert(
			fc.asyncProperty(fc.webUrl({ withQueryParameters: true }), async (url) => {
				const { egress: rules } = (await deployed(adopted, url)).find(GROUP, "network-tasks").inputs;
				expect(rules).to.be.an("array").with.length.within(1, 2);
			}),
			{ numRuns: 20 },
		);
	});
});
