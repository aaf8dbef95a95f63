/** Where a bucket sends its events, from Pulumi's words to S3's. */
import type { Event, NotificationConfiguration } from "@aws-sdk/client-s3";
import { z } from "zod";

const common = {
	id: z.string().optional(),
	events: z.array(z.string()),
	filterPrefix: z.string().optional(),
	filterSuffix: z.string().optional(),
};

export const notificationInputs = z.object({
	bucket: z.string(),
	eventbridge: z.boolean().optional(),
	lambdaFunctions: z.array(z.object({ ...common, lambdaFunctionArn: z.string() })).optional(),
	queues: z.array(z.object({ ...common, queueArn: z.string() })).optional(),
	topics: z.array(z.object({ ...common, topicArn: z.string() })).optional(),
});

interface Common {
	id?: string | undefined;
	events: string[];
	filterPrefix?: string | undefined;
	filterSuffix?: string | undefined;
}

const commonOf = ({ id, events, filterPrefix, filterSuffix }: Common) => {
	const FilterRules = [
		...(filterPrefix ? [{ Name: "prefix" as const, Value: filterPrefix }] : []),
		...(filterSuffix ? [{ Name: "suffix" as const, Value: filterSuffix }] : []),
	];
	return { Id: id, Events: events as Event[], ...(FilterRules.length > 0 && { Filter: { Key: { FilterRules } } }) };
};

export const toNotifications = (inputs: z.output<typeof notificationInputs>): NotificationConfiguration => ({
	LambdaFunctionConfigurations: inputs.lambdaFunctions?.map((each) => ({
		...commonOf(each),
		LambdaFunctionArn: each.lambdaFunctionArn,
	})),
	QueueConfigurations: inputs.queues?.map((each) => ({ ...commonOf(each), QueueArn: each.queueArn })),
	TopicConfigurations: inputs.topics?.map((each) => ({ ...commonOf(each), TopicArn: each.topicArn })),
	...(inputs.eventbridge && { EventBridgeConfiguration: {} }),
});
