/** Lifecycle rules of a bucket, from Pulumi's words to S3's. */
import type { LifecycleRule, TransitionStorageClass } from "@aws-sdk/client-s3";
import { z } from "zod";

const tag = z.object({ key: z.string(), value: z.string() });

export const lifecycleRule = z.object({
	id: z.string(),
	status: z.enum(["Enabled", "Disabled"]),
	prefix: z.string().optional(),
	filter: z
		.object({
			prefix: z.string().optional(),
			tag: tag.optional(),
			objectSizeGreaterThan: z.number().optional(),
			objectSizeLessThan: z.number().optional(),
			and: z.object({ prefix: z.string().optional(), tags: z.record(z.string(), z.string()).optional() }).optional(),
		})
		.optional(),
	expiration: z
		.object({
			days: z.number().optional(),
			date: z.string().optional(),
			expiredObjectDeleteMarker: z.boolean().optional(),
		})
		.optional(),
	noncurrentVersionExpiration: z
		.object({ noncurrentDays: z.number(), newerNoncurrentVersions: z.number().optional() })
		.optional(),
	abortIncompleteMultipartUpload: z.object({ daysAfterInitiation: z.number().optional() }).optional(),
	transitions: z
		.array(z.object({ days: z.number().optional(), date: z.string().optional(), storageClass: z.string() }))
		.optional(),
});

const date = (text: string | undefined): Date | undefined => (text === undefined ? undefined : new Date(text));
const pair = ({ key, value }: z.output<typeof tag>) => ({ Key: key, Value: value });

export function toLifecycleRule(rule: z.output<typeof lifecycleRule>): LifecycleRule {
	const { filter, expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload } = rule;
	return {
		ID: rule.id,
		Status: rule.status,
		Filter: {
			Prefix: filter?.and ? undefined : (filter?.prefix ?? rule.prefix ?? ""),
			Tag: filter?.tag && pair(filter.tag),
			ObjectSizeGreaterThan: filter?.objectSizeGreaterThan,
			ObjectSizeLessThan: filter?.objectSizeLessThan,
			And: filter?.and && {
				Prefix: filter.and.prefix,
				Tags: Object.entries(filter.and.tags ?? {}).map(([key, value]) => pair({ key, value })),
			},
		},
		Expiration: expiration && {
			Days: expiration.days,
			Date: date(expiration.date),
			ExpiredObjectDeleteMarker: expiration.expiredObjectDeleteMarker,
		},
		NoncurrentVersionExpiration: noncurrentVersionExpiration && {
			NoncurrentDays: noncurrentVersionExpiration.noncurrentDays,
			NewerNoncurrentVersions: noncurrentVersionExpiration.newerNoncurrentVersions,
		},
		AbortIncompleteMultipartUpload: abortIncompleteMultipartUpload && {
			DaysAfterInitiation: abortIncompleteMultipartUpload.daysAfterInitiation,
		},
		Transitions: rule.transitions?.map((transition) => ({
			Days: transition.days,
			Date: date(transition.date),
			StorageClass: transition.storageClass as TransitionStorageClass,
		})),
	};
}
