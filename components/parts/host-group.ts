/**
 * One half of a pool: a group of hosts that are all on demand or all spot, of every instance type that the model may run
 * on, and the capacity provider by which ECS fills and empties it.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

/** Of the space on its hosts ECS keeps none free: the next host is started when a task waits for it. */
const TARGET_CAPACITY_PERCENT = 100;

export interface HostGroupArgs {
	market: "on-demand" | "spot";
	template: aws.ec2.LaunchTemplate;
	instanceTypes: readonly string[];
	minInstances: number;
	maxInstances: number;
	subnetIds: pulumi.Input<string[]>;
	tags: CostTags;
}

export class HostGroup extends pulumi.ComponentResource {
	readonly group: aws.autoscaling.Group;
	readonly provider: aws.ecs.CapacityProvider;

	constructor(name: string, args: HostGroupArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:HostGroup", name, {}, opts);
		const child = { parent: this };
		const { market, template, maxInstances, tags } = args;
		this.group = new aws.autoscaling.Group(
			`${name}-hosts`,
			{
				minSize: args.minInstances,
				maxSize: maxInstances,
				vpcZoneIdentifiers: args.subnetIds,
				mixedInstancesPolicy: {
					instancesDistribution: {
						onDemandBaseCapacity: 0,
						onDemandPercentageAboveBaseCapacity: market === "on-demand" ? 100 : 0,
						...(market === "on-demand"
							? { onDemandAllocationStrategy: "lowest-price" }
							: { spotAllocationStrategy: "price-capacity-optimized" }),
					},
					launchTemplate: {
						launchTemplateSpecification: {
							launchTemplateId: template.id,
							version: template.latestVersion.apply(String),
						},
						overrides: args.instanceTypes.map((instanceType) => ({ instanceType })),
					},
				},
				// Managed termination protection: ECS alone decides which host is empty and may go.
				protectFromScaleIn: true,
				// Replaces hosts at risk before their notice, past ECS, which then drains nothing.
				capacityRebalance: false,
				// Else `pulumi destroy` would wait for ever for hosts that are protected.
				forceDelete: true,
				// Hosts come when ECS asks for them: an empty spot market must not fail the deployment.
				waitForCapacityTimeout: "0",
				tags: Object.entries({ ...tags, ...MANAGED_BY_ECS }).map(([key, value]) => ({
					key,
					value,
					propagateAtLaunch: true,
				})),
			},
			{ ...child, ignoreChanges: ["desiredCapacity"] },
		);
		this.provider = new aws.ecs.CapacityProvider(
			name,
			{
				autoScalingGroupProvider: {
					autoScalingGroupArn: this.group.arn,
					managedScaling: {
						status: "ENABLED",
						targetCapacity: TARGET_CAPACITY_PERCENT,
						minimumScalingStepSize: 1,
						maximumScalingStepSize: maxInstances,
					},
					managedDraining: "ENABLED",
					managedTerminationProtection: "ENABLED",
				},
				tags,
			},
			child,
		);
		this.registerOutputs({ provider: this.provider.name });
	}
}

/** ECS adds this tag by itself: unless it is declared, the next update would take it away. */
const MANAGED_BY_ECS = { AmazonECSManaged: "true" };
