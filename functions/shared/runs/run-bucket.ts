/** The artifact bucket, as whoever handles runs sees it: S3 checks on its side that what it keeps is what was sent. */
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { RunNotFoundError } from "./errors.ts";

export interface RunBucket {
	/** The object's bytes, or undefined where there is none. */
	read(key: string): Promise<Uint8Array | undefined>;
	write(key: string, bytes: Uint8Array, sha256: string): Promise<void>;
}

/**
 * A file that the run must have left.
 * @throws {RunNotFoundError}
 */
export async function requiredFile(bucket: Pick<RunBucket, "read">, key: string): Promise<Uint8Array> {
	const bytes = await bucket.read(key);
	if (!bytes)
		throw new RunNotFoundError(
			`The run left no ${key}. Let the trainer end first, and check the model's and the run's names.`,
		);
	return bytes;
}

/** Without the right to list, which the function has no other use for, S3 says 403 for an object that is not there. */
const MISSING: readonly (number | undefined)[] = [403, 404];

export function runBucket(client: S3Client, bucket: string): RunBucket {
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
