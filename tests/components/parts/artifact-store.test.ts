import { expect } from "chai";
import { ArtifactStore } from "../../../components/parts/artifact-store.ts";
import { jsonOf, notedOptions, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const deployed = async () => {
	const { options, opts } = notedOptions();
	const run = await underMocks(() => new ArtifactStore("artifacts", { tags: TAGS }, opts).bucket.bucket);
	return { ...run, options };
};

describe("components/parts/artifact-store", () => {
	it("is a bucket and what guards it", async () => {
		expect(titles((await deployed()).resources)).to.deep.equal([
			"aws:s3/bucket:Bucket::artifacts-bucket",
			"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration::artifacts-lifecycle",
			"aws:s3/bucketPolicy:BucketPolicy::artifacts-tls-only",
			"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::artifacts-public-access",
			"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration::artifacts-encryption",
			"aws:s3/bucketVersioning:BucketVersioning::artifacts-versioning",
			"triplane:control:ArtifactStore::artifacts",
			"triplane:parts:PrivateBucket::artifacts",
		]);
	});

	it("keeps the public out, by every switch there is", async () => {
		const { find } = await deployed();
		expect(
			find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "artifacts-public-access").inputs,
		).to.deep.equal({
			bucket: "artifacts-bucket",
			blockPublicAcls: true,
			blockPublicPolicy: true,
			ignorePublicAcls: true,
			restrictPublicBuckets: true,
		});
	});

	it("encrypts and versions its objects", async () => {
		const { find } = await deployed();
		expect(
			find(
				"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
				"artifacts-encryption",
			).inputs,
		).to.deep.equal({
			bucket: "artifacts-bucket",
			rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }],
		});
		expect(find("aws:s3/bucketVersioning:BucketVersioning", "artifacts-versioning").inputs).to.deep.equal({
			bucket: "artifacts-bucket",
			versioningConfiguration: { status: "Enabled" },
		});
	});

	it("expires what nobody registered, and old versions of objects, but never a registered artifact", async () => {
		const { find } = await deployed();
		expect(
			find("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "artifacts-lifecycle").inputs,
		).to.deep.equal({
			bucket: "artifacts-bucket",
			rules: [
				{ id: "expire-staging", status: "Enabled", filter: { prefix: "staging/" }, expiration: { days: 7 } },
				{
					id: "expire-noncurrent",
					status: "Enabled",
					filter: { prefix: "" },
					noncurrentVersionExpiration: { noncurrentDays: 30 },
					abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
				},
			],
		});
	});

	it("denies whoever does not come by TLS", async () => {
		const { find } = await deployed();
		expect(jsonOf(find("aws:s3/bucketPolicy:BucketPolicy", "artifacts-tls-only"), "policy")).to.deep.equal({
			Version: "2012-10-17",
			Statement: [
				{
					Sid: "TlsOnly",
					Effect: "Deny",
					Principal: "*",
					Action: "s3:*",
					Resource: ["arn:artifacts-bucket", "arn:artifacts-bucket/*"],
					Condition: { Bool: { "aws:SecureTransport": "false" } },
				},
			],
		});
	});

	it("outlives the stack together with all that guards it", async () => {
		const { options, resources } = await deployed();
		const retained = resources
			.filter(({ type }) => type.startsWith("aws:"))
			.map(({ name }) => [name, options.get(name)?.retainOnDelete]);
		expect(Object.fromEntries(retained)).to.deep.equal({
			"artifacts-bucket": true,
			"artifacts-public-access": true,
			"artifacts-encryption": true,
			"artifacts-versioning": true,
			"artifacts-lifecycle": true,
			"artifacts-tls-only": true,
		});
	});
});
