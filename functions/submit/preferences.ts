/**
 * What the headers of a submission ask for, read strictly where the caller means it and leniently where RFC 7240 says so.
 * Not the body; see submit.ts.
 */
import { CALLBACK_URL_HEADER, IDEMPOTENCY_KEY_HEADER, PREFER_HEADER, UPLOAD_ID_HEADER } from "../../charter/api.ts";
import { ApiError } from "../../charter/errors.ts";
import { JOB_LIMITS } from "../../charter/jobs.ts";
import { readCallbackUrl } from "../shared/jobs/callback-url.ts";

export interface Preferences {
	idempotencyKey: string | undefined;
	/** Seconds to wait for the job; 0 where nobody asked. */
	waitSeconds: number;
	/** Whether the caller prefers a job to an answer at once. */
	isAsync: boolean;
	callbackUrl: string | undefined;
	uploadId: string | undefined;
}

const KEY = /^[\x21-\x7e]{1,255}$/;
const UPLOAD_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** One preference of a list, as in `wait=10` or `wait="10"; a=b`. */
const WAIT = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i;

const ASYNC = /^\s*respond-async\s*(?:;|$)/i;

/** @throws {ApiError} INVALID_REQUEST for a key, an address or an upload's id that is none */
export function readPreferences(headers: ReadonlyMap<string, string>): Preferences {
	const idempotencyKey = headers.get(IDEMPOTENCY_KEY_HEADER);
	if (idempotencyKey !== undefined && !KEY.test(idempotencyKey))
		throw new ApiError(
			"INVALID_REQUEST",
			`The header ${IDEMPOTENCY_KEY_HEADER} has ${idempotencyKey.length} characters or one that is not visible. Send 1 to 255 visible ASCII characters, as of a UUID.`,
		);
	const callbackUrl = headers.get(CALLBACK_URL_HEADER);
	const uploadId = headers.get(UPLOAD_ID_HEADER);
	if (uploadId !== undefined && !UPLOAD_ID.test(uploadId))
		throw new ApiError(
			"INVALID_REQUEST",
			`The header ${UPLOAD_ID_HEADER} is "${uploadId.slice(0, 40)}", which is no upload's id. Send the id that POST …/uploads has answered.`,
		);
	return {
		idempotencyKey,
		...readPrefer(headers.get(PREFER_HEADER) ?? ""),
		callbackUrl: callbackUrl === undefined ? undefined : readCallbackUrl(callbackUrl),
		uploadId,
	};
}

/** A preference that a server does not know or cannot meet, it ignores; the first of several of one name counts. */
function readPrefer(prefer: string): Pick<Preferences, "waitSeconds" | "isAsync"> {
	const preferences = prefer.split(",");
	const [seconds = 0] = preferences.flatMap((preference) => WAIT.exec(preference)?.slice(1).map(Number) ?? []);
	return {
		waitSeconds: Math.min(seconds, JOB_LIMITS.waitMaxSeconds),
		isAsync: preferences.some((preference) => ASYNC.test(preference)),
	};
}
