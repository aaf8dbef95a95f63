/** Step Functions state machines. */
import {
	CreateStateMachineCommand,
	DeleteStateMachineCommand,
	DescribeStateMachineCommand,
	type DescribeStateMachineOutput,
	TagResourceCommand,
	UntagResourceCommand,
	UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { z } from "zod";
import { type Context, defineType, jsonText, type ResourceType, tags } from "../resource-type.ts";
import { lowerTagList } from "./tag-lists.ts";

const inputs = z.object({
	name: z.string(),
	definition: jsonText,
	roleArn: z.string(),
	type: z.enum(["STANDARD", "EXPRESS"]),
	publish: z.boolean().optional(),
	loggingConfiguration: z
		.object({
			level: z.enum(["ALL", "ERROR", "FATAL", "OFF"]).optional(),
			includeExecutionData: z.boolean().optional(),
			logDestination: z.string().optional(),
		})
		.optional(),
	tracingConfiguration: z.object({ enabled: z.boolean().optional() }).optional(),
	...tags,
});
type Inputs = z.output<typeof inputs>;

const settingsOf = ({ definition, roleArn, publish, loggingConfiguration, tracingConfiguration }: Inputs) => ({
	definition,
	roleArn,
	publish,
	loggingConfiguration: loggingConfiguration && {
		level: loggingConfiguration.level,
		includeExecutionData: loggingConfiguration.includeExecutionData,
		...(loggingConfiguration.logDestination !== undefined && {
			destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: loggingConfiguration.logDestination } }],
		}),
	},
	tracingConfiguration: tracingConfiguration && { enabled: tracingConfiguration.enabled ?? false },
});

async function machineOf({ clients }: Context, arn: string): Promise<DescribeStateMachineOutput | undefined> {
	try {
		return await clients.sfn.send(new DescribeStateMachineCommand({ stateMachineArn: arn }));
	} catch (error) {
		if (error instanceof Error && error.name === "StateMachineDoesNotExist") return undefined;
		throw error;
	}
}

const outputsOf = (found: DescribeStateMachineOutput) => ({
	arn: found.stateMachineArn,
	status: found.status,
	revisionId: found.revisionId,
	creationDate: found.creationDate?.toISOString(),
});

const stateMachine = defineType({
	inputs,
	replaceOn: ["name", "type"],
	identity: ["name"],
	changedByUpdate: ["revisionId", "stateMachineVersionArn"],
	async create(machine, context) {
		const { stateMachineArn = "", stateMachineVersionArn } = await context.clients.sfn.send(
			new CreateStateMachineCommand({
				...settingsOf(machine),
				name: machine.name,
				type: machine.type,
				tags: lowerTagList(machine.tagsAll),
			}),
		);
		const found = await machineOf(context, stateMachineArn);
		return { id: stateMachineArn, outputs: { ...(found && outputsOf(found)), stateMachineVersionArn } };
	},
	read: async (id, _, context) => {
		const found = await machineOf(context, id);
		return found && outputsOf(found);
	},
	async update(id, news, _, context) {
		const { stateMachineVersionArn } = await context.clients.sfn.send(
			new UpdateStateMachineCommand({ ...settingsOf(news), stateMachineArn: id }),
		);
		const found = await machineOf(context, id);
		return { ...(found && outputsOf(found)), stateMachineVersionArn };
	},
	delete: (id, _, { clients }) => clients.sfn.send(new DeleteStateMachineCommand({ stateMachineArn: id })),
	tagging: (resourceArn, _, { clients }) => ({
		set: (all) => clients.sfn.send(new TagResourceCommand({ resourceArn, tags: lowerTagList(all) ?? [] })),
		unset: (tagKeys) => clients.sfn.send(new UntagResourceCommand({ resourceArn, tagKeys })),
	}),
});

export const SFN_TYPES: Record<string, ResourceType> = { "aws:sfn/stateMachine:StateMachine": stateMachine };
