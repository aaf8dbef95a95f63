/**
 * What SageMaker tells of a request on an asynchronous endpoint, read from the text of its notification.
 * Not what becomes of the job; a text that is none of these leads to no job, and says why.
 */
import { z } from "zod";
import { TriplaneError } from "../../charter/errors.ts";
import { readInferenceId } from "../../charter/sagemaker.ts";

/** Where an object lies. */
interface ObjectPlace {
	bucket: string;
	key: string;
}

export type Notification = { job: string; attempt: number } & (
	| { kind: "completed"; output: ObjectPlace }
	| {
			kind: "failed";
			reason: string;
			/** From SageMaker's acceptance to its giving up, where it says so. */
			seconds: number | undefined;
	  }
);

/** A text that is no notification of ours. */
export class NotificationError extends TriplaneError {
	override readonly name = "NotificationError";
}

const Completed = z.object({
	invocationStatus: z.literal("Completed"),
	inferenceId: z.string(),
	responseParameters: z.object({ outputLocation: z.string() }),
});
const Failed = z.object({
	invocationStatus: z.literal("Failed"),
	inferenceId: z.string(),
	failureReason: z.string().optional(),
	receivedTime: z.string().optional(),
	eventTime: z.string().optional(),
});
const Told = z.discriminatedUnion("invocationStatus", [Completed, Failed]);

const NO_REASON = "no reason was given";
const MS_PER_SECOND = 1000;

/** @throws {NotificationError} where it is none, or of a request that was not named as a job's attempt is */
export function readNotification(text: string): Notification {
	const told = Told.safeParse(jsonOf(text));
	if (!told.success) {
		const places = told.error.issues.map(({ path }) => path.join(".") || "the whole");
		throw new NotificationError(
			`A message on the endpoint's topic is no notification of SageMaker; at fault: ${places.join(", ")}. Look who else publishes there.`,
		);
	}
	const attempt = readInferenceId(told.data.inferenceId);
	if (!attempt)
		throw new NotificationError(
			`SageMaker's inference "${told.data.inferenceId}" is named as no attempt at a job. Send jobs through the model's queue only.`,
		);
	if (told.data.invocationStatus === "Completed")
		return { ...attempt, kind: "completed", output: placeOf(told.data.responseParameters.outputLocation) };
	const { failureReason, receivedTime, eventTime } = told.data;
	return {
		...attempt,
		kind: "failed",
		reason: failureReason || NO_REASON,
		seconds: secondsIn(receivedTime, eventTime),
	};
}

function placeOf(uri: string): ObjectPlace {
	const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(uri) ?? [];
	if (bucket === undefined || key === undefined)
		throw new NotificationError(`SageMaker says that its output lies at "${uri}", which is no place in S3.`);
	return { bucket, key };
}

function secondsIn(from = "", to = ""): number | undefined {
	const ms = Date.parse(to) - Date.parse(from);
	return Number.isFinite(ms) ? ms / MS_PER_SECOND : undefined;
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
