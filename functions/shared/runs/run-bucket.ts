/** The artifact bucket, as whoever handles runs sees it: S3 checks on its side that what it keeps is what was sent. */
import { Readable } from "node:stream";
import { GetObjectCommand, PutObjectCommand, type S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import { RUN_BYTES_MAX, type RunFile } from "../../../charter/run-files.ts";
import { RunFileTooLargeError, RunNotFoundError } from "./errors.ts";

export interface RunBucket {
	/**
	 * The object's bytes, or undefined where there is none.
	 * @throws {RunFileTooLargeError} where they are more than `bytesMax`; none of them is read then
	 */
	read(key: string, bytesMax: number): Promise<Uint8Array | undefined>;
	write(key: string, bytes: Uint8Array, sha256: string): Promise<void>;
}

/**
 * A file that the run must have left.
 * @throws {RunNotFoundError}
 */
export async function requiredFile(
	bucket: Pick<RunBucket, "read">,
	key: string,
	bytesMax: number,
): Promise<Uint8Array> {
	const bytes = await bucket.read(key, bytesMax);
	if (!bytes)
		throw new RunNotFoundError(
			`The run left no ${key}. Let the trainer end first, and check the model's and the run's names.`,
		);
	return bytes;
}

/**
 * One of a run's files, as far as it may be.
 * @param prefix of the run
 * @throws {RunNotFoundError} {@link RunFileTooLargeError}
 */
export const runFile = (bucket: Pick<RunBucket, "read">, prefix: string, name: RunFile): Promise<Uint8Array> =>
	requiredFile(bucket, `${prefix}${name}`, RUN_BYTES_MAX[name]);

/** Without the right to list, which the function has no other use for, S3 says 403 for an object that is not there. */
const MISSING: readonly (number | undefined)[] = [403, 404];

export function runBucket(client: S3Client, bucket: string): RunBucket {
	return {
		read: async (key, bytesMax) => {
			try {
				const { Body, ContentLength } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
				if (!(Body instanceof Readable)) return undefined;
				return await bytesOf(Body, key, ContentLength, bytesMax);
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

/** Into one piece of the length that S3 has said: a large object joined from its parts would be in memory twice. */
async function bytesOf(body: Readable, key: string, length: number | undefined, bytesMax: number): Promise<Uint8Array> {
	if (length === undefined || length > bytesMax) {
		body.destroy();
		throw new RunFileTooLargeError(
			`${key} has ${length ?? "nobody knows how many"} bytes, and at most ${bytesMax} are read. Let the trainer leave a smaller file.`,
		);
	}
	const bytes = new Uint8Array(length);
	let at = 0;
	for await (const chunk of body as AsyncIterable<Uint8Array>) {
		bytes.set(chunk, at);
		at += chunk.byteLength;
	}
	if (at < length) throw new RangeError(`${key} ended after ${at} of its ${length} bytes.`);
	return bytes;
}
