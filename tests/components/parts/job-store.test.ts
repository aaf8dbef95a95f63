import { expect } from "chai";
import { JobStore } from "../../../components/parts/job-store.ts";
import { jsonOf, TAGS } from "../../support/components.ts";
import { underMocks } from "../../support/pulumi-mocks.ts";

const QUEUE = "aws:sqs/queue:Queue";
const deployed = () => underMocks(() => void new JobStore("jobs", { tags: TAGS }));

describe("components/parts/job-store", () => {
	it("keeps jobs in a recoverable table that forgets them by itself, with the sweeper's index", async () => {
		const { find } = await deployed();
		expect(find("aws:dynamodb/table:Table", "jobs-table").inputs).to.deep.equal({
			billingMode: "PAY_PER_REQUEST",
			hashKey: "pk",
			attributes: [
				{ name: "pk", type: "S" },
				{ name: "open", type: "S" },
				{ name: "dueAtMs", type: "N" },
			],
			globalSecondaryIndexes: [
				{
					name: "open",
					keySchemas: [
						{ attributeName: "open", keyType: "HASH" },
						{ attributeName: "dueAtMs", keyType: "RANGE" },
					],
					projectionType: "ALL",
				},
			],
			serverSideEncryption: { enabled: true },
			pointInTimeRecovery: { enabled: true },
			deletionProtectionEnabled: false,
			ttl: { attributeName: "expiresAt", enabled: true },
			tags: TAGS,
		});
	});

	it("keeps payloads in a private bucket for as long as jobs live and are kept", async () => {
		const { find } = await deployed();
		expect(find("aws:s3/bucket:Bucket", "jobs-bucket").inputs).to.deep.equal({ forceDestroy: true, tags: TAGS });
		const lifecycle = find("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "jobs-lifecycle");
		expect(lifecycle.inputs.rules).to.deep.equal([
			{
				id: "expire",
				status: "Enabled",
				filter: { prefix: "" },
				expiration: { days: 3 },
				abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
			},
		]);
	});

	it("queues callbacks, and sets aside for 14 days what nobody could be told in an hour", async () => {
		const { find } = await deployed();
		const queue = find(QUEUE, "callbacks-queue");
		const { redrivePolicy: _, ...inputs } = queue.inputs;
		expect(inputs).to.deep.equal({
			sqsManagedSseEnabled: true,
			visibilityTimeoutSeconds: 180,
			messageRetentionSeconds: 86_400,
			receiveWaitTimeSeconds: 20,
			tags: TAGS,
		});
		expect(jsonOf(queue, "redrivePolicy")).to.deep.equal({
			deadLetterTargetArn: "arn:callbacks-dead-letters",
			maxReceiveCount: 20,
		});
		expect(find(QUEUE, "callbacks-dead-letters").inputs).to.deep.equal({
			sqsManagedSseEnabled: true,
			messageRetentionSeconds: 1_209_600,
			tags: TAGS,
		});
	});
});
