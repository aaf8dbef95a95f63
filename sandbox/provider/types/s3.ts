/** S3 buckets. What is set on a bucket by a resource of its own is s3-settings.ts. */
import {
	CreateBucketCommand,
	DeleteBucketCommand,
	DeleteObjectsCommand,
	HeadBucketCommand,
	ListObjectVersionsCommand,
	PutBucketTaggingCommand,
	type S3Client,
} from "@aws-sdk/client-s3";
import { z } from "zod";
import { type Context, defineType, type ResourceType, tags, unlessGone } from "../resource-type.ts";
import { S3_SETTING_TYPES } from "./s3-settings.ts";
import { tagList } from "./tag-lists.ts";

const DEFAULT_REGION = "us-east-1";

const bucketOutputs = (name: string, { region }: Context) => ({
	arn: `arn:aws:s3:::${name}`,
	bucketDomainName: `${name}.s3.amazonaws.com`,
	bucketRegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
	bucketRegion: region,
});

async function empty(s3: S3Client, Bucket: string): Promise<void> {
	for (;;) {
		const { Versions = [], DeleteMarkers = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket }));
		const Objects = [...Versions, ...DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
		if (Objects.length === 0) return;
		await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
	}
}

const setTags = (s3: S3Client, Bucket: string, all: Record<string, string>) =>
	s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: tagList(all) } }));

const bucket = defineType({
	inputs: z.object({ bucket: z.string(), forceDestroy: z.boolean().optional(), ...tags }),
	replaceOn: ["bucket", "objectLockEnabled"],
	identity: ["bucket"],
	async create({ bucket: name, tagsAll }, context) {
		const { region, clients } = context;
		await clients.s3.send(
			new CreateBucketCommand({
				Bucket: name,
				...(region !== DEFAULT_REGION && {
					CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" },
				}),
			}),
		);
		if (tagsAll) await setTags(clients.s3, name, tagsAll);
		return { id: name, outputs: bucketOutputs(name, context) };
	},
	read: async (id, _, context) =>
		(await unlessGone(context.clients.s3.send(new HeadBucketCommand({ Bucket: id })))) && bucketOutputs(id, context),
	update: async (id, _, __, context) => bucketOutputs(id, context),
	async delete(id, { forceDestroy }, { clients }) {
		if (forceDestroy) await empty(clients.s3, id);
		await clients.s3.send(new DeleteBucketCommand({ Bucket: id }));
	},
	tagging: (id, { tagsAll = {} }, { clients }) => ({
		// S3 replaces all tags at once.
		set: () => setTags(clients.s3, id, tagsAll),
		unset: () => setTags(clients.s3, id, tagsAll),
	}),
});

export const S3_TYPES: Record<string, ResourceType> = { "aws:s3/bucket:Bucket": bucket, ...S3_SETTING_TYPES };
