/** The artifact bucket as {@link ArtifactBucket}: S3 checks on its side that what it keeps is what was sent. */
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { ArtifactBucket } from "./register.ts";

/** Without the right to list, which the function has no other use for, S3 says 403 for an object that is not there. */
const MISSING: readonly (number | undefined)[] = [403, 404];

export function artifactBucket(client: S3Client, bucket: string): ArtifactBucket {
	return {
		read: async (key) => {
			try {
				const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
				return await Body?.transformToByteArray();
			} catch (thrown) {
				if (thrown instanceof S3ServiceException && MISSING.includes(thrown.$response?.statusCode)) return undefined;
				throw thrown;
			}
		},
		write: async (key, bytes, sha256) => {
			await client.send(
				new PutObjectCommand({
					Bucket: bucket,
					Key: key,
					Body: bytes,
					ContentType: "application/octet-stream",
					ChecksumSHA256: Buffer.from(sha256, "hex").toString("base64"),
				}),
			);
		},
	};
}
