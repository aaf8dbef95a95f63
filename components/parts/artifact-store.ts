/**
 * The bucket of model artifacts: private, encrypted, versioned, and left behind by `pulumi destroy`.
 * Not the registry, which is the table that says what the objects are.
 */
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { STAGING_PREFIX } from "../../charter/registry.ts";
import type { CostTags } from "../../charter/tags.ts";

/** A trainer's run is registered within minutes; what nobody registered is of no use after a week. */
const STAGING_RETENTION_DAYS = 7;
/** How long an overwritten or deleted object can be brought back. */
const NONCURRENT_RETENTION_DAYS = 30;

export interface ArtifactStoreArgs {
	tags: CostTags;
}

export class ArtifactStore extends pulumi.ComponentResource {
	readonly bucket: aws.s3.Bucket;

	constructor(name: string, args: ArtifactStoreArgs, opts?: pulumi.ComponentResourceOptions) {
		super("triplane:control:ArtifactStore", name, {}, opts);
		// The bucket outlives the stack, so what guards it must too.
		const child = { parent: this, retainOnDelete: true };
		this.bucket = new aws.s3.Bucket(`${name}-bucket`, { tags: args.tags }, child);
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
		const versioning = new aws.s3.BucketVersioning(
			`${name}-versioning`,
			{ bucket, versioningConfiguration: { status: "Enabled" } },
			child,
		);
		new aws.s3.BucketLifecycleConfiguration(
			`${name}-lifecycle`,
			{
				bucket,
				rules: [
					{
						id: "expire-staging",
						status: "Enabled",
						filter: { prefix: STAGING_PREFIX },
						expiration: { days: STAGING_RETENTION_DAYS },
					},
					{
						id: "expire-noncurrent",
						status: "Enabled",
						filter: { prefix: "" },
						noncurrentVersionExpiration: { noncurrentDays: NONCURRENT_RETENTION_DAYS },
						abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
					},
				],
			},
			// S3 refuses rules on noncurrent versions of a bucket that is not versioned yet.
			{ ...child, dependsOn: [versioning] },
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
