/**
 * What is too large for a job's record: requests and results in the jobs' bucket, and the presigned URLs to put and get them.
 * The port and its adapter; which payload goes where is decided by who writes it.
 */
import {
	CopyObjectCommand,
	GetObjectCommand,
	HeadObjectCommand,
	PutObjectCommand,
	type S3Client,
	S3ServiceException,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { TriplaneError } from "../../../charter/errors.ts";

/** What lies at a key now. */
interface Found {
	bytes: number;
	/** Names this very content. */
	etag: string;
}

export interface Payloads {
	put(key: string, text: string): Promise<void>;
	/** @throws what S3 threw, also where there is no such object */
	get(key: string): Promise<Uint8Array>;
	/** Reads this very content; undefined where the object has another by now, or is gone. */
	getUnchanged(key: string, etag: string): Promise<Uint8Array | undefined>;
	/** Undefined where there is no such object. */
	find(key: string): Promise<Found | undefined>;
	/** Copies this very content; false where the object has another by now, or is gone. */
	copy(from: string, to: string, etag: string): Promise<boolean>;
	/** URL by which whoever has it may put JSON of exactly so many bytes there. */
	putUrl(key: string, bytes: number, seconds: number): Promise<string>;
	getUrl(key: string, seconds: number): Promise<string>;
}

/** S3 has answered with an object that is none. */
class PayloadError extends TriplaneError {
	override readonly name = "PayloadError";
}

/** What a presigned upload must be sent as: it is signed with it. */
export const UPLOAD_CONTENT_TYPE = "application/json";
const NOT_FOUND = 404;
const PRECONDITION_FAILED = 412;
/** What S3 answers instead of "not found" to a role that may not list the bucket. */
const FORBIDDEN = 403;

/** @param client that adds checksums only where asked to, as `s3Client` of clients.ts: else it signs uploads for no content */
export function payloadBucket(client: S3Client, bucket: string): Payloads {
	const at = (key: string) => ({ Bucket: bucket, Key: key });
	const read = async (input: { Key: string; IfMatch?: string }): Promise<Uint8Array> => {
		const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, ...input }));
		if (!Body) throw new PayloadError(`The object ${input.Key} in the bucket ${bucket} has no content.`);
		return Body.transformToByteArray();
	};
	return {
		put: async (key, text) => {
			const Body = Buffer.from(text);
			await client.send(
				new PutObjectCommand({ ...at(key), Body, ContentType: UPLOAD_CONTENT_TYPE, ChecksumAlgorithm: "CRC32" }),
			);
		},
		get: (key) => read({ Key: key }),
		getUnchanged: async (key, etag) => {
			try {
				return await read({ Key: key, IfMatch: etag });
			} catch (thrown) {
				if (hasStatus(thrown, NOT_FOUND, PRECONDITION_FAILED)) return undefined;
				throw thrown;
			}
		},
		find: async (key) => {
			try {
				const { ContentLength, ETag } = await client.send(new HeadObjectCommand(at(key)));
				return { bytes: ContentLength ?? 0, etag: ETag ?? "" };
			} catch (thrown) {
				if (hasStatus(thrown, NOT_FOUND, FORBIDDEN)) return undefined;
				throw thrown;
			}
		},
		copy: async (from, to, etag) => {
			const CopySource = `${bucket}/${from.split("/").map(encodeURIComponent).join("/")}`;
			try {
				await client.send(new CopyObjectCommand({ ...at(to), CopySource, CopySourceIfMatch: etag }));
				return true;
			} catch (thrown) {
				if (hasStatus(thrown, NOT_FOUND, PRECONDITION_FAILED)) return false;
				throw thrown;
			}
		},
		putUrl: (key, bytes, seconds) => {
			const command = new PutObjectCommand({ ...at(key), ContentType: UPLOAD_CONTENT_TYPE, ContentLength: bytes });
			const signableHeaders = new Set(["content-type", "content-length"]);
			return getSignedUrl(client, command, { expiresIn: seconds, signableHeaders });
		},
		getUrl: (key, seconds) => getSignedUrl(client, new GetObjectCommand(at(key)), { expiresIn: seconds }),
	};
}

const hasStatus = (thrown: unknown, ...statuses: number[]): boolean =>
	thrown instanceof S3ServiceException && statuses.includes(thrown.$metadata.httpStatusCode ?? 0);
