/**
 * The schedule that runs the sweep, the role by which it may, and a place for what it could not hand over.
 * Not for jobs of models: those are started by workflows.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { SWEEP_SCHEDULE } from "../../charter/queued.ts";
import type { CostTags } from "../../charter/tags.ts";
import type { BoundedFunction } from "./bounded-function.ts";
import { serviceRole } from "./service-role.ts";

/** The least that the scheduler takes. The next sweep comes soon enough: an old one is of no use. */
const EVENT_AGE_MAX_SECONDS = 60;

export interface SweepScheduleArgs {
	/** Keeps its failed runs in its `failures`. */
	sweep: BoundedFunction;
	tags: CostTags;
}

export class SweepSchedule extends pulumi.ComponentResource {
	readonly schedule: aws.scheduler.Schedule;

	constructor(name: string, args: SweepScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:SweepSchedule", name, {}, opts);
		const child = { parent: this };
		const { sweep, tags } = args;
		const failures = sweep.failures ? [sweep.failures] : [];
		const { role, policy } = serviceRole(
			name,
			{
				service: "scheduler.amazonaws.com",
				description: `What runs the function ${sweep.name}`,
				grants: [
					{ actions: ["lambda:InvokeFunction"], resources: [sweep.function.arn] },
					...failures.map(({ arn }) => ({ actions: ["sqs:SendMessage"], resources: [arn] })),
				],
				tags,
			},
			child,
		);
		this.schedule = new aws.scheduler.Schedule(
			name,
			{
				description: "Looks after jobs that nobody works on",
				scheduleExpression: SWEEP_SCHEDULE,
				flexibleTimeWindow: { mode: "OFF" },
				target: {
					arn: sweep.function.arn,
					roleArn: role.arn,
					retryPolicy: { maximumRetryAttempts: 1, maximumEventAgeInSeconds: EVENT_AGE_MAX_SECONDS },
					...(sweep.failures ? { deadLetterConfig: { arn: sweep.failures.arn } } : {}),
				},
			},
			{ ...child, dependsOn: [policy] },
		);
		this.registerOutputs({ schedule: this.schedule.name });
	}
}
