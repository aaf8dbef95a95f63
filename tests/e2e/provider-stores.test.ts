/** DynamoDB and S3 types of the provider: made, read back by AWS's own API, changed in place, deleted. */
import {
	DescribeContinuousBackupsCommand,
	DescribeTableCommand,
	DescribeTimeToLiveCommand,
	GetItemCommand,
	ListTagsOfResourceCommand,
} from "@aws-sdk/client-dynamodb";
import {
	GetBucketEncryptionCommand,
	GetBucketLifecycleConfigurationCommand,
	GetBucketNotificationConfigurationCommand,
	GetBucketOwnershipControlsCommand,
	GetBucketPolicyCommand,
	GetBucketTaggingCommand,
	GetBucketVersioningCommand,
	GetPublicAccessBlockCommand,
	PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "chai";
import type { Props } from "../../sandbox/provider/values.ts";
import { type Made, startTestCloud, type TestCloud } from "../support/cloud/test-cloud.ts";

describe("The provider's DynamoDB and S3 types", () => {
	const scope = new AsyncDisposableStack();
	let cloud: TestCloud;
	before(async () => {
		cloud = await startTestCloud(scope);
	});
	after(() => scope.disposeAsync());

	const makeTable = (name: string, more: Props = {}) =>
		cloud.make("aws:dynamodb/table:Table", name, {
			hashKey: "pk",
			rangeKey: "sk",
			attributes: ["pk", "sk"].map((each) => ({ name: each, type: "S" })),
			billingMode: "PAY_PER_REQUEST",
			...more,
		});

	it("make, change and delete a table with index, expiry, recovery and tags.", async () => {
		const { dynamodb } = cloud.context.clients;
		const table = await makeTable("table", {
			attributes: ["pk", "sk", "by"].map((name) => ({ name, type: "S" })),
			globalSecondaryIndexes: [{ name: "by-owner", hashKey: "by", projectionType: "KEYS_ONLY" }],
			ttl: { attributeName: "expiresAt", enabled: true },
			pointInTimeRecovery: { enabled: true },
			tags: { team: "platform" },
		});
		const describe = async () => (await dynamodb.send(new DescribeTableCommand({ TableName: table.id }))).Table;
		const found = await describe();
		expect(found?.KeySchema).to.deep.equal([
			{ AttributeName: "pk", KeyType: "HASH" },
			{ AttributeName: "sk", KeyType: "RANGE" },
		]);
		expect(found?.GlobalSecondaryIndexes?.[0]).to.deep.include({
			IndexName: "by-owner",
			Projection: { ProjectionType: "KEYS_ONLY" },
		});
		expect(table.text("arn")).to.equal(found?.TableArn);
		const ttl = async () =>
			(await dynamodb.send(new DescribeTimeToLiveCommand({ TableName: table.id }))).TimeToLiveDescription;
		expect(await ttl()).to.deep.include({ TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" });
		const recovery = async () =>
			(await dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: table.id }))).ContinuousBackupsDescription
				?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus;
		expect(await recovery()).to.equal("ENABLED");

		await table.update({
			ttl: { enabled: false },
			pointInTimeRecovery: { enabled: false },
			deletionProtectionEnabled: true,
			tags: { model: "a" },
		});
		expect((await ttl())?.TimeToLiveStatus).to.equal("DISABLED");
		expect(await recovery()).to.equal("DISABLED");
		expect((await describe())?.DeletionProtectionEnabled).to.equal(true);
		const { Tags } = await dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: table.text("arn") }));
		expect(Tags).to.deep.equal([{ Key: "model", Value: "a" }]);
		await table.update({ deletionProtectionEnabled: false });
		await table.delete();
		expect(await table.read()).to.equal(undefined);
	});

	it("make, change and delete an item, and refuse to overwrite one.", async () => {
		const table = await makeTable("items");
		const item = (plan: string, sk = "CONFIG") =>
			JSON.stringify({ pk: { S: "TENANT#a" }, sk: { S: sk }, plan: { S: plan } });
		const common = { tableName: table.id, hashKey: "pk", rangeKey: "sk" };
		const made = await cloud.make("aws:dynamodb/tableItem:TableItem", "item", { ...common, item: item("gold") });
		const planOf = async (sk = "CONFIG") => {
			const call = new GetItemCommand({ TableName: table.id, Key: { pk: { S: "TENANT#a" }, sk: { S: sk } } });
			return (await cloud.context.clients.dynamodb.send(call)).Item?.plan?.S;
		};
		const error = await cloud
			.make("aws:dynamodb/tableItem:TableItem", "twin", { ...common, item: item("lead") })
			.catch((cause: Error) => cause);
		expect(error).to.have.property("message").that.contains("ConditionalCheckFailedException");
		await made.update({ item: item("silver") });
		expect(await planOf()).to.equal("silver");
		await made.update({ item: item("bronze", "OTHER") });
		expect([await planOf(), await planOf("OTHER")]).to.deep.equal([undefined, "bronze"]);
		await made.delete();
		expect(await made.read()).to.equal(undefined);
	});

	it("make, change and delete a bucket, with what is in it only where that was asked for.", async () => {
		const { s3 } = cloud.context.clients;
		const bucket = await cloud.make("aws:s3/bucket:Bucket", "Bucket", { tags: { team: "platform" } });
		expect(bucket.id).to.match(/^bucket-[0-9a-f]{7}$/);
		expect(bucket.text("arn")).to.equal(`arn:aws:s3:::${bucket.id}`);
		await bucket.update({ tags: { team: "data", model: "a" } });
		const { TagSet } = await s3.send(new GetBucketTaggingCommand({ Bucket: bucket.id }));
		expect(TagSet).to.have.deep.members([
			{ Key: "team", Value: "data" },
			{ Key: "model", Value: "a" },
		]);
		await s3.send(new PutObjectCommand({ Bucket: bucket.id, Key: "k", Body: "v" }));
		const error = await bucket.delete().catch((cause: Error) => cause);
		expect(error).to.have.property("message").that.contains("BucketNotEmpty");
		await bucket.update({ forceDestroy: true });
		await bucket.delete();
		expect(await bucket.read()).to.equal(undefined);
	});

	it("make, change and delete every setting of a bucket.", async () => {
		const { s3 } = cloud.context.clients;
		const bucket = await cloud.make("aws:s3/bucket:Bucket", "settings", {});
		const Bucket = bucket.id;
		const setting = (kind: string, inputs: Props): Promise<Made> =>
			cloud.make(`aws:s3/${kind[0]?.toLowerCase()}${kind.slice(1)}:${kind}`, kind, { bucket: Bucket, ...inputs });

		const versioning = await setting("BucketVersioning", { versioningConfiguration: { status: "Enabled" } });
		expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).to.equal("Enabled");

		const access = await setting("BucketPublicAccessBlock", { blockPublicAcls: true });
		await access.update({ blockPublicPolicy: true });
		const { PublicAccessBlockConfiguration } = await s3.send(new GetPublicAccessBlockCommand({ Bucket }));
		expect(PublicAccessBlockConfiguration).to.deep.equal({
			BlockPublicAcls: true,
			BlockPublicPolicy: true,
			IgnorePublicAcls: false,
			RestrictPublicBuckets: false,
		});

		const encryption = await setting("BucketServerSideEncryptionConfiguration", {
			rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" }, bucketKeyEnabled: true }],
		});
		const sse = await s3.send(new GetBucketEncryptionCommand({ Bucket }));
		expect(
			sse.ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
		).to.equal("aws:kms");

		const rule = { id: "old", status: "Enabled", filter: { prefix: "staging/" }, expiration: { days: 7 } };
		const lifecycle = await setting("BucketLifecycleConfiguration", { rules: [rule] });
		await lifecycle.update({ rules: [{ ...rule, expiration: { days: 9 } }] });
		const { Rules } = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
		expect(Rules).to.have.length(1);
		expect(Rules?.[0]).to.deep.include({ ID: "old", Status: "Enabled", Expiration: { Days: 9 } });
		expect(Rules?.[0]?.Filter?.Prefix).to.equal("staging/");

		const document = JSON.stringify({ Version: "2012-10-17", Statement: [] });
		const policy = await setting("BucketPolicy", { policy: document });
		expect(JSON.parse((await s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy ?? "")).to.deep.equal(
			JSON.parse(document),
		);

		const ownership = await setting("BucketOwnershipControls", { rule: { objectOwnership: "BucketOwnerEnforced" } });
		const { OwnershipControls } = await s3.send(new GetBucketOwnershipControlsCommand({ Bucket }));
		expect(OwnershipControls?.Rules).to.deep.equal([{ ObjectOwnership: "BucketOwnerEnforced" }]);

		const queue = await cloud.make("aws:sqs/queue:Queue", "events", {
			policy: JSON.stringify({
				Version: "2012-10-17",
				Statement: [
					{ Effect: "Allow", Principal: { Service: "s3.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
				],
			}),
		});
		const notification = await setting("BucketNotification", {
			queues: [{ queueArn: queue.text("arn"), events: ["s3:ObjectCreated:*"], filterPrefix: "in/" }],
		});
		const { QueueConfigurations } = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
		expect(QueueConfigurations?.[0]).to.deep.include({ QueueArn: queue.text("arn"), Events: ["s3:ObjectCreated:*"] });

		for (const each of [notification, ownership, policy, lifecycle, encryption, access, versioning])
			await each.delete();
		expect([await policy.read(), await lifecycle.read(), await access.read()]).to.deep.equal([
			undefined,
			undefined,
			undefined,
		]);
		expect((await s3.send(new GetBucketVersioningCommand({ Bucket }))).Status).to.equal("Suspended");
		expect(
			(await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }))).QueueConfigurations ?? [],
		).to.deep.equal([]);
		await bucket.delete();
	});
});
