/**
 * Tells one callback that its job has ended. A 2xx settles it; anything else is tried again by the queue, until it has been
 * received as often as it may be, and then lies in the dead-letter queue.
 */
import { TriplaneError } from "../../charter/errors.ts";
import { CALLBACKS_OPEN, CallbackMessage, isEnded } from "../../charter/jobs.ts";
import { CALLBACK_RECEIVES_MAX, CALLBACK_VISIBILITY_SECONDS } from "../../charter/queued.ts";
import type { JobStore } from "../shared/jobs/job-store.ts";
import { jobViewText } from "../shared/jobs/job-view.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";
import { CallbackError, type Post } from "./post.ts";
import { signatureHeaders } from "./signature.ts";

export interface CallbackPorts {
	store: Pick<JobStore, "read" | "closeCallback" | "postpone">;
	payloads: Pick<Payloads, "getUrl">;
	post: Post;
	/** Milliseconds since the epoch. */
	now: () => number;
}

/** A message of the callbacks' queue is none of ours. */
class CallbackMessageError extends TriplaneError {
	override readonly name = "CallbackMessageError";
}

const MS_PER_SECOND = 1000;
/** The sweeper keeps out while the queue tries: it looks when two tries would have come. */
const KEPT_OUT_MS = 2 * CALLBACK_VISIBILITY_SECONDS * MS_PER_SECOND;

/**
 * @param text body of the message
 * @param receives how often it was received, this time included
 * @returns what became of it, for the record
 * @throws {Error} where it was not told and the queue should bring it again
 */
export async function callBack(ports: CallbackPorts, text: string, receives: number): Promise<"told" | "not due"> {
	const { store, post, payloads, now } = ports;
	const job = await store.read(readMessage(text).job);
	const isDue = job?.open === CALLBACKS_OPEN || job?.callbackGivenUpAtMs !== undefined;
	if (!job?.callback || !isEnded(job.state) || !isDue) return "not due";
	const { url, signingKey } = job.callback;
	const body = await jobViewText(job, payloads);
	const id = `${job.job}_${job.attempt}`;
	try {
		const status = await post(url, signatureHeaders({ id, nowMs: now(), body }, signingKey), body);
		if (status < 200 || status > 299)
			throw new CallbackError(`${new URL(url).host} answered ${status} to the callback of the job ${job.job}.`);
	} catch (thrown) {
		if (receives >= CALLBACK_RECEIVES_MAX) await store.closeCallback(job, "givenUp");
		else await store.postpone(job, now() + KEPT_OUT_MS);
		throw thrown;
	}
	await store.closeCallback(job, "settled");
	return "told";
}

function readMessage(text: string): CallbackMessage {
	try {
		return CallbackMessage.parse(JSON.parse(text));
	} catch (cause) {
		throw new CallbackMessageError(
			"A message of the callbacks' queue is no CallbackMessage. Look at it in the dead-letter queue, where it will be.",
			{ cause },
		);
	}
}
