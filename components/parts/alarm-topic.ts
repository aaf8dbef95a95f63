/**
 * Where alarms and budgets tell people: an encrypted topic that CloudWatch and Budgets can really publish to.
 * Not an alarm: those are made beside what they watch.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

/** AWS services that publish to the topic. */
const PUBLISHERS = ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"];
const KEY_DELETION_WINDOW_DAYS = 7;

export interface AlarmTopicArgs {
	/** Subscribed to the topic; it has to confirm. @default nobody is subscribed */
	email?: string;
	tags: CostTags;
}

export class AlarmTopic extends pulumi.ComponentResource {
	readonly topic: aws.sns.Topic;

	constructor(name: string, args: AlarmTopicArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:observability:AlarmTopic", name, {}, opts);
		const child = { parent: this };
		const { tags } = args;
		const { accountId } = aws.getCallerIdentityOutput({}, child);
		const partition = aws.getPartitionOutput({}, child).partition;
		const fromThisAccount = { StringEquals: { "aws:SourceAccount": accountId } };

		// A key of our own: the policy of AWS's alias/aws/sns lets no alarm publish, and alarms would be lost in silence.
		const key = new aws.kms.Key(
			`${name}-key`,
			{
				description: "Encrypts the notifications of alarms and budgets",
				enableKeyRotation: true,
				deletionWindowInDays: KEY_DELETION_WINDOW_DAYS,
				policy: pulumi.jsonStringify({
					Version: "2012-10-17",
					Statement: [
						{
							Sid: "Account",
							Effect: "Allow",
							Principal: { AWS: pulumi.interpolate`arn:${partition}:iam::${accountId}:root` },
							Action: "kms:*",
							Resource: "*",
						},
						{
							Sid: "Publishers",
							Effect: "Allow",
							Principal: { Service: PUBLISHERS },
							Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
							Resource: "*",
							Condition: fromThisAccount,
						},
					],
				}),
				tags,
			},
			child,
		);
		this.topic = new aws.sns.Topic(`${name}-topic`, { kmsMasterKeyId: key.id, tags }, child);
		new aws.sns.TopicPolicy(
			`${name}-publishers`,
			{
				arn: this.topic.arn,
				policy: pulumi.jsonStringify({
					Version: "2012-10-17",
					Statement: [
						{
							Sid: "Publishers",
							Effect: "Allow",
							Principal: { Service: PUBLISHERS },
							Action: "sns:Publish",
							Resource: this.topic.arn,
							Condition: fromThisAccount,
						},
					],
				}),
			},
			child,
		);
		if (args.email)
			new aws.sns.TopicSubscription(
				`${name}-email`,
				{ topic: this.topic.arn, protocol: "email", endpoint: args.email },
				child,
			);
		this.registerOutputs({ topic: this.topic.arn });
	}
}
