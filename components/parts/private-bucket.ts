/**
 * A bucket that nobody outside gets at: public access blocked, encrypted, and refused without TLS.
 * What lies in it, and for how long, is decided where it is made.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { CostTags } from "../../charter/tags.ts";

/** How long an overwritten or deleted object of a versioned bucket can be brought back. */
const NONCURRENT_RETENTION_DAYS = 30;

/** The rule of versioned buckets: old versions expire after a month, and uploads that were given up after a day. */
export const EXPIRE_NONCURRENT: aws.types.input.s3.BucketLifecycleConfigurationRule = {
	id: "expire-noncurrent",
	status: "Enabled",
	filter: { prefix: "" },
	noncurrentVersionExpiration: { noncurrentDays: NONCURRENT_RETENTION_DAYS },
	abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
};

export interface PrivateBucketArgs {
	/** What expires when. */
	lifecycle: pulumi.Input<aws.types.input.s3.BucketLifecycleConfigurationRule>[];
	/** Overwritten and deleted objects can be brought back. */
	isVersioned: boolean;
	/** `pulumi destroy` leaves the bucket behind, and what guards it; else it goes with all that lies in it. */
	isRetained: boolean;
	tags: CostTags;
}

export class PrivateBucket extends pulumi.ComponentResource {
	readonly bucket: aws.s3.Bucket;

	constructor(name: string, args: PrivateBucketArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:parts:PrivateBucket", name, {}, opts);
		const child = { parent: this, retainOnDelete: args.isRetained };
		this.bucket = new aws.s3.Bucket(`${name}-bucket`, { forceDestroy: !args.isRetained, tags: args.tags }, child);
		const bucket = this.bucket.bucket;

		const access = new aws.s3.BucketPublicAccessBlock(
			`${name}-public-access`,
			{ bucket, blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
			child,
		);
		new aws.s3.BucketServerSideEncryptionConfiguration(
			`${name}-encryption`,
			{ bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
			child,
		);
		const versioning = args.isVersioned
			? [
					new aws.s3.BucketVersioning(
						`${name}-versioning`,
						{ bucket, versioningConfiguration: { status: "Enabled" } },
						child,
					),
				]
			: [];
		new aws.s3.BucketLifecycleConfiguration(
			`${name}-lifecycle`,
			{ bucket, rules: args.lifecycle },
			// S3 refuses rules on noncurrent versions of a bucket that is not versioned yet.
			{ ...child, dependsOn: versioning },
		);
		new aws.s3.BucketPolicy(
			`${name}-tls-only`,
			{
				bucket,
				policy: pulumi.jsonStringify({
					Version: "2012-10-17",
					Statement: [
						{
							Sid: "TlsOnly",
							Effect: "Deny",
							Principal: "*",
							Action: "s3:*",
							Resource: [this.bucket.arn, pulumi.interpolate`${this.bucket.arn}/*`],
							Condition: { Bool: { "aws:SecureTransport": "false" } },
						},
					],
				}),
			},
			// S3 answers "conflicting operation" when both are set at once.
			{ ...child, dependsOn: [access] },
		);
		this.registerOutputs({ bucket });
	}
}
