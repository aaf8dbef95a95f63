/**
 * Takes an endpoint's output into a job's keeping: as text where it is small, else by a copy under the attempt's own key.
 * Only what is read is checked to be an inference response; large outputs are taken as the model's server wrote them.
 */
import { JOB_LIMITS, type JobRecord, responseObjectKey } from "../../charter/jobs.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";
import { parseLossless } from "../worker/lossless-json.ts";
import { readInferAnswer } from "../worker/rows.ts";

export type Taken =
	| { kind: "read"; text: string }
	| { kind: "copied"; responseKey: string }
	/** There is nothing at its place, or no inference response. */
	| { kind: "useless"; reason: string };

/** @throws what S3 threw */
export async function takeOutput(
	objects: Pick<Payloads, "find" | "get" | "copy">,
	key: string,
	{ tenant, job, attempt }: JobRecord,
): Promise<Taken> {
	const found = await objects.find(key);
	if (!found) return { kind: "useless", reason: "SageMaker's output is not where it says." };
	if (found.bytes > JOB_LIMITS.inlineMaxBytes) {
		const responseKey = responseObjectKey(tenant, job, attempt);
		const isCopied = await objects.copy(key, responseKey, found.etag);
		return isCopied
			? { kind: "copied", responseKey }
			: { kind: "useless", reason: "SageMaker's output changed while it was taken." };
	}
	const text = new TextDecoder().decode(await objects.get(key));
	if (isAnswer(text)) return { kind: "read", text };
	return { kind: "useless", reason: "The model's answer is no inference response with its data as JSON." };
}

function isAnswer(text: string): boolean {
	try {
		return readInferAnswer(parseLossless(text)) !== undefined;
	} catch {
		return false;
	}
}
