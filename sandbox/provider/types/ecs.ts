/** ECS clusters and their capacity. What runs in them is ecs-task-definition.ts and ecs-service.ts. */
import {
	CreateCapacityProviderCommand,
	CreateClusterCommand,
	DeleteCapacityProviderCommand,
	DeleteClusterCommand,
	DescribeCapacityProvidersCommand,
	DescribeClustersCommand,
	PutClusterCapacityProvidersCommand,
	UpdateCapacityProviderCommand,
	UpdateClusterCommand,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags } from "../resource-type.ts";
import { service } from "./ecs-service.ts";
import { ecsTagging } from "./ecs-tagging.ts";
import { taskDefinition } from "./ecs-task-definition.ts";
import { lowerTagList } from "./tag-lists.ts";

const clusterInputs = z.object({
	name: z.string(),
	settings: z.array(z.object({ name: z.literal("containerInsights"), value: z.string() })).optional(),
	...tags,
});

async function clusterOf({ clients }: Context, cluster: string) {
	const { clusters = [] } = await clients.ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
	return clusters.find(({ status }) => status === "ACTIVE");
}

const cluster = defineType({
	inputs: clusterInputs,
	replaceOn: ["name"],
	identity: ["name"],
	async create({ name, settings, tagsAll }, { clients }) {
		const { cluster } = await clients.ecs.send(
			new CreateClusterCommand({ clusterName: name, settings, tags: lowerTagList(tagsAll) }),
		);
		const arn = cluster?.clusterArn ?? "";
		return { id: arn, outputs: { arn } };
	},
	read: async (id, _, context) => {
		const found = await clusterOf(context, id);
		return found && { arn: found.clusterArn };
	},
	async update(id, { settings }, _, { clients }) {
		await clients.ecs.send(new UpdateClusterCommand({ cluster: id, settings }));
		return { arn: id };
	},
	delete: (id, _, { clients }) => clients.ecs.send(new DeleteClusterCommand({ cluster: id })),
	tagging: ecsTagging,
});

const toggle = z.enum(["ENABLED", "DISABLED"]);
const capacityProviderInputs = z.object({
	name: z.string(),
	autoScalingGroupProvider: z.object({
		autoScalingGroupArn: z.string(),
		managedDraining: toggle.optional(),
		managedTerminationProtection: toggle.optional(),
		managedScaling: z
			.object({
				status: toggle.optional(),
				targetCapacity: z.number().optional(),
				minimumScalingStepSize: z.number().optional(),
				maximumScalingStepSize: z.number().optional(),
				instanceWarmupPeriod: z.number().optional(),
			})
			.optional(),
	}),
	...tags,
});

async function capacityProviderOf({ clients }: Context, id: string) {
	const call = new DescribeCapacityProvidersCommand({ capacityProviders: [id] });
	const { capacityProviders = [] } = await clients.ecs.send(call);
	return capacityProviders[0];
}

const capacityProvider = defineType({
	inputs: capacityProviderInputs,
	replaceOn: ["name", "cluster", "managedInstancesProvider"],
	identity: ["name"],
	async create({ name, autoScalingGroupProvider, tagsAll }, { clients }) {
		const { capacityProvider } = await clients.ecs.send(
			new CreateCapacityProviderCommand({ name, autoScalingGroupProvider, tags: lowerTagList(tagsAll) }),
		);
		const arn = capacityProvider?.capacityProviderArn ?? "";
		return { id: arn, outputs: { arn } };
	},
	read: async (id, _, context) => {
		const found = await capacityProviderOf(context, id);
		return found && { arn: found.capacityProviderArn };
	},
	async update(id, { name, autoScalingGroupProvider }, _, { clients }) {
		const { autoScalingGroupArn: __, ...changes } = autoScalingGroupProvider;
		await clients.ecs.send(new UpdateCapacityProviderCommand({ name, autoScalingGroupProvider: changes }));
		return { arn: id };
	},
	async delete(id, _, context) {
		if (await capacityProviderOf(context, id))
			await context.clients.ecs.send(new DeleteCapacityProviderCommand({ capacityProvider: id }));
	},
	tagging: ecsTagging,
});

const clusterCapacityInputs = z.object({
	clusterName: z.string(),
	capacityProviders: z.array(z.string()).optional(),
	defaultCapacityProviderStrategies: z
		.array(z.object({ capacityProvider: z.string(), base: z.number().optional(), weight: z.number().optional() }))
		.optional(),
});
const putCapacity = ({ clients }: Context, inputs: z.output<typeof clusterCapacityInputs>) =>
	clients.ecs.send(
		new PutClusterCapacityProvidersCommand({
			cluster: inputs.clusterName,
			capacityProviders: inputs.capacityProviders ?? [],
			defaultCapacityProviderStrategy: inputs.defaultCapacityProviderStrategies ?? [],
		}),
	);

const clusterCapacityProviders = defineType({
	inputs: clusterCapacityInputs,
	replaceOn: ["clusterName"],
	identity: ["clusterName"],
	async create(inputs, context) {
		await putCapacity(context, inputs);
		return { id: inputs.clusterName, outputs: {} };
	},
	read: async (id, { capacityProviders = [] }, context) => {
		const found = await clusterOf(context, id);
		return capacityProviders.every((name) => found?.capacityProviders?.includes(name)) ? {} : undefined;
	},
	async update(_, news, __, context) {
		await putCapacity(context, news);
		return {};
	},
	delete: (_, { clusterName }, context) => putCapacity(context, { clusterName }),
});

export const ECS_TYPES: Record<string, ResourceType> = {
	"aws:ecs/capacityProvider:CapacityProvider": capacityProvider,
	"aws:ecs/cluster:Cluster": cluster,
	"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": clusterCapacityProviders,
	"aws:ecs/service:Service": service,
	"aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
};
