/**
 * A queue and beside it its dead-letter queue, which keeps what was set aside for longer than the queue ever does.
 * Who sends and who receives is decided where it is used.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DEAD_LETTER_RETENTION_MAX_SECONDS } from "../../charter/limits.ts";
import type { CostTags } from "../../charter/tags.ts";

export interface WorkQueueArgs {
	/** How long a message that was received and not deleted stays hidden. */
	visibilitySeconds: number;
	retentionSeconds: number;
	/** Receives after which SQS itself sets a message aside. */
	receivesMax: number;
	tags: CostTags;
}

export class WorkQueue extends pulumi.ComponentResource {
	readonly queue: aws.sqs.Queue;
	readonly deadLetters: aws.sqs.Queue;

	constructor(name: string, args: WorkQueueArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:WorkQueue", name, {}, opts);
		const child = { parent: this };
		const { tags } = args;
		this.deadLetters = new aws.sqs.Queue(
			`${name}-dead-letters`,
			{ sqsManagedSseEnabled: true, messageRetentionSeconds: DEAD_LETTER_RETENTION_MAX_SECONDS, tags },
			child,
		);
		this.queue = new aws.sqs.Queue(
			`${name}-queue`,
			{
				sqsManagedSseEnabled: true,
				visibilityTimeoutSeconds: args.visibilitySeconds,
				messageRetentionSeconds: args.retentionSeconds,
				// Consumers poll long, so that an empty queue costs next to nothing.
				receiveWaitTimeSeconds: 20,
				redrivePolicy: pulumi.jsonStringify({
					deadLetterTargetArn: this.deadLetters.arn,
					maxReceiveCount: args.receivesMax,
				}),
				tags,
			},
			child,
		);
		this.registerOutputs({ queue: this.queue.url, deadLetters: this.deadLetters.url });
	}
}
