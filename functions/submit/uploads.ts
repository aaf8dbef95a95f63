/**
 * Requests that are larger than the API takes: a presigned URL to put one to, and that object read back as the request.
 * Whose an upload is lies in its key, which the tenant's own name is part of: nobody reaches another's. How large it is, is
 * signed: S3 itself refuses anything else.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { UPLOAD_ID_HEADER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { JOB_LIMITS, uploadObjectKey } from "../../charter/jobs.ts";
import { type Answer, jsonAnswer } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import { bodyText, checkBody, decodeText, parseText } from "../shared/inference/body.ts";
import { type Payloads, UPLOAD_CONTENT_TYPE } from "../shared/jobs/payloads.ts";
import { orUnavailable } from "../shared/jobs/unavailable.ts";

export interface UploadPorts {
	payloads: Payloads;
	/** Milliseconds since the epoch. */
	now: () => number;
}

const UploadRequest = z.object({ bytes: z.int().positive() });

interface Owner {
	tenant: string;
	model: string;
}

const CREATED = 201;
/** Far more than a number takes. */
const BODY_MAX_BYTES = 1024;
const MS_PER_SECOND = 1000;

/**
 * How large the upload is going to be.
 * @throws {ApiError} INVALID_REQUEST, PAYLOAD_TOO_LARGE or UNSUPPORTED_MEDIA_TYPE
 */
export function readUploadBytes({ request }: Pick<Call, "request">): number {
	checkBody(request, BODY_MAX_BYTES);
	const text = bodyText(request);
	const parsed = UploadRequest.safeParse(text.trim() === "" ? undefined : parseText(text));
	if (!parsed.success)
		throw new ApiError(
			"INVALID_REQUEST",
			'The body does not say how large the upload is. Send {"bytes": N}, the size of what is then put, in bytes from 1.',
		);
	const { bytes } = parsed.data;
	if (bytes > JOB_LIMITS.uploadMaxBytes) throw tooLarge(bytes);
	return bytes;
}

/** @param bytes what is going to be put there, and no more nor less */
export async function createUpload(
	{ payloads, now }: UploadPorts,
	call: Call,
	{ bytes, ...owner }: Owner & { bytes: number },
): Promise<Answer> {
	const id = randomUUID();
	const expiresAt = new Date(now() + JOB_LIMITS.uploadUrlSeconds * MS_PER_SECOND).toISOString();
	const key = uploadObjectKey(owner.tenant, owner.model, id);
	const signing = orUnavailable(
		"No upload can be signed now",
		payloads.putUrl(key, bytes, JOB_LIMITS.uploadUrlSeconds),
	);
	const url = await call.deadline.wait(signing, "the upload was signed");
	const headers = { "content-type": UPLOAD_CONTENT_TYPE, "content-length": String(bytes) };
	return jsonAnswer({ id, url, method: "PUT", headers, expiresAt }, CREATED);
}

/** An upload's text, and where it lies. */
export interface Upload {
	text: string;
	key: string;
	etag: string;
}

/** @throws {ApiError} INVALID_REQUEST beside a body, NOT_FOUND, PAYLOAD_TOO_LARGE, CONFLICT, UNAVAILABLE or DEADLINE_EXCEEDED */
export async function readUpload(
	{ payloads }: UploadPorts,
	{ request, deadline }: Call,
	{ tenant, model, uploadId }: Owner & { uploadId: string },
): Promise<Upload> {
	if (request.body)
		throw new ApiError(
			"INVALID_REQUEST",
			`There is a body beside the header ${UPLOAD_ID_HEADER}. Send the one or the other.`,
		);
	const key = uploadObjectKey(tenant, model, uploadId);
	const inTime = <T>(work: Promise<T>) =>
		deadline.wait(orUnavailable("The upload cannot be read now", work), "the upload was read");
	const found = await inTime(payloads.find(key));
	if (!found)
		throw new ApiError(
			"NOT_FOUND",
			`There is no upload "${uploadId}" of this tenant for "${model}". Put the request to the URL that POST …/uploads answers first.`,
		);
	if (found.bytes > JOB_LIMITS.uploadMaxBytes) throw tooLarge(found.bytes);
	// Whoever has its URL may put another one there now: only what was looked at is read.
	const bytes = await inTime(payloads.getUnchanged(key, found.etag));
	if (!bytes) throw new ApiError("CONFLICT", "The upload was changed while it was read. Submit it again.");
	return { text: decodeText(bytes), key, etag: found.etag };
}

const tooLarge = (bytes: number): ApiError =>
	new ApiError(
		"PAYLOAD_TOO_LARGE",
		`The upload has ${bytes} bytes, more than the ${JOB_LIMITS.uploadMaxBytes} of one job. Split the rows over several requests.`,
	);
