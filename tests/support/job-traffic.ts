/** A tenant's jobs at a steady pace, for as long as a rollout needs them; each is remembered, so that none can get lost unseen. */
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { DynamoDBClient, paginateScan } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { type JobRecord, jobKey } from "../../charter/jobs.ts";
import type { AwsTarget } from "../../cli/platform/aws.ts";
import type { PlatformClient } from "../../cli/platform/client.ts";
import { type HeldoutRow, requestByValues } from "../../cli/platform/heldout.ts";
import type { StackOutputs } from "../../cli/platform/outputs.ts";
import { cloudwatchCounts } from "../../functions/judge/cloudwatch-counts.ts";

/** A job that was accepted. */
export interface SentJob {
	id: string;
	/** That it was for when it was accepted. */
	version: number;
	rows: readonly HeldoutRow[];
}

export interface JobTraffic {
	/** Ends it when the last submission has been answered; throws where one was not accepted. */
	stop(): Promise<SentJob[]>;
}

const ACCEPTED = 202;
const TICK_MS = 20;

/** @param rows of the i-th job, from 0 */
export function startJobs(
	client: PlatformClient,
	model: string,
	rows: (i: number) => readonly HeldoutRow[],
	{ rps, atOnce }: { rps: number; atOnce: number },
): JobTraffic {
	const sent: SentJob[] = [];
	const onTheWay = new Set<Promise<unknown>>();
	const faults: string[] = [];
	let isStopping = false;
	const submit = async (i: number) => {
		const asked = rows(i);
		const { status, body } = await client.infer(model, requestByValues([...asked]));
		const job = body !== null && typeof body === "object" ? body : {};
		if (status === ACCEPTED && "id" in job && "version" in job)
			sent.push({ id: String(job.id), version: Number(job.version), rows: asked });
		else faults.push(`${status} ${JSON.stringify(body)}`);
	};
	const run = async () => {
		let due = 0;
		let lastMs = performance.now();
		for (let begun = 0; !isStopping; await sleep(TICK_MS)) {
			const nowMs = performance.now();
			due = Math.min(atOnce, due + ((nowMs - lastMs) / 1000) * rps);
			lastMs = nowMs;
			for (; due >= 1 && onTheWay.size < atOnce; due--) {
				const submission = submit(begun++)
					.catch((fault: unknown) => faults.push(String(fault)))
					.finally(() => onTheWay.delete(submission));
				onTheWay.add(submission);
			}
		}
		await Promise.all(onTheWay);
	};
	const ended = run();
	return {
		async stop() {
			isStopping = true;
			await ended;
			if (faults.length > 0) throw new Error(`${faults.length} jobs were not accepted: ${faults[0]}`);
			return sent;
		},
	};
}

/** All jobs' records by their ids, also those that no tenant sees. */
export async function jobRecords(aws: AwsTarget, { jobsTable = "" }: StackOutputs): Promise<Map<string, JobRecord>> {
	const client = new DynamoDBClient(aws);
	const records = new Map<string, JobRecord>();
	try {
		for await (const { Items = [] } of paginateScan({ client }, { TableName: jobsTable }))
			for (const item of Items) {
				const record = unmarshall(item);
				if (record.pk === jobKey(record.job)) records.set(record.job, record as JobRecord);
			}
		return records;
	} finally {
		client.destroy();
	}
}

/** Of jobs in the order in which they were sent, those that were the canary's when they were accepted and have changed over. */
export const takenOver = (sent: readonly SentJob[], jobs: readonly JobRecord[], canary: number): JobRecord[] =>
	jobs.filter(({ version }, i) => sent[i]?.version === canary && version !== canary);

/** By whom jobs were done, as in "canary v2 in b", each once. */
export const placesOf = (jobs: readonly JobRecord[]): string[] => [
	...new Set(jobs.map(({ version, slot, variant }) => `${variant} v${version} in ${slot}`)),
];

const COUNTED_MS = 15 * 60_000;

/**
 * How many ends of jobs the last minutes' metrics count: each job's one, however often it was begun.
 * @param rollouts of the model's versions, from one to the next
 */
export async function countedEnds(
	aws: AwsTarget,
	model: string,
	rollouts: readonly { from: number; to: number }[],
): Promise<number> {
	const client = new CloudWatchClient(aws);
	const untilMs = Date.now() + 1;
	try {
		const counts = cloudwatchCounts(client);
		const arms = await Promise.all(
			rollouts.map((versions) => counts.arms({ model, ...versions, fromMs: untilMs - COUNTED_MS, untilMs })),
		);
		return arms.reduce((sum, { champion, canary }) => sum + champion.requests + canary.requests, 0);
	} finally {
		client.destroy();
	}
}
