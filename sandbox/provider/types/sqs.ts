/** SQS queues, and their policies where a resource of its own sets them. */
import {
	CreateQueueCommand,
	DeleteQueueCommand,
	GetQueueAttributesCommand,
	type QueueAttributeName,
	SetQueueAttributesCommand,
	TagQueueCommand,
	UntagQueueCommand,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import { type Context, defineType, jsonText, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { present } from "../values.ts";

const inputs = z.object({
	name: z.string(),
	visibilityTimeoutSeconds: z.number(),
	messageRetentionSeconds: z.number(),
	delaySeconds: z.number(),
	receiveWaitTimeSeconds: z.number(),
	maxMessageSize: z.number().optional(),
	fifoQueue: z.boolean().optional(),
	contentBasedDeduplication: z.boolean().optional(),
	policy: jsonText.optional(),
	redrivePolicy: jsonText.optional(),
	redriveAllowPolicy: jsonText.optional(),
	sqsManagedSseEnabled: z.boolean().optional(),
	kmsMasterKeyId: z.string().optional(),
	...tags,
});

/** What can be changed later; an absent value is left as it is. */
const attributesOf = (queue: z.output<typeof inputs>): Record<string, string> =>
	present({
		VisibilityTimeout: String(queue.visibilityTimeoutSeconds),
		MessageRetentionPeriod: String(queue.messageRetentionSeconds),
		DelaySeconds: String(queue.delaySeconds),
		ReceiveMessageWaitTimeSeconds: String(queue.receiveWaitTimeSeconds),
		MaximumMessageSize: queue.maxMessageSize?.toString(),
		Policy: queue.policy,
		RedrivePolicy: queue.redrivePolicy,
		RedriveAllowPolicy: queue.redriveAllowPolicy,
		SqsManagedSseEnabled: queue.sqsManagedSseEnabled?.toString(),
		KmsMasterKeyId: queue.kmsMasterKeyId,
	});

const queueOutputs = (url: string, { name }: { name: string }, { region, accountId }: Context) => ({
	arn: `arn:aws:sqs:${region}:${accountId}:${name}`,
	url,
});

const queue = defineType({
	inputs,
	replaceOn: ["name", "fifoQueue"],
	identity: ["name"],
	async create(queue, context) {
		const { QueueUrl: url = "" } = await context.clients.sqs.send(
			new CreateQueueCommand({
				QueueName: queue.name,
				Attributes: {
					...attributesOf(queue),
					...(queue.fifoQueue && {
						FifoQueue: "true",
						ContentBasedDeduplication: String(queue.contentBasedDeduplication ?? false),
					}),
				},
				tags: queue.tagsAll,
			}),
		);
		return { id: url, outputs: queueOutputs(url, queue, context) };
	},
	read: async (id, queue, context) => {
		const call = new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: ["QueueArn"] });
		return (await unlessGone(context.clients.sqs.send(call))) && queueOutputs(id, queue, context);
	},
	async update(id, news, _, context) {
		await context.clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl: id, Attributes: attributesOf(news) }));
		return queueOutputs(id, news, context);
	},
	delete: (id, _, { clients }) => clients.sqs.send(new DeleteQueueCommand({ QueueUrl: id })),
	tagging: (id, _, { clients }) => ({
		set: (all) => clients.sqs.send(new TagQueueCommand({ QueueUrl: id, Tags: all })),
		unset: (TagKeys) => clients.sqs.send(new UntagQueueCommand({ QueueUrl: id, TagKeys })),
	}),
});

/** A resource type that is one attribute of a queue. */
const queueAttribute = (property: string, attribute: QueueAttributeName): ResourceType => {
	const set = ({ clients }: Context, QueueUrl: string, value: string) =>
		clients.sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { [attribute]: value } }));
	const schema = z
		.looseObject({ queueUrl: z.string() })
		.transform((all) => ({ queueUrl: all.queueUrl, value: jsonText.parse(all[property]) }));
	return defineType({
		inputs: schema,
		replaceOn: ["queueUrl"],
		identity: ["queueUrl"],
		async create({ queueUrl, value }, context) {
			await set(context, queueUrl, value);
			return { id: queueUrl, outputs: {} };
		},
		read: async (id, _, { clients }) => {
			const call = new GetQueueAttributesCommand({ QueueUrl: id, AttributeNames: [attribute] });
			return (await unlessGone(clients.sqs.send(call)))?.Attributes?.[attribute] ? {} : undefined;
		},
		async update(id, { value }, _, context) {
			await set(context, id, value);
			return {};
		},
		delete: (id, _, context) => set(context, id, ""),
	});
};

export const SQS_TYPES: Record<string, ResourceType> = {
	"aws:sqs/queue:Queue": queue,
	"aws:sqs/queuePolicy:QueuePolicy": queueAttribute("policy", "Policy"),
	"aws:sqs/redrivePolicy:RedrivePolicy": queueAttribute("redrivePolicy", "RedrivePolicy"),
};
