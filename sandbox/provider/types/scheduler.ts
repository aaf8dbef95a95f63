/** Schedules of EventBridge Scheduler and their groups; targets that the embedded AWS can call. */
import {
	CreateScheduleCommand,
	CreateScheduleGroupCommand,
	DeleteScheduleCommand,
	DeleteScheduleGroupCommand,
	GetScheduleCommand,
	GetScheduleGroupCommand,
	TagResourceCommand,
	UntagResourceCommand,
	UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { tagList } from "./tag-lists.ts";

const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const scheduleInputs = z.object({
	name: z.string(),
	groupName: z.string(),
	description: z.string().optional(),
	scheduleExpression: z.string(),
	scheduleExpressionTimezone: z.string(),
	state: z.enum(["ENABLED", "DISABLED"]),
	startDate: time.optional(),
	endDate: time.optional(),
	kmsKeyArn: z.string().optional(),
	actionAfterCompletion: z.enum(["NONE", "DELETE"]).optional(),
	flexibleTimeWindow: z.object({
		mode: z.enum(["OFF", "FLEXIBLE"]),
		maximumWindowInMinutes: z.number().optional(),
	}),
	target: z.object({
		arn: z.string(),
		roleArn: z.string(),
		input: z.string().optional(),
		deadLetterConfig: z.object({ arn: z.string() }).optional(),
		retryPolicy: z
			.object({ maximumEventAgeInSeconds: z.number().optional(), maximumRetryAttempts: z.number().optional() })
			.optional(),
		sqsParameters: z.object({ messageGroupId: z.string().optional() }).optional(),
	}),
});
type Schedule = z.output<typeof scheduleInputs>;

const callOf = (schedule: Schedule) => ({
	Name: schedule.name,
	GroupName: schedule.groupName,
	Description: schedule.description,
	ScheduleExpression: schedule.scheduleExpression,
	ScheduleExpressionTimezone: schedule.scheduleExpressionTimezone,
	State: schedule.state,
	StartDate: schedule.startDate,
	EndDate: schedule.endDate,
	KmsKeyArn: schedule.kmsKeyArn,
	ActionAfterCompletion: schedule.actionAfterCompletion,
	FlexibleTimeWindow: {
		Mode: schedule.flexibleTimeWindow.mode,
		MaximumWindowInMinutes: schedule.flexibleTimeWindow.maximumWindowInMinutes,
	},
	Target: {
		Arn: schedule.target.arn,
		RoleArn: schedule.target.roleArn,
		Input: schedule.target.input,
		DeadLetterConfig: schedule.target.deadLetterConfig && { Arn: schedule.target.deadLetterConfig.arn },
		RetryPolicy: schedule.target.retryPolicy && {
			MaximumEventAgeInSeconds: schedule.target.retryPolicy.maximumEventAgeInSeconds,
			MaximumRetryAttempts: schedule.target.retryPolicy.maximumRetryAttempts,
		},
		SqsParameters: schedule.target.sqsParameters && { MessageGroupId: schedule.target.sqsParameters.messageGroupId },
	},
});

const placeOf = ({ name, groupName }: Schedule) => ({ Name: name, GroupName: groupName });

const schedule = defineType({
	inputs: scheduleInputs,
	replaceOn: ["name", "groupName"],
	identity: ["name", "groupName"],
	async create(schedule, { clients }) {
		const { ScheduleArn } = await clients.scheduler.send(new CreateScheduleCommand(callOf(schedule)));
		return { id: `${schedule.groupName}/${schedule.name}`, outputs: { arn: ScheduleArn } };
	},
	read: async (_, schedule, { clients }) => {
		const found = await unlessGone(clients.scheduler.send(new GetScheduleCommand(placeOf(schedule))));
		return found && { arn: found.Arn, state: found.State };
	},
	async update(_, news, __, { clients }) {
		const { ScheduleArn } = await clients.scheduler.send(new UpdateScheduleCommand(callOf(news)));
		return { arn: ScheduleArn };
	},
	delete: (_, schedule, { clients }) => clients.scheduler.send(new DeleteScheduleCommand(placeOf(schedule))),
});

const groupArn = ({ region, accountId }: Context, name: string) =>
	`arn:aws:scheduler:${region}:${accountId}:schedule-group/${name}`;

const scheduleGroup = defineType({
	inputs: z.object({ name: z.string(), ...tags }),
	replaceOn: ["name"],
	identity: ["name"],
	async create({ name, tagsAll }, { clients }) {
		const { ScheduleGroupArn } = await clients.scheduler.send(
			new CreateScheduleGroupCommand({ Name: name, Tags: tagList(tagsAll) }),
		);
		return { id: name, outputs: { arn: ScheduleGroupArn, state: "ACTIVE" } };
	},
	read: async (id, _, { clients }) => {
		const found = await unlessGone(clients.scheduler.send(new GetScheduleGroupCommand({ Name: id })));
		return found && { arn: found.Arn, state: found.State };
	},
	delete: (id, _, { clients }) => clients.scheduler.send(new DeleteScheduleGroupCommand({ Name: id })),
	tagging: (id, _, context) => {
		const ResourceArn = groupArn(context, id);
		return {
			set: (all) => context.clients.scheduler.send(new TagResourceCommand({ ResourceArn, Tags: tagList(all) })),
			unset: (TagKeys) => context.clients.scheduler.send(new UntagResourceCommand({ ResourceArn, TagKeys })),
		};
	},
});

export const SCHEDULER_TYPES: Record<string, ResourceType> = {
	"aws:scheduler/schedule:Schedule": schedule,
	"aws:scheduler/scheduleGroup:ScheduleGroup": scheduleGroup,
};
