/** SNS, SQS and CloudWatch types of the provider: made, read back by AWS's own API, changed in place, deleted. */
import {
	DescribeAlarmsCommand,
	GetDashboardCommand,
	ListTagsForResourceCommand as ListAlarmTagsCommand,
} from "@aws-sdk/client-cloudwatch";
import { DescribeLogGroupsCommand, ListTagsForResourceCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetSubscriptionAttributesCommand, GetTopicAttributesCommand, PublishCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, ListQueueTagsCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { expect } from "chai";
import { startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

describe("The provider's SNS, SQS and CloudWatch types", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	const attributesOf = async (QueueUrl: string) => {
		const call = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] });
		return (await cloud.context.clients.sqs.send(call)).Attributes ?? {};
	};
	const document = (Action: string) =>
		JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: "*", Action, Resource: "*" }] });

	it("make, change and delete a queue with its redrive policy and tags.", async () => {
		const dead = await cloud.make("aws:sqs/queue:Queue", "dead", { messageRetentionSeconds: 1_209_600 });
		const redrive = (maxReceiveCount: number) =>
			JSON.stringify({ deadLetterTargetArn: dead.text("arn"), maxReceiveCount });
		const queue = await cloud.make("aws:sqs/queue:Queue", "queue", {
			visibilityTimeoutSeconds: 60,
			redrivePolicy: redrive(3),
			tags: { team: "a" },
		});
		expect(await attributesOf(queue.id)).to.include({ VisibilityTimeout: "60", QueueArn: queue.text("arn") });
		await queue.update({ visibilityTimeoutSeconds: 90, redrivePolicy: redrive(5), tags: { model: "m" } });
		const after = await attributesOf(queue.id);
		expect(after.VisibilityTimeout).to.equal("90");
		expect(JSON.parse(after.RedrivePolicy ?? "{}"))
			.to.have.property("maxReceiveCount")
			.that.satisfies((n: unknown) => Number(n) === 5);
		const { Tags } = await cloud.context.clients.sqs.send(new ListQueueTagsCommand({ QueueUrl: queue.id }));
		expect(Tags).to.deep.equal({ model: "m" });
		await queue.delete();
		expect(await queue.read()).to.equal(undefined);
	});

	it("make FIFO queues and topics, whose names say so.", async () => {
		const queue = await cloud.make("aws:sqs/queue:Queue", "ordered", {
			fifoQueue: true,
			contentBasedDeduplication: true,
		});
		expect(queue.text("name")).to.match(/^ordered-[0-9a-f]{7}\.fifo$/);
		expect(await attributesOf(queue.id)).to.include({ FifoQueue: "true", ContentBasedDeduplication: "true" });
		const topic = await cloud.make("aws:sns/topic:Topic", "ordered", { fifoTopic: true });
		expect(topic.id).to.match(/:ordered-[0-9a-f]{7}\.fifo$/);
	});

	it("make, change and delete a queue's policy and redrive policy as resources of their own.", async () => {
		const dead = await cloud.make("aws:sqs/queue:Queue", "dead-two", {});
		const queue = await cloud.make("aws:sqs/queue:Queue", "guarded", {});
		const policy = await cloud.make("aws:sqs/queuePolicy:QueuePolicy", "policy", {
			queueUrl: queue.id,
			policy: document("sqs:SendMessage"),
		});
		await policy.update({ policy: document("sqs:ReceiveMessage") });
		const redrive = await cloud.make("aws:sqs/redrivePolicy:RedrivePolicy", "redrive", {
			queueUrl: queue.id,
			redrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.text("arn"), maxReceiveCount: 4 }),
		});
		const found = await attributesOf(queue.id);
		expect(found.Policy).to.contain("sqs:ReceiveMessage");
		expect(found.RedrivePolicy).to.contain(dead.text("arn"));
		await redrive.delete();
		await policy.delete();
		expect([await redrive.read(), await policy.read()]).to.deep.equal([undefined, undefined]);
	});

	it("make, change and delete a topic, its policy and a subscription that delivers.", async () => {
		const { sns, sqs } = cloud.context.clients;
		const topic = await cloud.make("aws:sns/topic:Topic", "topic", { displayName: "before", tags: { team: "a" } });
		const queue = await cloud.make("aws:sqs/queue:Queue", "inbox", { policy: document("sqs:SendMessage") });
		await topic.update({ displayName: "after" });
		const policy = await cloud.make("aws:sns/topicPolicy:TopicPolicy", "publishers", {
			arn: topic.id,
			policy: document("sns:Publish"),
		});
		const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topic.id }));
		expect(Attributes?.DisplayName).to.equal("after");
		expect(Attributes?.Policy).to.contain("sns:Publish");

		const subscription = await cloud.make("aws:sns/topicSubscription:TopicSubscription", "inbox", {
			topic: topic.id,
			protocol: "sqs",
			endpoint: queue.text("arn"),
		});
		await subscription.update({ rawMessageDelivery: true });
		const call = new GetSubscriptionAttributesCommand({ SubscriptionArn: subscription.id });
		expect((await sns.send(call)).Attributes?.RawMessageDelivery).to.equal("true");
		await sns.send(new PublishCommand({ TopicArn: topic.id, Message: "hello" }));
		const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.id, WaitTimeSeconds: 5 }));
		expect(Messages.map(({ Body }) => Body)).to.deep.equal(["hello"]);
		for (const each of [subscription, policy, topic]) await each.delete();
		expect([await subscription.read(), await topic.read()]).to.deep.equal([undefined, undefined]);
	});

	it("make, change and delete alarms, on metrics and of other alarms.", async () => {
		const { cloudwatch } = cloud.context.clients;
		const alarm = await cloud.make("aws:cloudwatch/metricAlarm:MetricAlarm", "slow", {
			comparisonOperator: "GreaterThanThreshold",
			evaluationPeriods: 1,
			threshold: 5,
			namespace: "T",
			metricName: "Slow",
			period: 60,
			statistic: "Sum",
			dimensions: { model: "m" },
			alarmActions: ["arn:aws:sns:us-east-1:000000000000:pager"],
			tags: { team: "a" },
		});
		await alarm.update({ threshold: 7, tags: { team: "b" } });
		const { MetricAlarms = [] } = await cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [alarm.id] }));
		expect(MetricAlarms[0]).to.include({ Threshold: 7, TreatMissingData: "missing", AlarmArn: alarm.text("arn") });
		expect(MetricAlarms[0]).to.deep.include({
			Dimensions: [{ Name: "model", Value: "m" }],
			AlarmActions: ["arn:aws:sns:us-east-1:000000000000:pager"],
		});
		const call = new ListAlarmTagsCommand({ ResourceARN: alarm.text("arn") });
		expect((await cloudwatch.send(call)).Tags).to.deep.equal([{ Key: "team", Value: "b" }]);

		const composite = await cloud.make("aws:cloudwatch/compositeAlarm:CompositeAlarm", "any", {
			alarmName: "any",
			alarmRule: `ALARM("${alarm.id}")`,
		});
		await composite.update({ alarmDescription: "any of them" });
		const found = await cloudwatch.send(
			new DescribeAlarmsCommand({ AlarmNames: ["any"], AlarmTypes: ["CompositeAlarm"] }),
		);
		expect(found.CompositeAlarms?.[0]).to.include({ AlarmDescription: "any of them" });
		await composite.delete();
		await alarm.delete();
		expect([await composite.read(), await alarm.read()]).to.deep.equal([undefined, undefined]);
	});

	it("make an alarm on metric math, which the embedded AWS keeps but never evaluates.", async () => {
		const alarm = await cloud.make("aws:cloudwatch/metricAlarm:MetricAlarm", "share", {
			comparisonOperator: "GreaterThanThreshold",
			evaluationPeriods: 1,
			threshold: 5,
			metricQueries: [
				{ id: "slow", metric: { namespace: "T", metricName: "Slow", period: 60, stat: "Sum" } },
				{ id: "share", expression: "slow * 2", label: "share", returnData: true },
			],
		});
		const call = new DescribeAlarmsCommand({ AlarmNames: [alarm.id] });
		const { MetricAlarms = [] } = await cloud.context.clients.cloudwatch.send(call);
		expect(MetricAlarms.map(({ StateValue }) => StateValue)).to.deep.equal(["INSUFFICIENT_DATA"]);
	});

	it("make, change and delete a dashboard and a log group.", async () => {
		const { cloudwatch, logs } = cloud.context.clients;
		const body = (text: string) => JSON.stringify({ widgets: [{ type: "text", properties: { markdown: text } }] });
		const dashboard = await cloud.make("aws:cloudwatch/dashboard:Dashboard", "dashboard", {
			dashboardName: "models",
			dashboardBody: body("one"),
		});
		await dashboard.update({ dashboardBody: body("two") });
		const { DashboardBody } = await cloudwatch.send(new GetDashboardCommand({ DashboardName: "models" }));
		expect(DashboardBody).to.equal(body("two"));
		await dashboard.delete();
		expect(await dashboard.read()).to.equal(undefined);

		const group = await cloud.make("aws:cloudwatch/logGroup:LogGroup", "group", {
			name: "/triplane/test/group",
			retentionInDays: 30,
			tags: { team: "a" },
		});
		const retention = async () => {
			const call = new DescribeLogGroupsCommand({ logGroupNamePrefix: "/triplane/test/group" });
			return (await logs.send(call)).logGroups?.[0]?.retentionInDays;
		};
		expect(await retention()).to.equal(30);
		await group.update({ retentionInDays: 7, tags: { team: "b" } });
		expect(await retention()).to.equal(7);
		const tags = await logs.send(new ListTagsForResourceCommand({ resourceArn: group.text("arn") }));
		expect(tags.tags).to.deep.equal({ team: "b" });
		await group.update({ retentionInDays: 0 });
		expect(await retention()).to.equal(undefined);
		await group.delete();
		expect(await group.read()).to.equal(undefined);
	});
});
