/**
 * What every host of a pool starts from: ECS's own image, an agent that drains on a spot notice, encrypted disks, and no
 * public address. How many hosts there are, and of which types, is host-group.ts.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../charter/pool.ts";
import type { CostTags } from "../../charter/tags.ts";
import type { Network } from "./network.ts";
import { type Grant, serviceRole } from "./service-role.ts";

/** Room for a few images with their weights. */
const DISK_GIB = 100;

export interface HostTemplateArgs {
	cluster: aws.ecs.Cluster;
	plan: PoolPlan;
	network: Network;
	tags: CostTags;
}

export class HostTemplate extends pulumi.ComponentResource {
	readonly template: aws.ec2.LaunchTemplate;

	constructor(name: string, args: HostTemplateArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:HostTemplate", name, {}, opts);
		const child = { parent: this };
		const { cluster, plan, network, tags } = args;
		const { role, policy } = serviceRole(
			name,
			{
				service: "ec2.amazonaws.com",
				description: "What ECS's agent on the hosts may do",
				grants: agentGrants(cluster),
				tags,
			},
			child,
		);
		const profile = new aws.iam.InstanceProfile(
			`${name}-profile`,
			{ role: role.name, tags },
			{ ...child, dependsOn: [policy] },
		);
		this.template = new aws.ec2.LaunchTemplate(
			name,
			{
				imageId: `resolve:ssm:${imageParameter(plan)}`,
				iamInstanceProfile: { arn: profile.arn },
				userData: cluster.name.apply((clusterName) => base64(userData(clusterName, plan))),
				metadataOptions: {
					httpEndpoint: "enabled",
					httpTokens: "required",
					// One hop: containers do not get at the host's credentials.
					httpPutResponseHopLimit: 1,
				},
				blockDeviceMappings: [
					{
						deviceName: "/dev/xvda",
						ebs: { volumeType: "gp3", volumeSize: DISK_GIB, encrypted: "true", deleteOnTermination: "true" },
					},
				],
				networkInterfaces: [
					{
						deviceIndex: 0,
						associatePublicIpAddress: "false",
						deleteOnTermination: "true",
						securityGroups: [network.securityGroup.id],
					},
				],
				tagSpecifications: ["volume", "network-interface"].map((resourceType) => ({ resourceType, tags: { ...tags } })),
				updateDefaultVersion: true,
				tags,
			},
			child,
		);
		this.registerOutputs({ template: this.template.id });
	}
}

/** AWS's parameter with the newest image for ECS hosts; EC2 reads it at each launch. */
function imageParameter({ architecture, hasGpus }: PoolPlan): string {
	const kind = hasGpus ? "gpu/" : architecture === "arm64" ? "arm64/" : "";
	return `/aws/service/ecs/optimized-ami/amazon-linux-2023/${kind}recommended/image_id`;
}

const userData = (cluster: string, { hasGpus }: PoolPlan): string =>
	[
		"#!/bin/bash",
		"cat >> /etc/ecs/ecs.config <<'CONFIG'",
		`ECS_CLUSTER=${cluster}`,
		"ECS_ENABLE_SPOT_INSTANCE_DRAINING=true",
		"ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE=true",
		"ECS_AWSVPC_BLOCK_IMDS=true",
		...(hasGpus ? ["ECS_ENABLE_GPU_SUPPORT=true"] : []),
		"CONFIG",
		"",
	].join("\n");

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** What AWS's policy for container instances allows, on this cluster alone. Images and logs are the tasks' execution role's. */
function agentGrants(cluster: aws.ecs.Cluster): Grant[] {
	const hosts = cluster.arn.apply((arn) => `${arn.replace(":cluster/", ":container-instance/")}/*`);
	return [
		{ actions: ["ecs:DiscoverPollEndpoint"], resources: ["*"] },
		{
			actions: [
				"ecs:RegisterContainerInstance",
				"ecs:DeregisterContainerInstance",
				"ecs:SubmitTaskStateChange",
				"ecs:SubmitContainerStateChange",
				"ecs:SubmitAttachmentStateChanges",
			],
			resources: [cluster.arn],
		},
		{
			actions: ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState", "ecs:TagResource"],
			resources: [hosts],
		},
	];
}
