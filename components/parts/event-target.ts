/**
 * A rule on AWS's own events in the account, what it hands them to, the role by which it may, and a queue for what it could not
 * hand over.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DEAD_LETTER_RETENTION_MAX_SECONDS } from "../../charter/limits.ts";
import type { CostTags } from "../../charter/tags.ts";
import { serviceRole } from "./service-role.ts";

const RETRIES_MAX = 10;
const EVENT_AGE_MAX_SECONDS = 24 * 60 * 60;

export interface EventTargetArgs {
	/** After "Hands on " and "What hands on ", as in "new data sets of the model tumour-risk". */
	what: string;
	pattern: pulumi.Input<object>;
	/** ARN of the target, and the action that hands over to it. */
	target: pulumi.Input<string>;
	action: string;
	/** @default the event as it is */
	transform?: { paths: Record<string, string>; template: string };
	tags: CostTags;
}

export class EventTarget extends pulumi.ComponentResource {
	/** Events that could not be handed over. */
	readonly deadLetters: aws.sqs.Queue;

	constructor(name: string, args: EventTargetArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:EventTarget", name, {}, opts);
		const child = { parent: this };
		const { what, pattern, target, action, transform, tags } = args;
		this.deadLetters = new aws.sqs.Queue(
			`${name}-dead-letters`,
			{ sqsManagedSseEnabled: true, messageRetentionSeconds: DEAD_LETTER_RETENTION_MAX_SECONDS, tags },
			child,
		);
		const rule = new aws.cloudwatch.EventRule(
			name,
			{ description: `Hands on ${what}`, eventPattern: pulumi.jsonStringify(pattern), tags },
			child,
		);
		new aws.sqs.QueuePolicy(
			`${name}-undelivered`,
			{
				queueUrl: this.deadLetters.url,
				policy: pulumi.jsonStringify({
					Version: "2012-10-17",
					Statement: [
						{
							Sid: "Undelivered",
							Effect: "Allow",
							Principal: { Service: "events.amazonaws.com" },
							Action: "sqs:SendMessage",
							Resource: this.deadLetters.arn,
							Condition: { ArnEquals: { "aws:SourceArn": rule.arn } },
						},
					],
				}),
			},
			child,
		);
		const { role, policy } = serviceRole(
			name,
			{
				service: "events.amazonaws.com",
				description: `What hands on ${what}`,
				grants: [{ actions: [action], resources: [target] }],
				tags,
			},
			child,
		);
		new aws.cloudwatch.EventTarget(
			name,
			{
				rule: rule.name,
				arn: target,
				roleArn: role.arn,
				...(transform ? { inputTransformer: { inputPaths: transform.paths, inputTemplate: transform.template } } : {}),
				retryPolicy: { maximumRetryAttempts: RETRIES_MAX, maximumEventAgeInSeconds: EVENT_AGE_MAX_SECONDS },
				deadLetterConfig: { arn: this.deadLetters.arn },
			},
			{ ...child, dependsOn: [policy] },
		);
		this.registerOutputs({ deadLetters: this.deadLetters.url });
	}
}
