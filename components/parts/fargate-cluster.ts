/** A cluster without hosts: its tasks run on Fargate, and between them it costs nothing. */
import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

/** @param name of what runs in it, as in "disease-progress-score" */
export function fargateCluster(name: string, tags: CostTags, child: pulumi.CustomResourceOptions): aws.ecs.Cluster {
	const cluster = new aws.ecs.Cluster(
		`${name}-cluster`,
		{ settings: [{ name: "containerInsights", value: "enabled" }], tags },
		child,
	);
	new aws.ecs.ClusterCapacityProviders(
		`${name}-capacity`,
		{ clusterName: cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
		child,
	);
	return cluster;
}
