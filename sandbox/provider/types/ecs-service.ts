/** ECS services: how many tasks of which definition a cluster keeps running, and on what capacity. */

import { setTimeout as sleep } from "node:timers/promises";
import {
	CreateServiceCommand,
	DeleteServiceCommand,
	DescribeServicesCommand,
	DescribeTasksCommand,
	ListTasksCommand,
	type Service,
	UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import { type Context, defineType, tags, unlessGone } from "../resource-type.ts";
import { same, type Value } from "../values.ts";
import { ecsTagging } from "./ecs-tagging.ts";
import { lowerTagList } from "./tag-lists.ts";

const POLL_MS = 200;
/** The longest `stopTimeout` that ECS grants, and some more. */
const DRAIN_SECONDS = 150;

const inputs = z.object({
	name: z.string(),
	cluster: z.string().default("default"),
	taskDefinition: z.string(),
	desiredCount: z.number().default(0),
	launchType: z.enum(["EC2", "FARGATE", "EXTERNAL"]).optional(),
	capacityProviderStrategies: z
		.array(z.object({ capacityProvider: z.string(), base: z.number().optional(), weight: z.number().optional() }))
		.optional(),
	deploymentMaximumPercent: z.number().optional(),
	deploymentMinimumHealthyPercent: z.number().optional(),
	deploymentCircuitBreaker: z.object({ enable: z.boolean(), rollback: z.boolean() }).optional(),
	deploymentController: z.object({ type: z.literal("ECS").optional() }).optional(),
	networkConfiguration: z
		.object({
			subnets: z.array(z.string()),
			securityGroups: z.array(z.string()).optional(),
			assignPublicIp: z.boolean().optional(),
		})
		.optional(),
	orderedPlacementStrategies: z
		.array(z.object({ type: z.enum(["random", "spread", "binpack"]), field: z.string().optional() }))
		.optional(),
	placementConstraints: z
		.array(z.object({ type: z.enum(["distinctInstance", "memberOf"]), expression: z.string().optional() }))
		.optional(),
	schedulingStrategy: z.literal("REPLICA").optional(),
	enableEcsManagedTags: z.boolean().optional(),
	enableExecuteCommand: z.boolean().optional(),
	propagateTags: z.enum(["TASK_DEFINITION", "SERVICE", "NONE"]).optional(),
	forceNewDeployment: z.boolean().optional(),
	...tags,
});
type Inputs = z.output<typeof inputs>;

/** What both making and changing a service takes. */
const settingsOf = (service: Inputs) => ({
	capacityProviderStrategy: service.capacityProviderStrategies,
	deploymentConfiguration: {
		maximumPercent: service.deploymentMaximumPercent,
		minimumHealthyPercent: service.deploymentMinimumHealthyPercent,
		deploymentCircuitBreaker: service.deploymentCircuitBreaker,
	},
	networkConfiguration: service.networkConfiguration && {
		awsvpcConfiguration: {
			subnets: service.networkConfiguration.subnets,
			securityGroups: service.networkConfiguration.securityGroups,
			assignPublicIp: service.networkConfiguration.assignPublicIp ? ("ENABLED" as const) : ("DISABLED" as const),
		},
	},
	placementStrategy: service.orderedPlacementStrategies,
	placementConstraints: service.placementConstraints,
	enableECSManagedTags: service.enableEcsManagedTags,
	enableExecuteCommand: service.enableExecuteCommand,
	propagateTags: service.propagateTags,
});

async function serviceOf({ clients }: Context, id: string, cluster: string): Promise<Service | undefined> {
	const found = await unlessGone(clients.ecs.send(new DescribeServicesCommand({ cluster, services: [id] })));
	return found?.services?.find(({ status }) => status === "ACTIVE");
}

/** A service is gone when its last task is: a worker that drains still needs its queue and its role. */
async function drained({ clients }: Context, cluster: string, serviceName: string): Promise<void> {
	for (const deadlineMs = Date.now() + DRAIN_SECONDS * 1000; Date.now() < deadlineMs; await sleep(POLL_MS)) {
		const call = new ListTasksCommand({ cluster, serviceName, desiredStatus: "STOPPED" });
		const { taskArns = [] } = await clients.ecs.send(call);
		if (taskArns.length === 0) return;
		const { tasks = [] } = await clients.ecs.send(new DescribeTasksCommand({ cluster, tasks: taskArns }));
		if (tasks.every(({ lastStatus }) => lastStatus === "STOPPED")) return;
	}
}

export const service = defineType({
	inputs,
	replaceOn: ["name", "cluster", "launchType", "schedulingStrategy", "deploymentController", "iamRole"],
	identity: ["name", "cluster"],
	async create(service, { clients }) {
		const { service: made } = await clients.ecs.send(
			new CreateServiceCommand({
				...settingsOf(service),
				serviceName: service.name,
				cluster: service.cluster,
				taskDefinition: service.taskDefinition,
				desiredCount: service.desiredCount,
				launchType: service.launchType,
				schedulingStrategy: service.schedulingStrategy,
				deploymentController: service.deploymentController && { type: service.deploymentController.type ?? "ECS" },
				tags: lowerTagList(service.tagsAll),
			}),
		);
		const arn = made?.serviceArn ?? "";
		return { id: arn, outputs: { arn, cluster: made?.clusterArn } };
	},
	read: async (id, { cluster }, context) => {
		const found = await serviceOf(context, id, cluster);
		return found && { arn: id, taskDefinition: found.taskDefinition, desiredCount: found.desiredCount };
	},
	async update(id, news, olds, { clients }) {
		const changed = (key: keyof Inputs) => !same(news[key] as Value, olds[key] as Value);
		await clients.ecs.send(
			new UpdateServiceCommand({
				...settingsOf(news),
				service: id,
				cluster: news.cluster,
				// Only what the program changed: tasks and definition may have been changed by others, as scaling does.
				...(changed("desiredCount") && { desiredCount: news.desiredCount }),
				...(changed("taskDefinition") && { taskDefinition: news.taskDefinition }),
				forceNewDeployment: news.forceNewDeployment,
			}),
		);
		return { arn: id };
	},
	async delete(id, { cluster, name }, context) {
		if (!(await serviceOf(context, id, cluster))) return;
		await context.clients.ecs.send(new DeleteServiceCommand({ service: id, cluster, force: true }));
		await drained(context, cluster, name);
	},
	tagging: ecsTagging,
});
