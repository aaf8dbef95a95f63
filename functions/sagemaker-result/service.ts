/**
 * Ends jobs by what SageMaker tells of them: finds job and attempt by the inference's name, and commits, fails or gives back as
 * a worker does. The attempt is the fencing token: a notification that comes late or twice changes nothing. What cannot be
 * done now is thrown, so that Lambda tries again and at last keeps the notification.
 */
import type { SNSEvent } from "aws-lambda";
import type { JobRecord } from "../../charter/jobs.ts";
import { inferenceOutputPrefix } from "../../charter/sagemaker.ts";
import { readSlot, type SlotParts } from "../sagemaker-forward/slot.ts";
import { claimsTable } from "../shared/jobs/claims-table.ts";
import { messageOf } from "../shared/jobs/job-queue.ts";
import { jobTable } from "../shared/jobs/job-table.ts";
import type { JobResult } from "../worker/run-batch.ts";
import { setAside, settle } from "../worker/settle.ts";
import { type Notification, NotificationError, readNotification } from "./notification.ts";
import { type Taken, takeOutput } from "./output.ts";
import { resending } from "./resending.ts";

/** SNS hands over one notification at a time. */
export type ResultHandler = (event: {
	Records: readonly { Sns: Pick<SNSEvent["Records"][number]["Sns"], "Message"> }[];
}) => Promise<void>;

const WORKER = "sagemaker";
const UNHELD = { letGo: async () => undefined };

/** @throws {FunctionSettingsError} where the environment lacks something, by name */
export function createResultService(parts: SlotParts): ResultHandler {
	const { telemetry, sqs } = parts;
	const { model, times, log, observer, bucket, objects, queueUrl, outbox, jobs: table } = readSlot(parts);
	const queue = resending(sqs, queueUrl);
	const claims = claimsTable({ ...table, worker: WORKER });
	const jobs = jobTable(table);

	const resultOf = (told: Notification, taken: Taken | undefined): JobResult => {
		if (taken?.kind === "read") return { kind: "done", response: taken.text };
		// What lies there already need not be held here.
		if (taken?.kind === "copied") return { kind: "done", response: "" };
		if (told.kind === "failed" && (told.seconds ?? 0) >= times.requestTtlSeconds)
			return { kind: "unserved", reason: `It waited too long for SageMaker: ${told.reason}`, isExcused: true };
		const reason = told.kind === "failed" ? told.reason : taken?.reason;
		return { kind: "failed", failure: { code: "INTERNAL", message: `The model failed: ${reason}` } };
	};

	const end = async (claim: JobRecord, told: Notification): Promise<void> => {
		const taken = told.kind === "completed" ? await takeOutput(objects, told.output.key, claim) : undefined;
		const delivery = { body: JSON.stringify(messageOf(claim)), receipt: "" };
		observer.claimed(claim);
		const settled = await settle({ delivery, claim, isVoid: false }, resultOf(told, taken), {
			claims,
			queue: queue(claim.tenant),
			outbox,
			payloads: {
				writeResponse: async (_, response) =>
					taken?.kind === "copied" ? { responseKey: taken.responseKey } : { response },
			},
			held: UNHELD,
			log,
			random: Math.random,
			isDraining: () => false,
		});
		observer.settled(claim, settled);
		if (settled.kind === "unknown") throw settled.thrown;
	};

	const take = async (told: Notification): Promise<void> => {
		if (told.kind === "completed") demandOwn(told.output, { bucket, prefix: inferenceOutputPrefix(model) });
		const job = await jobs.read(told.job);
		const { attempt } = told;
		if (job?.model !== model) {
			log.warn("SageMaker tells of a job that there is not", { job: told.job });
			return;
		}
		if (job.attempt !== attempt) {
			log.info(`SageMaker tells of attempt ${attempt}, which is no longer the job's`, { job: told.job });
			return;
		}
		if (job.state === "RUNNING") return end(job, told);
		// An earlier try of this very notification ended between the two.
		const isLeftBehind = job.state === "FAILED" && job.deadLetteredAtMs === undefined;
		if (!isLeftBehind) return;
		const delivery = { body: JSON.stringify(messageOf(job)), receipt: "" };
		await setAside(delivery, job, { outbox, claims, queue: queue(job.tenant) });
	};

	return async ({ Records }) => {
		try {
			for (const { Sns } of Records) await take(readNotification(Sns.Message));
		} catch (thrown) {
			log.error("A notification of SageMaker could not be dealt with; it is tried again, then kept", {}, thrown);
			throw thrown;
		} finally {
			await telemetry.tracing.flush();
		}
	};
}

/** @throws {NotificationError} where an output lies where no output of this model's endpoint can */
function demandOwn({ bucket, key }: { bucket: string; key: string }, own: { bucket: string; prefix: string }): void {
	if (bucket === own.bucket && key.startsWith(own.prefix)) return;
	throw new NotificationError(
		`SageMaker says that its output lies at s3://${bucket}/${key}, not under s3://${own.bucket}/${own.prefix}. Look who else publishes on the endpoint's topic.`,
	);
}
