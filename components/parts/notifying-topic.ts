/**
 * An encrypted topic on which one model's endpoint tells of its requests, and the function that is told. Not the alarms' topic:
 * here a role publishes, not AWS's services.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";
import type { BoundedFunction } from "./bounded-function.ts";

export interface NotifyingTopicArgs {
	/** Asynchronous: it keeps the calls that fail for good. */
	listener: BoundedFunction;
	tags: CostTags;
}

export class NotifyingTopic extends pulumi.ComponentResource {
	readonly topic: aws.sns.Topic;

	constructor(name: string, args: NotifyingTopicArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:data:NotifyingTopic", name, {}, opts);
		const child = { parent: this };
		const { listener, tags } = args;
		// Who may publish says its role: AWS's own key serves every principal of the account that SNS lets in.
		this.topic = new aws.sns.Topic(name, { kmsMasterKeyId: "alias/aws/sns", tags }, child);
		const permission = new aws.lambda.Permission(
			`${name}-permission`,
			{
				action: "lambda:InvokeFunction",
				function: listener.function.name,
				principal: "sns.amazonaws.com",
				sourceArn: this.topic.arn,
			},
			child,
		);
		new aws.sns.TopicSubscription(
			`${name}-subscription`,
			{
				topic: this.topic.arn,
				protocol: "lambda",
				endpoint: listener.function.arn,
				// What SNS could not even hand over lies beside what the function failed at.
				...(listener.failures ? { redrivePolicy: redriveTo(listener.failures) } : {}),
			},
			{ ...child, dependsOn: [permission] },
		);
		if (listener.failures) allowSending(`${name}-undelivered`, this.topic, listener.failures, child);
		this.registerOutputs({ topic: this.topic.arn });
	}
}

const redriveTo = ({ arn }: aws.sqs.Queue) => pulumi.jsonStringify({ deadLetterTargetArn: arn });

const allowSending = (name: string, topic: aws.sns.Topic, queue: aws.sqs.Queue, child: pulumi.CustomResourceOptions) =>
	new aws.sqs.QueuePolicy(
		name,
		{
			queueUrl: queue.url,
			policy: pulumi.jsonStringify({
				Version: "2012-10-17",
				Statement: [
					{
						Sid: "Undelivered",
						Effect: "Allow",
						Principal: { Service: "sns.amazonaws.com" },
						Action: "sqs:SendMessage",
						Resource: queue.arn,
						Condition: { ArnEquals: { "aws:SourceArn": topic.arn } },
					},
				],
			}),
		},
		child,
	);
