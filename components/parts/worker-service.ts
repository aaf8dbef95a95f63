/**
 * The workers of one slot: an ECS service on a pool's capacity that scales with its queue. Which version they serve comes
 * with each job; which jobs the slot gets is the dispatcher's.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Slot } from "../../charter/jobs.ts";
import { type EcsModel, planSlot } from "../../charter/queued.ts";
import type { Settings } from "../../charter/settings.ts";
import type { CostTags } from "../../charter/tags.ts";
import type { ArtifactStore } from "./artifact-store.ts";
import { BacklogScaling } from "./backlog-scaling.ts";
import type { JobStore } from "./job-store.ts";
import type { Network } from "./network.ts";
import type { OnDemandTable } from "./on-demand-table.ts";
import type { SpotGpuPool } from "./spot-gpu-pool.ts";
import type { WorkQueue } from "./work-queue.ts";
import { WorkerTask } from "./worker-task.ts";

export interface WorkerServiceArgs {
	settings: Settings;
	model: EcsModel;
	slot: Slot;
	pool: SpotGpuPool;
	network: Network;
	work: WorkQueue;
	store: JobStore;
	registry: OnDemandTable;
	artifacts: ArtifactStore;
	tags: CostTags;
}

export class WorkerService extends pulumi.ComponentResource {
	readonly service: aws.ecs.Service;
	readonly task: WorkerTask;

	/** @param name name of the model and slot, as in "digit-reader-a" */
	constructor(name: string, args: WorkerServiceArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:WorkerService", name, {}, opts);
		const child = { parent: this };
		const { model, slot, pool, network, work, tags } = args;
		const scaling = planSlot(model, slot);
		this.task = new WorkerTask(name, { ...args, plan: pool.plan, cluster: pool.cluster }, child);
		this.service = new aws.ecs.Service(
			name,
			{
				cluster: pool.cluster.arn,
				taskDefinition: this.task.definition.arn,
				desiredCount: scaling.minTasks,
				capacityProviderStrategies: pool.strategy,
				networkConfiguration: {
					subnets: network.subnetIds,
					securityGroups: [network.securityGroup.id],
					assignPublicIp: false,
				},
				deploymentCircuitBreaker: { enable: true, rollback: true },
				// Jobs wait in the queue meanwhile, so half the tasks may be missing; one alone gets its successor beside it.
				deploymentMinimumHealthyPercent: 50,
				deploymentMaximumPercent: 200,
				// Spot leaves a zone now and then: moving tasks after it would only interrupt them.
				availabilityZoneRebalancing: "DISABLED",
				enableEcsManagedTags: true,
				propagateTags: "SERVICE",
				// Its hosts may take minutes to come, or not be had: `pulumi up` does not wait for them.
				waitForSteadyState: false,
				// Else a protected task, whose job may take hours, holds up its removal; the job goes back to its queue.
				forceDelete: true,
				tags,
			},
			{
				...child,
				// A rollout moves the task definition and scaling the count: the program only says where both begin.
				ignoreChanges: ["taskDefinition", "desiredCount"],
				// In this order it is destroyed: service, its providers' tie, providers, groups, cluster.
				dependsOn: [pool.providers, ...this.task.permissions],
			},
		);
		new BacklogScaling(
			name,
			{
				clusterName: pool.cluster.name,
				serviceName: this.service.name,
				queueName: work.queue.name,
				scaling,
				tags,
			},
			child,
		);
		this.registerOutputs({ service: this.service.name });
	}
}
