/**
 * A schedule that starts a workflow, the role by which it may, and a queue for the starts that failed.
 * What is to be done the workflow asks itself, so a start that came late or twice does no harm.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DEAD_LETTER_RETENTION_MAX_SECONDS } from "../../charter/limits.ts";
import type { CostTags } from "../../charter/tags.ts";
import { serviceRole } from "./service-role.ts";

const RETRIES_MAX = 10;
/** The shortest that the scheduler takes, and the longest it should try: a day, or what lies between two starts. */
const EVENT_AGE_MIN_SECONDS = 60;
const EVENT_AGE_MAX_SECONDS = 24 * 60 * 60;

export interface WorkflowScheduleArgs {
	workflow: aws.sfn.StateMachine;
	/** What it starts, as in "the windows of the model disease-progress". */
	what: string;
	/** In EventBridge Scheduler's words, as in "rate(1 day)". */
	expression: string;
	/** After which a start is of no use any more. @default a day */
	maxAgeSeconds?: number;
	tags: CostTags;
}

export class WorkflowSchedule extends pulumi.ComponentResource {
	/** Starts that could not be handed over. */
	readonly deadLetters: aws.sqs.Queue;

	/** @param name as in "disease-progress-schedule" */
	constructor(name: string, args: WorkflowScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:WorkflowSchedule", name, {}, opts);
		const child = { parent: this };
		const { workflow, what, maxAgeSeconds = EVENT_AGE_MAX_SECONDS, tags } = args;
		this.deadLetters = new aws.sqs.Queue(
			`${name}-dead-letters`,
			{ sqsManagedSseEnabled: true, messageRetentionSeconds: DEAD_LETTER_RETENTION_MAX_SECONDS, tags },
			child,
		);
		const { role, policy } = serviceRole(
			name,
			{
				service: "scheduler.amazonaws.com",
				description: `What starts ${what}`,
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
				description: `Starts ${what}`,
				scheduleExpression: args.expression,
				// Windows are cut in UTC, and so is all else.
				scheduleExpressionTimezone: "UTC",
				flexibleTimeWindow: { mode: "OFF" },
				target: {
					arn: workflow.arn,
					roleArn: role.arn,
					// Whatever is due.
					input: "{}",
					retryPolicy: {
						maximumRetryAttempts: RETRIES_MAX,
						maximumEventAgeInSeconds: Math.min(EVENT_AGE_MAX_SECONDS, Math.max(EVENT_AGE_MIN_SECONDS, maxAgeSeconds)),
					},
					deadLetterConfig: { arn: this.deadLetters.arn },
				},
			},
			{ ...child, dependsOn: [policy] },
		);
		this.registerOutputs({ deadLetters: this.deadLetters.url });
	}
}
