/** SNS topics, their policies and subscriptions. */
import {
	CreateTopicCommand,
	DeleteTopicCommand,
	GetSubscriptionAttributesCommand,
	GetTopicAttributesCommand,
	SetSubscriptionAttributesCommand,
	SetTopicAttributesCommand,
	SubscribeCommand,
	TagResourceCommand,
	UnsubscribeCommand,
	UntagResourceCommand,
} from "@aws-sdk/client-sns";
import { z } from "zod";
import { type Context, defineType, jsonText, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { present } from "../values.ts";
import { tagList } from "./tag-lists.ts";

const topicInputs = z.object({
	name: z.string(),
	displayName: z.string().optional(),
	policy: jsonText.optional(),
	deliveryPolicy: jsonText.optional(),
	kmsMasterKeyId: z.string().optional(),
	fifoTopic: z.boolean().optional(),
	contentBasedDeduplication: z.boolean().optional(),
	...tags,
});

/** What can be changed later. */
const topicAttributes = (inputs: z.output<typeof topicInputs>) =>
	present({
		DisplayName: inputs.displayName,
		Policy: inputs.policy,
		DeliveryPolicy: inputs.deliveryPolicy,
		KmsMasterKeyId: inputs.kmsMasterKeyId,
	});

const topic = defineType({
	inputs: topicInputs,
	replaceOn: ["name", "fifoTopic"],
	identity: ["name"],
	async create(inputs, context) {
		const { TopicArn: arn = "" } = await context.clients.sns.send(
			new CreateTopicCommand({
				Name: inputs.name,
				Attributes: {
					...topicAttributes(inputs),
					...(inputs.fifoTopic && {
						FifoTopic: "true",
						ContentBasedDeduplication: String(inputs.contentBasedDeduplication ?? false),
					}),
				},
				Tags: tagList(inputs.tagsAll),
			}),
		);
		return { id: arn, outputs: { arn, owner: context.accountId } };
	},
	read: async (id, _, { clients, accountId }) =>
		(await unlessGone(clients.sns.send(new GetTopicAttributesCommand({ TopicArn: id })))) && {
			arn: id,
			owner: accountId,
		},
	async update(id, news, olds, { clients, accountId }) {
		const then = topicAttributes(olds);
		for (const [AttributeName, AttributeValue] of Object.entries(topicAttributes(news)))
			if (then[AttributeName] !== AttributeValue)
				await clients.sns.send(new SetTopicAttributesCommand({ TopicArn: id, AttributeName, AttributeValue }));
		return { arn: id, owner: accountId };
	},
	delete: (id, _, { clients }) => clients.sns.send(new DeleteTopicCommand({ TopicArn: id })),
	tagging: (id, _, { clients }) => ({
		set: (all) => clients.sns.send(new TagResourceCommand({ ResourceArn: id, Tags: tagList(all) })),
		unset: (TagKeys) => clients.sns.send(new UntagResourceCommand({ ResourceArn: id, TagKeys })),
	}),
});

const setPolicy = ({ clients }: Context, TopicArn: string, AttributeValue: string) =>
	clients.sns.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: "Policy", AttributeValue }));

const topicPolicy = defineType({
	inputs: z.object({ arn: z.string(), policy: jsonText }),
	replaceOn: ["arn"],
	identity: ["arn"],
	async create({ arn, policy }, context) {
		await setPolicy(context, arn, policy);
		return { id: arn, outputs: { owner: context.accountId } };
	},
	read: async (id, _, { clients, accountId }) =>
		(await unlessGone(clients.sns.send(new GetTopicAttributesCommand({ TopicArn: id })))) && { owner: accountId },
	async update(id, { policy }, _, context) {
		await setPolicy(context, id, policy);
		return { owner: context.accountId };
	},
	// AWS puts its own default back; nobody but the owner, who may always.
	delete: (id, _, context) => setPolicy(context, id, '{"Version":"2012-10-17","Statement":[]}'),
});

const subscriptionInputs = z.object({
	topic: z.string(),
	protocol: z.string(),
	endpoint: z.string(),
	filterPolicy: jsonText.optional(),
	filterPolicyScope: z.string().optional(),
	rawMessageDelivery: z.boolean().optional(),
	redrivePolicy: jsonText.optional(),
});
const subscriptionAttributes = (inputs: z.output<typeof subscriptionInputs>) =>
	present({
		FilterPolicy: inputs.filterPolicy,
		FilterPolicyScope: inputs.filterPolicyScope,
		RawMessageDelivery: String(inputs.rawMessageDelivery ?? false),
		RedrivePolicy: inputs.redrivePolicy,
	});

const topicSubscription = defineType({
	inputs: subscriptionInputs,
	replaceOn: ["topic", "protocol", "endpoint"],
	async create(inputs, { clients, accountId }) {
		const { SubscriptionArn: arn = "" } = await clients.sns.send(
			new SubscribeCommand({
				TopicArn: inputs.topic,
				Protocol: inputs.protocol,
				Endpoint: inputs.endpoint,
				Attributes: subscriptionAttributes(inputs),
				ReturnSubscriptionArn: true,
			}),
		);
		// Nobody reads mail here, so it stays unconfirmed, as on AWS until somebody does.
		return { id: arn, outputs: { arn, ownerId: accountId, pendingConfirmation: inputs.protocol.startsWith("email") } };
	},
	read: async (id, { protocol }, { clients, accountId }) => {
		const call = new GetSubscriptionAttributesCommand({ SubscriptionArn: id });
		return (
			(await unlessGone(clients.sns.send(call))) && {
				arn: id,
				ownerId: accountId,
				pendingConfirmation: protocol.startsWith("email"),
			}
		);
	},
	async update(id, news, olds, { clients, accountId }) {
		const then = subscriptionAttributes(olds);
		for (const [AttributeName, AttributeValue] of Object.entries(subscriptionAttributes(news)))
			if (then[AttributeName] !== AttributeValue)
				await clients.sns.send(
					new SetSubscriptionAttributesCommand({ SubscriptionArn: id, AttributeName, AttributeValue }),
				);
		return { arn: id, ownerId: accountId, pendingConfirmation: news.protocol.startsWith("email") };
	},
	delete: (id, _, { clients }) => clients.sns.send(new UnsubscribeCommand({ SubscriptionArn: id })),
});

export const SNS_TYPES: Record<string, ResourceType> = {
	"aws:sns/topic:Topic": topic,
	"aws:sns/topicPolicy:TopicPolicy": topicPolicy,
	"aws:sns/topicSubscription:TopicSubscription": topicSubscription,
};
