/**
 * Requests that are larger than the API takes: a presigned URL to put one to, and that object read back as the request.
 * Whose an upload is lies in its key, which the tenant's own name is part of: nobody reaches another's.
 */
import { randomUUID } from "node:crypto";
import { UPLOAD_ID_HEADER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { JOB_LIMITS, uploadObjectKey } from "../../charter/jobs.ts";
import { type Answer, jsonAnswer } from "../shared/http/answer.ts";
import type { Call } from "../shared/http/serve.ts";
import { decodeText } from "../shared/inference/body.ts";
import { type Payloads, UPLOAD_CONTENT_TYPE } from "../shared/jobs/payloads.ts";
import { orUnavailable } from "../shared/jobs/unavailable.ts";

export interface UploadPorts {
	payloads: Payloads;
	/** Milliseconds since the epoch. */
	now: () => number;
}

interface Owner {
	tenant: string;
	model: string;
}

const CREATED = 201;
const MS_PER_SECOND = 1000;

export async function createUpload({ payloads, now }: UploadPorts, call: Call, owner: Owner): Promise<Answer> {
	const id = randomUUID();
	const expiresAt = new Date(now() + JOB_LIMITS.uploadUrlSeconds * MS_PER_SECOND).toISOString();
	const key = uploadObjectKey(owner.tenant, owner.model, id);
	const signing = orUnavailable("No upload can be signed now", payloads.putUrl(key, JOB_LIMITS.uploadUrlSeconds));
	const url = await call.deadline.wait(signing, "the upload was signed");
	return jsonAnswer({ id, url, method: "PUT", headers: { "content-type": UPLOAD_CONTENT_TYPE }, expiresAt }, CREATED);
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
	if (found.bytes > JOB_LIMITS.uploadMaxBytes)
		throw new ApiError(
			"PAYLOAD_TOO_LARGE",
			`The upload has ${found.bytes} bytes, more than the ${JOB_LIMITS.uploadMaxBytes} of one job. Split the rows over several requests.`,
		);
	// Whoever has its URL may put another one there now, of any size: only what was looked at is read.
	const bytes = await inTime(payloads.getUnchanged(key, found.etag));
	if (!bytes) throw new ApiError("CONFLICT", "The upload was changed while it was read. Submit it again.");
	return { text: decodeText(bytes), key, etag: found.etag };
}
