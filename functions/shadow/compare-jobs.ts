/**
 * A queued model's job and its shadow's, compared once both have ended. Where the champion's did not succeed there is nothing to
 * compare with; where only the shadow's did not, it has failed.
 */
import { isEnded, type JobRecord } from "../../charter/jobs.ts";
import type { ShadowMessage } from "../../charter/rollout.ts";
import { decodeText } from "../shared/inference/body.ts";
import type { JobStore } from "../shared/jobs/job-store.ts";
import type { Payloads } from "../shared/jobs/payloads.ts";
import type { Log } from "../shared/telemetry/log.ts";
import type { Telemetry } from "../shared/telemetry/telemetry.ts";
import { compareAnswers, type KnownLabels, rowsOf } from "./compare.ts";
import { type Output, readOutputs } from "./outputs.ts";
import { failedRows, recordCompared } from "./record.ts";

export interface JobsPorts {
	store: Pick<JobStore, "read">;
	payloads: Pick<Payloads, "get">;
	known: KnownLabels;
	tolerance: number;
	telemetry: Pick<Telemetry, "write" | "now">;
	log: Log;
}

/**
 * @returns whether it is done with the pair; else one of the two has not ended yet
 * @throws what table or bucket threw
 */
export async function compareJobs(
	message: Extract<ShadowMessage, { kind: "jobs" }>,
	ports: JobsPorts,
): Promise<boolean> {
	const { store, known, tolerance, telemetry, log } = ports;
	const [champion, shadow] = await Promise.all([store.read(message.champion), store.read(message.shadow)]);
	if (!champion || !shadow || hasNothing(champion) || shadow.state === "CANCELLED") return true;
	if (!isEnded(champion.state) || !isEnded(shadow.state)) return false;
	const [wanted, found] = [await outputsOf(champion, ports), await outputsOf(shadow, ports)];
	if (!wanted) return true;
	if (!found) log.error("The shadow failed a job that its champion has done", { job: shadow.job });
	const slices = found ? compareAnswers(wanted, found, { known, tolerance }) : failedRows(rowsOf(wanted));
	recordCompared(telemetry, { model: message.model, version: message.shadowVersion, slices });
	return true;
}

const hasNothing = ({ state }: JobRecord): boolean => isEnded(state) && state !== "SUCCEEDED";

/** Undefined where the job has none that could be compared. */
async function outputsOf(job: JobRecord, { payloads, log }: JobsPorts): Promise<Output[] | undefined> {
	if (job.state !== "SUCCEEDED") return undefined;
	const text = job.response ?? decodeText(await payloads.get(job.responseKey ?? ""));
	try {
		return readOutputs(text);
	} catch (thrown) {
		log.warn("A job's response cannot be compared", { job: job.job }, thrown);
		return undefined;
	}
}
