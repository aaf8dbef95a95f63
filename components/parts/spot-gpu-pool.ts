/**
 * Capacity of one queued model: a cluster with two capacity providers, on demand and spot, each over a group of hosts of
 * several types. Scales hosts to the tasks that ECS wants to place; how many tasks those are is backlog-scaling.ts.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PoolPlan, planPool } from "../../charter/pool.ts";
import type { EcsModel } from "../../charter/queued.ts";
import type { CostTags } from "../../charter/tags.ts";
import { HostGroup } from "./host-group.ts";
import { HostTemplate } from "./host-template.ts";
import type { Network } from "./network.ts";

const WEIGHTS_SUM = 100;

export interface SpotGpuPoolArgs {
	model: EcsModel;
	network: Network;
	tags: CostTags;
}

export class SpotGpuPool extends pulumi.ComponentResource {
	readonly cluster: aws.ecs.Cluster;
	readonly onDemand: HostGroup;
	readonly spot: HostGroup;
	/** Ties the providers to the cluster. Services depend on it, so that it outlives them. */
	readonly providers: aws.ecs.ClusterCapacityProviders;
	readonly plan: PoolPlan;
	/** Where a service's tasks go: the base on demand, and above it the spot share. */
	readonly strategy: aws.types.input.ecs.ServiceCapacityProviderStrategy[];

	/** @throws {SettingsError} where the instance types do not go together, before anything is registered */
	constructor(name: string, args: SpotGpuPoolArgs, opts?: pulumi.ComponentResourceOptions) {
		const { model, network, tags } = args;
		const plan = planPool(model);
		super("triplane:data:SpotGpuPool", name, {}, opts);
		const child = { parent: this };
		const { instanceTypes, onDemandBase, spotShare } = model.runtime;
		this.plan = plan;

		this.cluster = new aws.ecs.Cluster(
			`${name}-cluster`,
			// Its count of running tasks is half of what the service scales by.
			{ settings: [{ name: "containerInsights", value: "enabled" }], tags },
			child,
		);
		const { template } = new HostTemplate(`${name}-host`, { cluster: this.cluster, plan, network, tags }, child);
		const { maxInstances } = plan;
		const common = { template, instanceTypes, maxInstances, subnetIds: network.subnetIds, tags };
		this.onDemand = new HostGroup(
			`${name}-on-demand`,
			{ ...common, market: "on-demand", minInstances: plan.minInstances },
			child,
		);
		this.spot = new HostGroup(`${name}-spot`, { ...common, market: "spot", minInstances: 0 }, child);
		const [onDemand, spot] = [this.onDemand.provider.name, this.spot.provider.name];
		const spotWeight = Math.round(spotShare * WEIGHTS_SUM);
		this.strategy = [
			// Never 0: ECS places no task by a provider of no weight.
			{ capacityProvider: onDemand, base: onDemandBase, weight: Math.max(1, WEIGHTS_SUM - spotWeight) },
			{ capacityProvider: spot, weight: spotWeight },
		];
		this.providers = new aws.ecs.ClusterCapacityProviders(
			`${name}-providers`,
			{
				clusterName: this.cluster.name,
				capacityProviders: [onDemand, spot],
				defaultCapacityProviderStrategies: this.strategy,
			},
			child,
		);
		this.registerOutputs({ cluster: this.cluster.name });
	}
}
