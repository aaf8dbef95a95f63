/** The data bucket as {@link BatchObjects}. What its objects hold is for others to say. */
import {
	DeleteObjectsCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	NoSuchKey,
	NotFound,
	PutObjectCommand,
	type S3Client,
} from "@aws-sdk/client-s3";
import { CHECKSUM_METADATA } from "../../../charter/batch-messages.ts";
import { TriplaneError } from "../../../charter/errors.ts";
import type { BatchObjects, ByteStream } from "./ports.ts";

/** Most keys that one request deletes. */
const DELETE_MAX = 1000;

/** S3 answered with less than was asked for; another try may get it all. */
class BatchStoreError extends TriplaneError {
	override readonly name = "BatchStoreError";
}

export function batchObjects(client: S3Client, bucket: string): BatchObjects {
	return {
		list: (prefix, after) => list(client, bucket, prefix, after),
		read: async (key, range) => {
			// HTTP's ranges include their end.
			const part = range && { Range: `bytes=${range.start}-${range.end - 1}` };
			const answer = await unlessMissing(client.send(new GetObjectCommand({ Bucket: bucket, Key: key, ...part })));
			return answer && bytesOf(answer.Body?.transformToWebStream());
		},
		checksum: async (key) => {
			const answer = await unlessMissing(client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })));
			return answer?.Metadata?.[CHECKSUM_METADATA];
		},
		write: async (key, content, checksum) => {
			await client.send(
				new PutObjectCommand({
					Bucket: bucket,
					Key: key,
					Body: content,
					ContentType: key.endsWith(".jsonl") ? "application/jsonl" : "application/json",
					...(checksum !== undefined && { Metadata: { [CHECKSUM_METADATA]: checksum } }),
				}),
			);
		},
		remove: async (keys) => {
			for (let at = 0; at < keys.length; at += DELETE_MAX) {
				const Objects = keys.slice(at, at + DELETE_MAX).map((Key) => ({ Key }));
				const { Errors: [first] = [] } = await client.send(
					new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
				);
				if (first)
					throw new BatchStoreError(`${first.Key} in ${bucket} was not deleted: ${first.Code} ${first.Message}.`);
			}
		},
	};
}

async function* list(client: S3Client, bucket: string, prefix: string, after?: string): AsyncGenerator<string> {
	for (let token: string | undefined, isLast = false; !isLast; ) {
		const start = token === undefined ? after && { StartAfter: after } : { ContinuationToken: token };
		const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...start }));
		for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
		token = page.NextContinuationToken;
		isLast = token === undefined;
	}
}

async function* bytesOf(stream: ReadableStream<Uint8Array> | undefined): ByteStream {
	if (stream) yield* stream;
}

/** Undefined where S3 says that there is no such object; any other error stays one. */
async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
	try {
		return await answer;
	} catch (thrown) {
		if (thrown instanceof NoSuchKey || thrown instanceof NotFound) return undefined;
		throw thrown;
	}
}
