import * as aws from "@pulumi/aws";
import { expect } from "chai";
import { QueueAlarms } from "../../../components/parts/queue-alarms.ts";
import { TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
const deployed = (maxSeconds?: number) =>
	underMocks(() => {
		const [queue, deadLetters] = [new aws.sqs.Queue("jobs", {}), new aws.sqs.Queue("dead", {})];
		new QueueAlarms("digit-reader-a", {
			...(maxSeconds === undefined ? {} : { waiting: { queue, maxSeconds } }),
			deadLetters,
			remedy: "Read the reason.",
			topic: new aws.sns.Topic("topic", {}),
			tags: TAGS,
		});
	});
const common = {
	namespace: "AWS/SQS",
	statistic: "Maximum",
	period: 60,
	comparisonOperator: "GreaterThanThreshold",
	treatMissingData: "notBreaching",
	alarmActions: ["arn:topic"],
	okActions: ["arn:topic"],
	tags: TAGS,
};

describe("components/parts/queue-alarms", () => {
	it("tells when the oldest message has waited longer than is promised, for longer than a moment", async () => {
		const { find } = await deployed(30);
		expect(find(ALARM, "digit-reader-a-queue-age").inputs).to.deep.equal({
			...common,
			alarmDescription:
				"The oldest message in the queue digit-reader-a is older than 30 s. Look whether its consumers run, and whether there is capacity for more.",
			metricName: "ApproximateAgeOfOldestMessage",
			dimensions: { QueueName: "jobs" },
			evaluationPeriods: 5,
			datapointsToAlarm: 3,
			threshold: 30,
		});
	});

	it("tells of the first dead letter, and what to do about it", async () => {
		const { find } = await deployed(30);
		expect(find(ALARM, "digit-reader-a-dead-letters").inputs).to.deep.equal({
			...common,
			alarmDescription: "Something of digit-reader-a failed for good and was set aside. Read the reason.",
			metricName: "ApproximateNumberOfMessagesVisible",
			dimensions: { QueueName: "dead" },
			evaluationPeriods: 1,
			threshold: 0,
		});
	});

	it("watches a queue of failures alone for what lies in it", async () => {
		const alarms = titles((await deployed()).resources).filter((title) => title.startsWith(ALARM));
		expect(alarms).to.deep.equal([`${ALARM}::digit-reader-a-dead-letters`]);
	});
});
