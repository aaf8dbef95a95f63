/**
 * The schedule that starts a batch model's workflow, the role by which it may, and a queue for the starts that failed.
 * Which window is due the workflow asks itself, so a start that came late or twice does no harm.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { BatchModel } from "../../charter/batch.ts";
import { DEAD_LETTER_RETENTION_MAX_SECONDS } from "../../charter/limits.ts";
import type { CostTags } from "../../charter/tags.ts";
import { serviceRole } from "./service-role.ts";

const RETRIES_MAX = 10;
/** The shortest that the scheduler takes, and the longest it should try: a day, or what lies between two windows. */
const EVENT_AGE_MIN_SECONDS = 60;
const EVENT_AGE_MAX_SECONDS = 24 * 60 * 60;

export interface BatchScheduleArgs {
	model: BatchModel;
	workflow: aws.sfn.StateMachine;
	tags: CostTags;
}

export class BatchSchedule extends pulumi.ComponentResource {
	/** Starts that could not be handed over. */
	readonly deadLetters: aws.sqs.Queue;

	/** @param name as in "disease-progress-schedule" */
	constructor(name: string, args: BatchScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:BatchSchedule", name, {}, opts);
		const child = { parent: this };
		const { model, workflow, tags } = args;
		this.deadLetters = new aws.sqs.Queue(
			`${name}-dead-letters`,
			{ sqsManagedSseEnabled: true, messageRetentionSeconds: DEAD_LETTER_RETENTION_MAX_SECONDS, tags },
			child,
		);
		const { role, policy } = serviceRole(
			name,
			{
				service: "scheduler.amazonaws.com",
				description: `What starts the windows of the model ${model.name}`,
				grants: [
					{ actions: ["states:StartExecution"], resources: [workflow.arn] },
					{ actions: ["sqs:SendMessage"], resources: [this.deadLetters.arn] },
				],
				tags,
			},
			child,
		);
		new aws.scheduler.Schedule(
			name,
			{
				description: `Starts the windows of the model ${model.name}`,
				scheduleExpression: model.schedule,
				// Windows are cut in UTC.
				scheduleExpressionTimezone: "UTC",
				flexibleTimeWindow: { mode: "OFF" },
				target: {
					arn: workflow.arn,
					roleArn: role.arn,
					// The window that is due.
					input: "{}",
					retryPolicy: {
						maximumRetryAttempts: RETRIES_MAX,
						maximumEventAgeInSeconds: Math.min(
							EVENT_AGE_MAX_SECONDS,
							Math.max(EVENT_AGE_MIN_SECONDS, model.windowSeconds),
						),
					},
					deadLetterConfig: { arn: this.deadLetters.arn },
				},
			},
			{ ...child, dependsOn: [policy] },
		);
		this.registerOutputs({ deadLetters: this.deadLetters.url });
	}
}
