/** What is set on an S3 bucket by a resource of its own: each is one put, one get and one delete. */
import {
	DeleteBucketEncryptionCommand,
	DeleteBucketLifecycleCommand,
	DeleteBucketOwnershipControlsCommand,
	DeleteBucketPolicyCommand,
	DeletePublicAccessBlockCommand,
	GetBucketEncryptionCommand,
	GetBucketLifecycleConfigurationCommand,
	GetBucketNotificationConfigurationCommand,
	GetBucketOwnershipControlsCommand,
	GetBucketPolicyCommand,
	GetBucketVersioningCommand,
	GetPublicAccessBlockCommand,
	PutBucketEncryptionCommand,
	PutBucketLifecycleConfigurationCommand,
	PutBucketNotificationConfigurationCommand,
	PutBucketOwnershipControlsCommand,
	PutBucketPolicyCommand,
	PutBucketVersioningCommand,
	PutPublicAccessBlockCommand,
	type S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { defineType, jsonText, type ResourceType, unlessGone } from "../resource-type.ts";
import { lifecycleRule, toLifecycleRule } from "./s3-lifecycle.ts";
import { notificationInputs, toNotifications } from "./s3-notifications.ts";

interface Setting<I extends { bucket: string }> {
	put(s3: S3Client, inputs: I): Promise<unknown>;
	/** Rejects where the bucket has no such setting, or answers undefined. */
	get(s3: S3Client, inputs: I): Promise<unknown>;
	remove(s3: S3Client, inputs: I): Promise<unknown>;
}

/** A resource type that is one setting of a bucket, under the bucket's name. */
const bucketSetting = <I extends { bucket: string }>(
	inputs: z.ZodType<I>,
	{ put, get, remove }: Setting<I>,
): ResourceType =>
	defineType({
		inputs,
		replaceOn: ["bucket"],
		identity: ["bucket"],
		async create(values, { clients }) {
			await put(clients.s3, values);
			return { id: values.bucket, outputs: {} };
		},
		read: async (_, values, { clients }) => ((await unlessGone(get(clients.s3, values))) ? {} : undefined),
		async update(_, news, __, { clients }) {
			await put(clients.s3, news);
			return {};
		},
		delete: (_, values, { clients }) => remove(clients.s3, values),
	});

const bucket = z.string();

const versioning = bucketSetting(
	z.object({
		bucket,
		versioningConfiguration: z.object({ status: z.enum(["Enabled", "Suspended", "Disabled"]) }),
	}),
	{
		put: async (s3, { bucket: Bucket, versioningConfiguration: { status } }) => {
			// A bucket that was never versioned cannot be told so.
			if (status !== "Disabled")
				await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: status } }));
		},
		get: (s3, { bucket: Bucket }) => s3.send(new GetBucketVersioningCommand({ Bucket })),
		remove: async (s3, { bucket: Bucket, versioningConfiguration: { status } }) => {
			if (status === "Enabled")
				await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Suspended" } }));
		},
	},
);

const publicAccessBlock = bucketSetting(
	z.object({
		bucket,
		blockPublicAcls: z.boolean(),
		blockPublicPolicy: z.boolean(),
		ignorePublicAcls: z.boolean(),
		restrictPublicBuckets: z.boolean(),
	}),
	{
		put: (s3, { bucket: Bucket, ...inputs }) =>
			s3.send(
				new PutPublicAccessBlockCommand({
					Bucket,
					PublicAccessBlockConfiguration: {
						BlockPublicAcls: inputs.blockPublicAcls,
						BlockPublicPolicy: inputs.blockPublicPolicy,
						IgnorePublicAcls: inputs.ignorePublicAcls,
						RestrictPublicBuckets: inputs.restrictPublicBuckets,
					},
				}),
			),
		get: (s3, { bucket: Bucket }) => s3.send(new GetPublicAccessBlockCommand({ Bucket })),
		remove: (s3, { bucket: Bucket }) => s3.send(new DeletePublicAccessBlockCommand({ Bucket })),
	},
);

