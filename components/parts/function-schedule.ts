/**
 * A schedule that runs a function of the platform's own, the role by which it may, and a place for what it could not hand over.
 * Not for jobs of models: those are started by workflows.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { serviceRole } from "./service-role.ts";

/** The least that the scheduler takes. The next run comes soon enough: an old one is of no use. */
const EVENT_AGE_MAX_SECONDS = 60;

export interface FunctionScheduleArgs {
	/** Keeps its failed runs in its `failures`. */
	runs: BoundedFunction;
	description: string;
	/** In EventBridge Scheduler's words, as in "rate(1 minute)". */
	expression: string;
	/** What the function is asked. @default the scheduler's own event */
	input?: object;
	tags: CostTags;
}

export class FunctionSchedule extends pulumi.ComponentResource {
	readonly schedule: aws.scheduler.Schedule;

	constructor(name: string, args: FunctionScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:FunctionSchedule", name, {}, opts);
		const child = { parent: this };
		const { runs, input, tags } = args;
		const failures = runs.failures ? [runs.failures] : [];
		const { role, policy } = serviceRole(
			name,
			{
				service: "scheduler.amazonaws.com",
				description: `What runs the function ${runs.name}`,
				grants: [
					{ actions: ["lambda:InvokeFunction"], resources: [runs.function.arn] },
					...failures.map(({ arn }) => ({ actions: ["sqs:SendMessage"], resources: [arn] })),
				],
				tags,
			},
			child,
		);
		this.schedule = new aws.scheduler.Schedule(
			name,
			{
				description: args.description,
				scheduleExpression: args.expression,
				flexibleTimeWindow: { mode: "OFF" },
				target: {
					arn: runs.function.arn,
					roleArn: role.arn,
					...(input ? { input: JSON.stringify(input) } : {}),
					retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: EVENT_AGE_MAX_SECONDS },
					...(runs.failures ? { deadLetterConfig: { arn: runs.failures.arn } } : {}),
				},
			},
			{ ...child, dependsOn: [policy] },
		);
		this.registerOutputs({ schedule: this.schedule.name });
	}
}
