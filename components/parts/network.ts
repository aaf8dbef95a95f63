/**
 * Where tasks run: private subnets with every way into AWS that they need and none to the internet, made with awsx; or the
 * network that the settings adopt. What runs there is not known here.
 */
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { GATEWAY_ENDPOINTS, INTERFACE_ENDPOINTS } from "../../charter/endpoints.ts";
import { HOURS_PER_MONTH, PRICES_USD } from "../../charter/prices.ts";
import type { Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";

const HTTPS_PORT = 443;
const EVERYWHERE = "0.0.0.0/0";

type CreateSettings = Extract<Settings["network"], { kind: "create" }>;

export interface NetworkArgs {
	network: Settings["network"];
	/** Where tasks send their spans, if that is told. */
	otlpEndpoint?: string | undefined;
	tags: CostTags;
}

export class Network extends pulumi.ComponentResource {
	/** Private. */
	readonly subnetIds: pulumi.Output<string[]>;
	/** Of tasks and their hosts: nothing comes in, and HTTPS goes out. */
	readonly securityGroup: aws.ec2.SecurityGroup;

	constructor(name: string, args: NetworkArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:Network", name, {}, opts);
		const { network, tags } = args;
		const vpc = network.kind === "create" ? this.vpc(name, network, tags) : undefined;
		const adopted = network.kind === "adopt" ? network : undefined;
		this.subnetIds = vpc?.privateSubnetIds ?? pulumi.output(adopted?.subnetIds ?? []);
		this.securityGroup = new aws.ec2.SecurityGroup(
			`${name}-tasks`,
			{
				description: "Tasks and their hosts: nothing comes in, HTTPS goes out",
				vpcId: vpc?.vpcId ?? adopted?.vpcId ?? "",
				egress: [HTTPS_PORT, ...collectorPort(args.otlpEndpoint)].map((port) => ({
					protocol: "tcp",
					fromPort: port,
					toPort: port,
					cidrBlocks: [EVERYWHERE],
				})),
				tags,
			},
			{ parent: this },
		);
		if (vpc && network.kind === "create") this.endpoints(name, vpc, network, tags);
		this.registerOutputs({ subnetIds: this.subnetIds });
	}

	private vpc(name: string, { cidrBlock, availabilityZones }: CreateSettings, tags: CostTags): awsx.ec2.Vpc {
		return new awsx.ec2.Vpc(
			name,
			{
				cidrBlock,
				numberOfAvailabilityZones: availabilityZones,
				natGateways: { strategy: "None" },
				subnetStrategy: "Auto",
				subnetSpecs: [{ type: "Private", name: "tasks" }],
				// Endpoints answer under the services' own names.
				enableDnsHostnames: true,
				enableDnsSupport: true,
				tags: { ...tags },
			},
			{ parent: this },
		);
	}

	private endpoints(name: string, vpc: awsx.ec2.Vpc, { availabilityZones }: CreateSettings, tags: CostTags): void {
		const child = { parent: this };
		const { region } = aws.getRegionOutput({}, child);
		const serviceName = (service: string) => pulumi.interpolate`com.amazonaws.${region}.${service}`;
		const doors = new aws.ec2.SecurityGroup(
			`${name}-endpoints`,
			{
				description: "AWS's services inside the network: tasks and their hosts come in by HTTPS",
				vpcId: vpc.vpcId,
				ingress: [
					{
						protocol: "tcp",
						fromPort: HTTPS_PORT,
						toPort: HTTPS_PORT,
						securityGroups: [this.securityGroup.id],
					},
				],
				tags,
			},
			child,
		);
		for (const service of INTERFACE_ENDPOINTS)
			new aws.ec2.VpcEndpoint(
				`${name}-${service}`,
				{
					vpcId: vpc.vpcId,
					vpcEndpointType: "Interface",
					serviceName: serviceName(service),
					subnetIds: vpc.privateSubnetIds,
					securityGroupIds: [doors.id],
					privateDnsEnabled: true,
					tags,
				},
				child,
			);
		const routeTableIds = vpc.routeTables.apply((tables) => pulumi.all(tables.map(({ id }) => id)));
		for (const service of GATEWAY_ENDPOINTS)
			new aws.ec2.VpcEndpoint(
				`${name}-${service}`,
				{ vpcId: vpc.vpcId, vpcEndpointType: "Gateway", serviceName: serviceName(service), routeTableIds, tags },
				child,
			);
		void pulumi.log.info(priceLine(availabilityZones), this);
	}
}

function priceLine(zones: number): string {
	const hourUsd = PRICES_USD.interfaceEndpointHour;
	const monthUsd = INTERFACE_ENDPOINTS.length * zones * hourUsd * HOURS_PER_MONTH;
	return `The network costs about $${monthUsd.toFixed(0)} a month, used or not: ${INTERFACE_ENDPOINTS.length} interface endpoints in ${zones} zones at $${hourUsd} an hour (us-east-1 list price, data apart). Set triplane:network to adopt one that you have.`;
}

/** The port of the collector, where HTTPS's own does not cover it. */
function collectorPort(otlpEndpoint: string | undefined): number[] {
	if (otlpEndpoint === undefined) return [];
	const { protocol, port } = new URL(otlpEndpoint);
	const used = port ? Number(port) : protocol === "http:" ? 80 : HTTPS_PORT;
	return used === HTTPS_PORT ? [] : [used];
}
