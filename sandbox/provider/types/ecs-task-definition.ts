/** ECS task definitions: every change of one is a new revision of its family. */
import {
	type ContainerDefinition,
	DeregisterTaskDefinitionCommand,
	DescribeTaskDefinitionCommand,
	RegisterTaskDefinitionCommand,
	type TaskDefinition,
} from "@aws-sdk/client-ecs";
import { z } from "zod";
import { type Context, defineType, tags } from "../resource-type.ts";
import { ecsTagging } from "./ecs-tagging.ts";
import { lowerTagList } from "./tag-lists.ts";

/** JSON in the API's own words, which AWS itself judges. */
const containerDefinitions = z.string().transform((text, issues): ContainerDefinition[] => {
	try {
		const parsed: unknown = JSON.parse(text);
		if (Array.isArray(parsed)) return parsed;
	} catch {
		// Said below, as of any other text that is no list.
	}
	issues.addIssue({ code: "custom", message: 'not a JSON list: write it as in [{"name": "worker", "image": "…"}]' });
	return z.NEVER;
});
const inputs = z.object({
	family: z.string(),
	containerDefinitions,
	cpu: z.string().optional(),
	memory: z.string().optional(),
	networkMode: z.enum(["none", "bridge", "awsvpc", "host"]).optional(),
	requiresCompatibilities: z.array(z.enum(["EC2", "FARGATE", "EXTERNAL"])).optional(),
	executionRoleArn: z.string().optional(),
	taskRoleArn: z.string().optional(),
	pidMode: z.enum(["host", "task"]).optional(),
	ipcMode: z.enum(["host", "task", "none"]).optional(),
	runtimePlatform: z
		.object({
			cpuArchitecture: z.enum(["ARM64", "X86_64"]).optional(),
			operatingSystemFamily: z.literal("LINUX").optional(),
		})
		.optional(),
	ephemeralStorage: z.object({ sizeInGib: z.number() }).optional(),
	volumes: z.array(z.object({ name: z.string(), hostPath: z.string().optional() })).optional(),
	placementConstraints: z
		.array(z.object({ type: z.literal("memberOf"), expression: z.string().optional() }))
		.optional(),
	skipDestroy: z.boolean().optional(),
	...tags,
});

const outputsOf = ({ taskDefinitionArn = "", revision }: TaskDefinition) => ({
	arn: taskDefinitionArn,
	arnWithoutRevision: taskDefinitionArn.replace(/:\d+$/, ""),
	revision,
});

/** The revision as AWS has it; undefined where it was deregistered or never was. */
async function activeRevision({ clients }: Context, arn: string): Promise<TaskDefinition | undefined> {
	try {
		const { taskDefinition } = await clients.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: arn }));
		return taskDefinition?.status === "ACTIVE" ? taskDefinition : undefined;
	} catch (error) {
		// ECS has no error of its own for it.
		if (error instanceof Error && error.message.includes("Unable to describe task definition")) return undefined;
		throw error;
	}
}

/** Its inputs with the ARN that AWS gave; the id is the family, as the AWS provider has it. */
const state = inputs.extend({ arn: z.string().optional() });

export const taskDefinition = defineType({
	inputs: state,
	replaceOn: [
		"family",
		"containerDefinitions",
		"cpu",
		"memory",
		"networkMode",
		"requiresCompatibilities",
		"executionRoleArn",
		"taskRoleArn",
		"pidMode",
		"ipcMode",
		"runtimePlatform",
		"ephemeralStorage",
		"volumes",
		"placementConstraints",
		"proxyConfiguration",
		"enableFaultInjection",
	],
	async create(inputs, { clients }) {
		const { taskDefinition = {} } = await clients.ecs.send(
			new RegisterTaskDefinitionCommand({
				family: inputs.family,
				containerDefinitions: inputs.containerDefinitions,
				cpu: inputs.cpu,
				memory: inputs.memory,
				networkMode: inputs.networkMode,
				requiresCompatibilities: inputs.requiresCompatibilities,
				executionRoleArn: inputs.executionRoleArn,
				taskRoleArn: inputs.taskRoleArn,
				pidMode: inputs.pidMode,
				ipcMode: inputs.ipcMode,
				runtimePlatform: inputs.runtimePlatform,
				ephemeralStorage: inputs.ephemeralStorage && { sizeInGiB: inputs.ephemeralStorage.sizeInGib },
				volumes: inputs.volumes?.map(({ name, hostPath }) => ({
					name,
					...(hostPath !== undefined && { host: { sourcePath: hostPath } }),
				})),
				placementConstraints: inputs.placementConstraints,
				tags: lowerTagList(inputs.tagsAll),
			}),
		);
		return { id: inputs.family, outputs: outputsOf(taskDefinition) };
	},
	read: async (id, { arn = id }, context) => {
		const found = await activeRevision(context, arn);
		return found && outputsOf(found);
	},
	async delete(id, { arn = id, skipDestroy }, context) {
		if (!skipDestroy && (await activeRevision(context, arn)))
			await context.clients.ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: arn }));
	},
	tagging: (id, { arn = id }, context) => ecsTagging(arn, undefined, context),
});