const encryption = bucketSetting(
	z.object({
		bucket,
		rules: z.array(
			z.object({
				applyServerSideEncryptionByDefault: z
					.object({
						sseAlgorithm: z.enum(["AES256", "aws:kms", "aws:kms:dsse"]),
						kmsMasterKeyId: z.string().optional(),
					})
					.optional(),
				bucketKeyEnabled: z.boolean().optional(),
			}),
		),
	}),
	{
		put: (s3, { bucket: Bucket, rules }) =>
			s3.send(
				new PutBucketEncryptionCommand({
					Bucket,
					ServerSideEncryptionConfiguration: {
						Rules: rules.map(({ applyServerSideEncryptionByDefault: by, bucketKeyEnabled }) => ({
							ApplyServerSideEncryptionByDefault: by && {
								SSEAlgorithm: by.sseAlgorithm,
								KMSMasterKeyID: by.kmsMasterKeyId,
							},
							BucketKeyEnabled: bucketKeyEnabled,
						})),
					},
				}),
			),
		get: (s3, { bucket: Bucket }) => s3.send(new GetBucketEncryptionCommand({ Bucket })),
		remove: (s3, { bucket: Bucket }) => s3.send(new DeleteBucketEncryptionCommand({ Bucket })),
	},
);

const lifecycle = bucketSetting(z.object({ bucket, rules: z.array(lifecycleRule) }), {
	put: (s3, { bucket: Bucket, rules }) =>
		s3.send(
			new PutBucketLifecycleConfigurationCommand({
				Bucket,
				LifecycleConfiguration: { Rules: rules.map(toLifecycleRule) },
			}),
		),
	get: (s3, { bucket: Bucket }) => s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
	remove: (s3, { bucket: Bucket }) => s3.send(new DeleteBucketLifecycleCommand({ Bucket })),
});

const policy = bucketSetting(z.object({ bucket, policy: jsonText }), {
	put: (s3, { bucket: Bucket, policy: Policy }) => s3.send(new PutBucketPolicyCommand({ Bucket, Policy })),
	get: (s3, { bucket: Bucket }) => s3.send(new GetBucketPolicyCommand({ Bucket })),
	remove: (s3, { bucket: Bucket }) => s3.send(new DeleteBucketPolicyCommand({ Bucket })),
});

const ownershipControls = bucketSetting(
	z.object({
		bucket,
		rule: z.object({ objectOwnership: z.enum(["BucketOwnerPreferred", "ObjectWriter", "BucketOwnerEnforced"]) }),
	}),
	{
		put: (s3, { bucket: Bucket, rule }) =>
			s3.send(
				new PutBucketOwnershipControlsCommand({
					Bucket,
					OwnershipControls: { Rules: [{ ObjectOwnership: rule.objectOwnership }] },
				}),
			),
		get: (s3, { bucket: Bucket }) => s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
		remove: (s3, { bucket: Bucket }) => s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket })),
	},
);

const notification = bucketSetting(notificationInputs, {
	put: (s3, inputs) =>
		s3.send(
			new PutBucketNotificationConfigurationCommand({
				Bucket: inputs.bucket,
				NotificationConfiguration: toNotifications(inputs),
			}),
		),
	get: (s3, { bucket: Bucket }) => s3.send(new GetBucketNotificationConfigurationCommand({ Bucket })),
	remove: (s3, { bucket: Bucket }) =>
		s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration: {} })),
});

export const S3_SETTING_TYPES: Record<string, ResourceType> = {
	"aws:s3/bucketVersioning:BucketVersioning": versioning,
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": publicAccessBlock,
	"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": encryption,
	"aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": lifecycle,
	"aws:s3/bucketPolicy:BucketPolicy": policy,
	"aws:s3/bucketOwnershipControls:BucketOwnershipControls": ownershipControls,
	"aws:s3/bucketNotification:BucketNotification": notification,
};
