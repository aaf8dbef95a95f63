import { expect } from "chai";
import { AlarmTopic } from "../../../components/parts/alarm-topic.ts";
import { jsonOf, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const deployed = (email?: string) =>
	underMocks(() => new AlarmTopic("alarms", { tags: TAGS, ...(email ? { email } : {}) }).topic.arn);
const publishers = { Service: ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"] };
const fromThisAccount = { StringEquals: { "aws:SourceAccount": "123456789012" } };

describe("components/parts/alarm-topic", () => {
	it("is a topic, its key and its policy; without an address nobody is subscribed", async () => {
		expect(titles((await deployed()).resources)).to.deep.equal([
			"aws:kms/key:Key::alarms-key",
			"aws:sns/topic:Topic::alarms-topic",
			"aws:sns/topicPolicy:TopicPolicy::alarms-publishers",
			"triplane:observability:AlarmTopic::alarms",
		]);
	});

	it("encrypts with a key that alarms and budgets of this account may use", async () => {
		const { find } = await deployed();
		expect(find("aws:sns/topic:Topic", "alarms-topic").inputs).to.deep.equal({
			kmsMasterKeyId: "alarms-key-id",
			tags: TAGS,
		});
		const key = find("aws:kms/key:Key", "alarms-key");
		expect([key.inputs.enableKeyRotation, key.inputs.deletionWindowInDays]).to.deep.equal([true, 7]);
		expect(jsonOf(key, "policy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [
				{
					Sid: "Account",
					Effect: "Allow",
					Principal: { AWS: "arn:aws:iam::123456789012:root" },
					Action: "kms:*",
					Resource: "*",
				},
				{
					Sid: "Publishers",
					Effect: "Allow",
					Principal: publishers,
					Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
					Resource: "*",
					Condition: fromThisAccount,
				},
			],
		});
	});

	it("takes messages from alarms and budgets of this account only", async () => {
		const policy = (await deployed()).find("aws:sns/topicPolicy:TopicPolicy", "alarms-publishers");
		expect(policy.inputs.arn).to.equal("arn:alarms-topic");
		expect(jsonOf(policy, "policy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [
				{
					Sid: "Publishers",
					Effect: "Allow",
					Principal: publishers,
					Action: "sns:Publish",
					Resource: "arn:alarms-topic",
					Condition: fromThisAccount,
				},
			],
		});
	});

	it("subscribes the address that it is given", async () => {
		const { find } = await deployed("oncall@example.com");
		expect(find("aws:sns/topicSubscription:TopicSubscription", "alarms-email").inputs).to.deep.equal({
			topic: "arn:alarms-topic",
			protocol: "email",
			endpoint: "oncall@example.com",
		});
	});
});
