/** EventBridge: buses, rules and their targets. What the embedded AWS does with a rule's events is its own. */
import {
	CreateEventBusCommand,
	DeleteEventBusCommand,
	DeleteRuleCommand,
	DescribeEventBusCommand,
	DescribeRuleCommand,
	type EventBridgeClient,
	ListTargetsByRuleCommand,
	PutRuleCommand,
	PutTargetsCommand,
	RemoveTargetsCommand,
	TagResourceCommand,
	type Target,
	UntagResourceCommand,
} from "@aws-sdk/client-eventbridge";
import { z } from "zod";
import { type Context, defineType, jsonText, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { tagList } from "./tag-lists.ts";

const DEFAULT_BUS = "default";
/** A rule of another bus is named after it. */
const ruleId = (bus: string, name: string): string => (bus === DEFAULT_BUS ? name : `${bus}/${name}`);

const eventTagging = (ResourceARN: string, { clients }: Context) => ({
	set: (all: Record<string, string>) =>
		clients.events.send(new TagResourceCommand({ ResourceARN, Tags: tagList(all) ?? [] })),
	unset: (TagKeys: string[]) => clients.events.send(new UntagResourceCommand({ ResourceARN, TagKeys })),
});
const arnOf = ({ region, accountId }: Context, rest: string): string => `arn:aws:events:${region}:${accountId}:${rest}`;

const eventBus = defineType({
	inputs: z.object({ name: z.string(), ...tags }),
	replaceOn: ["name"],
	identity: ["name"],
	async create({ name, tagsAll }, { clients }) {
		const { EventBusArn: arn } = await clients.events.send(
			new CreateEventBusCommand({ Name: name, Tags: tagList(tagsAll) }),
		);
		return { id: name, outputs: { arn } };
	},
	read: async (id, _, { clients }) => {
		const found = await unlessGone(clients.events.send(new DescribeEventBusCommand({ Name: id })));
		return found && { arn: found.Arn };
	},
	delete: (id, _, { clients }) => clients.events.send(new DeleteEventBusCommand({ Name: id })),
	tagging: (id, _, context) => eventTagging(arnOf(context, `event-bus/${id}`), context),
});

const ruleInputs = z.object({
	name: z.string(),
	eventBusName: z.string(),
	description: z.string().optional(),
	eventPattern: jsonText.optional(),
	scheduleExpression: z.string().optional(),
	state: z.enum(["ENABLED", "DISABLED"]).optional(),
	roleArn: z.string().optional(),
	...tags,
});
const putRule = (client: EventBridgeClient, rule: z.output<typeof ruleInputs>, isNew: boolean) =>
	client.send(
		new PutRuleCommand({
			Name: rule.name,
			EventBusName: rule.eventBusName,
			Description: rule.description,
			EventPattern: rule.eventPattern,
			ScheduleExpression: rule.scheduleExpression,
			State: rule.state ?? "ENABLED",
			RoleArn: rule.roleArn,
			// EventBridge takes tags with a new rule only.
			...(isNew && { Tags: tagList(rule.tagsAll) }),
		}),
	);

const eventRule = defineType({
	inputs: ruleInputs,
	replaceOn: ["name", "eventBusName"],
	identity: ["name", "eventBusName"],
	async create(rule, { clients }) {
		const { RuleArn: arn } = await putRule(clients.events, rule, true);
		return { id: ruleId(rule.eventBusName, rule.name), outputs: { arn } };
	},
	read: async (_, { name, eventBusName }, { clients }) => {
		const call = new DescribeRuleCommand({ Name: name, EventBusName: eventBusName });
		const found = await unlessGone(clients.events.send(call));
		return found && { arn: found.Arn };
	},
	async update(_, news, __, { clients }) {
		const { RuleArn: arn } = await putRule(clients.events, news, false);
		return { arn };
	},
	delete: (_, { name, eventBusName }, { clients }) =>
		clients.events.send(new DeleteRuleCommand({ Name: name, EventBusName: eventBusName })),
	tagging: (_, { eventBusName, name }, context) =>
		eventTagging(arnOf(context, `rule/${ruleId(eventBusName, name)}`), context),
});

const targetInputs = z.object({
	rule: z.string(),
	eventBusName: z.string(),
	targetId: z.string().optional(),
	arn: z.string(),
	roleArn: z.string().optional(),
	input: z.string().optional(),
	inputPath: z.string().optional(),
	inputTransformer: z
		.object({ inputPaths: z.record(z.string(), z.string()).optional(), inputTemplate: z.string() })
		.optional(),
	deadLetterConfig: z.object({ arn: z.string().optional() }).optional(),
	retryPolicy: z
		.object({ maximumEventAgeInSeconds: z.number().optional(), maximumRetryAttempts: z.number().optional() })
		.optional(),
});
type TargetInputs = z.output<typeof targetInputs>;

const targetOf = (target: TargetInputs, Id: string): Target => ({
	Id,
	Arn: target.arn,
	RoleArn: target.roleArn,
	Input: target.input,
	InputPath: target.inputPath,
	InputTransformer: target.inputTransformer && {
		InputPathsMap: target.inputTransformer.inputPaths,
		InputTemplate: target.inputTransformer.inputTemplate,
	},
	DeadLetterConfig: target.deadLetterConfig?.arn === undefined ? undefined : { Arn: target.deadLetterConfig.arn },
	RetryPolicy: target.retryPolicy && {
		MaximumEventAgeInSeconds: target.retryPolicy.maximumEventAgeInSeconds,
		MaximumRetryAttempts: target.retryPolicy.maximumRetryAttempts,
	},
});

/** The provider names a target itself where the program does not; one of a rule has one name. */
const targetIdOf = ({ targetId, rule }: TargetInputs): string => targetId ?? `${rule}-target`.slice(-64);

async function putTarget({ clients }: Context, inputs: TargetInputs): Promise<void> {
	const { FailedEntryCount = 0, FailedEntries = [] } = await clients.events.send(
		new PutTargetsCommand({
			Rule: inputs.rule,
			EventBusName: inputs.eventBusName,
			Targets: [targetOf(inputs, targetIdOf(inputs))],
		}),
	);
	// PutTargets answers 200 where it took nothing.
	if (FailedEntryCount > 0)
		throw new TypeError(
			`The target of the rule "${inputs.rule}" was not taken: ${FailedEntries[0]?.ErrorCode} ${FailedEntries[0]?.ErrorMessage}`,
		);
}

const eventTarget = defineType({
	inputs: targetInputs,
	replaceOn: ["rule", "eventBusName", "targetId"],
	identity: ["rule", "eventBusName", "targetId"],
	async create(inputs, context) {
		await putTarget(context, inputs);
		const targetId = targetIdOf(inputs);
		return { id: `${inputs.rule}-${targetId}`, outputs: { targetId } };
	},
	read: async (_, inputs, { clients }) => {
		const call = new ListTargetsByRuleCommand({ Rule: inputs.rule, EventBusName: inputs.eventBusName });
		const found = await unlessGone(clients.events.send(call));
		const targetId = targetIdOf(inputs);
		return found?.Targets?.some(({ Id }) => Id === targetId) ? { targetId } : undefined;
	},
	async update(_, news, __, context) {
		await putTarget(context, news);
		return { targetId: targetIdOf(news) };
	},
	delete: (_, inputs, { clients }) =>
		clients.events.send(
			new RemoveTargetsCommand({
				Rule: inputs.rule,
				EventBusName: inputs.eventBusName,
				Ids: [targetIdOf(inputs)],
			}),
		),
});

export const EVENTS_TYPES: Record<string, ResourceType> = {
	"aws:cloudwatch/eventBus:EventBus": eventBus,
	"aws:cloudwatch/eventRule:EventRule": eventRule,
	"aws:cloudwatch/eventTarget:EventTarget": eventTarget,
};
