import { expect } from "chai";
import { PrivateBucket, type PrivateBucketArgs } from "../../../components/parts/private-bucket.ts";
import { jsonOf, notedOptions, TAGS } from "../../support/components.ts";
import { titles, underMocks } from "../../support/pulumi-mocks.ts";

const rule = { id: "expire", status: "Enabled", filter: { prefix: "" }, expiration: { days: 3 } };
const deployed = async (change: Partial<PrivateBucketArgs> = {}) => {
	const { options, opts } = notedOptions();
	const args = { lifecycle: [rule], isVersioned: false, isRetained: false, tags: TAGS, ...change };
	const run = await underMocks(() => new PrivateBucket("data", args, opts).bucket.bucket);
	return { ...run, options };
};

describe("components/parts/private-bucket", () => {
	it("is a bucket and what guards it, versioned only where that is asked for", async () => {
		const guarded = [
			"aws:s3/bucket:Bucket::data-bucket",
			"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration::data-lifecycle",
			"aws:s3/bucketPolicy:BucketPolicy::data-tls-only",
			"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock::data-public-access",
			"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration::data-encryption",
		];
		const own = "triplane:parts:PrivateBucket::data";
		expect(titles((await deployed()).resources)).to.deep.equal([...guarded, own]);
		expect(titles((await deployed({ isVersioned: true })).resources)).to.deep.equal([
			...guarded,
			"aws:s3/bucketVersioning:BucketVersioning::data-versioning",
			own,
		]);
	});

	it("keeps the public out by every switch, encrypts, and denies whoever does not come by TLS", async () => {
		const { find } = await deployed();
		const access = find("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "data-public-access");
		expect(access.inputs).to.deep.equal({
			bucket: "data-bucket",
			blockPublicAcls: true,
			blockPublicPolicy: true,
			ignorePublicAcls: true,
			restrictPublicBuckets: true,
		});
		const encryption = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
		expect(find(encryption, "data-encryption").inputs.rules).to.deep.equal([
			{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
		]);
		expect(jsonOf(find("aws:s3/bucketPolicy:BucketPolicy", "data-tls-only"), "policy")).to.have.property("Statement");
	});

	it("expires its objects by the rules that it is given", async () => {
		const { find } = await deployed();
		const { inputs } = find("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "data-lifecycle");
		expect(inputs).to.deep.equal({ bucket: "data-bucket", rules: [rule] });
	});

	it("goes with all that lies in it, unless it is retained: then it stays with all that guards it", async () => {
		const going = await deployed();
		const staying = await deployed({ isRetained: true });
		expect(going.find("aws:s3/bucket:Bucket", "data-bucket").inputs.forceDestroy).to.equal(true);
		expect(staying.find("aws:s3/bucket:Bucket", "data-bucket").inputs.forceDestroy).to.equal(false);
		for (const { name } of staying.resources.filter(({ type }) => type.startsWith("aws:")))
			expect([going.options.get(name)?.retainOnDelete, staying.options.get(name)?.retainOnDelete], name).to.deep.equal([
				false,
				true,
			]);
	});
});
