/**
 * What watches training and rollouts: the functions, the watch's own failures, the shadow's queue, each model's pipeline; and
 * what tells on the platform's bus that an SLO burns. Not the models' traffic, which their own alarms are on.
 */
import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SHADOW_AGE_MAX_SECONDS } from "../../charter/delivery.ts";
import type { Settings } from "../../charter/settings.ts";
import type { Delivery } from "../delivery.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { burnAlarmNames } from "./burn-rate.ts";
import { modelTags, sharedTags } from "./cost-tags.ts";
import { EventTarget } from "./event-target.ts";
import { FunctionAlarms } from "./function-alarms.ts";
import { QueueAlarms } from "./queue-alarms.ts";
import type { Shadow } from "./shadow.ts";
import { workflowAlarm } from "./workflow-alarm.ts";

export interface DeliveryWatchArgs {
	settings: Settings;
	delivery: Pick<Delivery, "functions" | "pipelines">;
	/** Undefined where every model is a batch one. */
	shadow: Shadow | undefined;
	events: aws.cloudwatch.EventBus;
	topic: aws.sns.Topic;
}

export class DeliveryWatch extends pulumi.ComponentResource {
	/** Functions that write logs of training and rollouts. */
	readonly logWriters: readonly BoundedFunction[];

	constructor(name: string, args: DeliveryWatchArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:DeliveryWatch", name, {}, opts);
		const child = { parent: this };
		const { settings, delivery, shadow, events, topic } = args;
		const shared = { topic, tags: sharedTags(settings) };
		this.logWriters = [...delivery.functions.all, ...(shadow ? [shadow.compare] : [])];
		for (const fn of this.logWriters) new FunctionAlarms(fn.name, { ...shared, function: fn.function }, child);
		const failures = delivery.functions.rollout.failures;
		if (failures)
			new QueueAlarms(
				"rollout",
				{
					...shared,
					deadLetters: failures,
					remedy: "Rollouts that nobody works on were not looked after: read the function's log group.",
				},
				child,
			);
		if (shadow)
			new QueueAlarms(
				"shadow",
				{
					...shared,
					waiting: { queue: shadow.work.queue, maxSeconds: SHADOW_AGE_MAX_SECONDS },
					deadLetters: shadow.work.deadLetters,
					remedy: "Read the function's log group; the messages are compared too late, and can be purged.",
				},
				child,
			);
		for (const pipeline of delivery.pipelines) this.watch(pipeline, args);
		const burning = settings.models.filter(({ serve }) => serve !== "batch").flatMap(burnAlarmNames);
		if (burning.length > 0) this.tellBurning(burning, events, settings, topic);
		this.registerOutputs({});
	}

	private watch({ model, workflow, notStarted }: Delivery["pipelines"][number], args: DeliveryWatchArgs): void {
		const child = { parent: this };
		const own = { topic: args.topic, tags: modelTags(args.settings, model) };
		workflowAlarm(
			`${model.name}-pipeline-failed`,
			{
				...own,
				workflow,
				alarmDescription: `The pipeline of ${model.name} failed; a rollout that was begun is rolled back. Read the execution's cause, correct it, and start it again.`,
				label: "Executions that failed",
			},
			child,
		);
		notStarted.forEach((deadLetters, i) => {
			new QueueAlarms(
				`${model.name}-training-${i}`,
				{ ...own, deadLetters, remedy: "A training could not be started: read the message, and start it by hand." },
				child,
			);
		});
	}

	/** Alarms tell of themselves on the account's own bus; whoever hooks on the platform's hears of those that people heed. */
	private tellBurning(
		alarmName: readonly string[],
		events: aws.cloudwatch.EventBus,
		settings: Settings,
		topic: aws.sns.Topic,
	): void {
		const child = { parent: this };
		const tags = sharedTags(settings);
		const { deadLetters } = new EventTarget(
			"slo-burning",
			{
				what: "burn-rate alarms to the platform's own bus",
				pattern: {
					source: ["aws.cloudwatch"],
					"detail-type": ["CloudWatch Alarm State Change"],
					detail: { alarmName, state: { value: ["ALARM"] } },
				},
				target: events.arn,
				action: "events:PutEvents",
				tags,
			},
			child,
		);
		new QueueAlarms(
			"slo-burning",
			{
				topic,
				tags,
				deadLetters,
				remedy: "An alarm was not told on the platform's bus: look whether the bus is there.",
			},
			child,
		);
	}
}
