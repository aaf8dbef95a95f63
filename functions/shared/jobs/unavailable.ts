/** What callers are told where the jobs' stores cannot be reached: to try again. */
import { ApiError } from "../../../charter/errors.ts";

const RETRY_SECONDS = 1;

/**
 * The work's answer.
 * @param what as in "The job cannot be stored now"
 * @throws {ApiError} its own, or UNAVAILABLE for anything else
 */
export async function orUnavailable<T>(what: string, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (cause) {
		if (cause instanceof ApiError) throw cause;
		throw new ApiError("UNAVAILABLE", `${what}. Try again.`, { cause, retryAfterSeconds: RETRY_SECONDS });
	}
}
