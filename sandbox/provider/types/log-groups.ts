/** CloudWatch log groups. */
import {
	CreateLogGroupCommand,
	DeleteLogGroupCommand,
	DeleteRetentionPolicyCommand,
	DescribeLogGroupsCommand,
	PutRetentionPolicyCommand,
	TagResourceCommand,
	UntagResourceCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { z } from "zod";
import { type Context, defineType, tags } from "../resource-type.ts";

const groupArn = ({ region, accountId }: Context, name: string): string =>
	`arn:aws:logs:${region}:${accountId}:log-group:${name}`;

/** 0 days is for ever. */
async function setRetention({ clients }: Context, logGroupName: string, retentionInDays: number): Promise<void> {
	if (retentionInDays === 0) await clients.logs.send(new DeleteRetentionPolicyCommand({ logGroupName }));
	else await clients.logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
}

export const logGroup = defineType({
	inputs: z.object({
		name: z.string(),
		retentionInDays: z.number().default(0),
		kmsKeyId: z.string().optional(),
		logGroupClass: z.enum(["STANDARD", "INFREQUENT_ACCESS", "DELIVERY"]).optional(),
		skipDestroy: z.boolean().optional(),
		...tags,
	}),
	replaceOn: ["name", "logGroupClass"],
	identity: ["name"],
	async create({ name, retentionInDays, kmsKeyId, logGroupClass, tagsAll }, context) {
		await context.clients.logs.send(
			new CreateLogGroupCommand({ logGroupName: name, kmsKeyId, logGroupClass, tags: tagsAll }),
		);
		if (retentionInDays !== 0) await setRetention(context, name, retentionInDays);
		return { id: name, outputs: { arn: groupArn(context, name) } };
	},
	read: async (id, _, context) => {
		const { logGroups = [] } = await context.clients.logs.send(
			new DescribeLogGroupsCommand({ logGroupNamePrefix: id }),
		);
		return logGroups.some(({ logGroupName }) => logGroupName === id) ? { arn: groupArn(context, id) } : undefined;
	},
	async update(id, news, olds, context) {
		if (news.retentionInDays !== olds.retentionInDays) await setRetention(context, id, news.retentionInDays);
		return { arn: groupArn(context, id) };
	},
	async delete(id, { skipDestroy }, { clients }) {
		if (!skipDestroy) await clients.logs.send(new DeleteLogGroupCommand({ logGroupName: id }));
	},
	tagging: (id, _, context) => {
		const resourceArn = groupArn(context, id);
		return {
			set: (all) => context.clients.logs.send(new TagResourceCommand({ resourceArn, tags: all })),
			unset: (tagKeys) => context.clients.logs.send(new UntagResourceCommand({ resourceArn, tagKeys })),
		};
	},
});
