/**
 * A job's request and response as {@link Payloads}: in its record where they are small, else in the jobs' bucket.
 * Responses lie under the attempt, so that a worker that was fenced never overwrites the winner's.
 */
import { JOB_LIMITS, responseObjectKey } from "../../charter/jobs.ts";
import type { Payloads as Bucket } from "../shared/jobs/payloads.ts";
import type { Payloads } from "./ports.ts";

export function jobPayloads(bucket: Pick<Bucket, "find" | "get" | "put">): Payloads {
	return {
		requestBytes: async ({ request, requestKey }) => {
			if (request !== undefined) return Buffer.byteLength(request);
			const found = requestKey === undefined ? undefined : await bucket.find(requestKey);
			return found?.bytes;
		},
		readRequest: async ({ request, requestKey }) => {
			if (request !== undefined || requestKey === undefined) return request;
			const bytes = await bucket.get(requestKey);
			return new TextDecoder().decode(bytes);
		},
		writeResponse: async ({ tenant, job, attempt }, response) => {
			if (Buffer.byteLength(response) <= JOB_LIMITS.inlineMaxBytes) return { response };
			const responseKey = responseObjectKey(tenant, job, attempt);
			await bucket.put(responseKey, response);
			return { responseKey };
		},
	};
}
