/**
 * Sees every write to the jobs' table that took place, in order, whoever was told of it: by the table's change stream.
 * Independent of what workers log and of how they write; keeps what accounts.ts judges, not the records.
 */
import {
	DescribeStreamCommand,
	type DynamoDBStreamsClient,
	GetRecordsCommand,
	GetShardIteratorCommand,
	type _Record as StreamRecord,
} from "@aws-sdk/client-dynamodb-streams";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { ENDED_STATES, inFlightKey, isEnded, type JobState, jobKey } from "../../charter/jobs.ts";

const POLL_MS = 500;
const PAGE_RECORDS = 1000;

/** What became of one job, write by write. */
interface JobHistory {
	state: JobState;
	/** Writes that gave it to a worker. */
	claims: number;
	/** Writes that gave it back to the queue. */
	releases: number;
	/** Writes by which it ended, or by which an end was replaced by another: more than one is a double commit. */
	endings: number;
}

/** Of all tenants' counters: lowest and highest values that they ever had, and what they are now. */
interface InFlightHistory {
	least: number;
	most: number;
	now: Map<string, number>;
}

export interface Histories {
	jobs: Map<string, JobHistory>;
	inFlight: InFlightHistory;
}

export const emptyHistories = (): Histories => ({
	jobs: new Map(),
	inFlight: { least: 0, most: 0, now: new Map() },
});

/** An item before or after a write. */
type Image = Readonly<Record<string, unknown>> | undefined;

/** What an ended job must keep for ever. */
const FINAL_FIELDS = ["state", "attempt", "response", "responseKey", "error", "endedAtMs"] as const;
const JOB_PREFIX = jobKey("");
const IN_FLIGHT_PREFIX = inFlightKey("", "").replace(/#+$/, "#");

/** Adds one write to the histories. */
export function observe(histories: Histories, before: Image, after: Image): void {
	const pk = String((after ?? before)?.pk);
	if (pk.startsWith(IN_FLIGHT_PREFIX)) observeCounter(histories.inFlight, pk, Number(after?.jobs ?? 0));
	if (!pk.startsWith(JOB_PREFIX) || after === undefined) return;
	const job = pk.slice(JOB_PREFIX.length);
	const state = after.state as JobState;
	const known = histories.jobs.get(job) ?? { state, claims: 0, releases: 0, endings: 0 };
	histories.jobs.set(job, known);
	known.state = state;
	const was = before?.state as JobState | undefined;
	if (state === "RUNNING" && after.attempt !== before?.attempt) known.claims += 1;
	if (was === "RUNNING" && state === "QUEUED") known.releases += 1;
	const hadEnded = was !== undefined && isEnded(was);
	const changed = FINAL_FIELDS.some((field) => JSON.stringify(before?.[field]) !== JSON.stringify(after[field]));
	if ((isEnded(state) && !hadEnded) || (hadEnded && changed)) known.endings += 1;
}

function observeCounter(inFlight: InFlightHistory, pk: string, jobs: number): void {
	inFlight.now.set(pk, jobs);
	inFlight.least = Math.min(inFlight.least, jobs);
	inFlight.most = Math.max(inFlight.most, jobs);
}

/** How many jobs are in each state now. */
export function statesOf({ jobs }: Histories): Record<JobState | "ended", number> {
	const counts = { QUEUED: 0, RUNNING: 0, SUCCEEDED: 0, FAILED: 0, CANCELLED: 0, EXPIRED: 0, ended: 0 };
	for (const { state } of jobs.values()) counts[state] += 1;
	for (const state of ENDED_STATES) counts.ended += counts[state];
	return counts;
}

export interface Witness {
	readonly histories: Histories;
	/** Reads on until nothing new is there. */
	catchUp(): Promise<void>;
	stop(): Promise<void>;
}

/** Follows the stream from its beginning. */
export function startWitness(client: DynamoDBStreamsClient, streamArn: string): Witness {
	const histories = emptyHistories();
	const iterators = new Map<string, string | undefined>();
	const readPage = async (shard: string): Promise<number> => {
		const iterator = iterators.get(shard);
		if (iterator === undefined) return 0;
		const { Records = [], NextShardIterator } = await client.send(
			new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE_RECORDS }),
		);
		iterators.set(shard, NextShardIterator);
		for (const record of Records) observe(histories, imageOf(record, "OldImage"), imageOf(record, "NewImage"));
		return Records.length;
	};
	const readAll = async () => {
		for (const shard of await shardsOf(client, streamArn)) {
			if (!iterators.has(shard)) iterators.set(shard, await horizonOf(client, streamArn, shard));
			while ((await readPage(shard)) > 0);
		}
	};
	// One reader at a time: two of them would count the same records twice.
	let reading = Promise.resolve();
	const catchUp = () => {
		reading = reading.then(readAll);
		return reading;
	};
	let timer: NodeJS.Timeout;
	const poll = () => {
		timer = setTimeout(() => void catchUp().then(poll, poll), POLL_MS);
	};
	poll();
	return {
		histories,
		catchUp,
		stop: async () => {
			clearTimeout(timer);
			await reading.catch(() => {});
			clearTimeout(timer);
		},
	};
}

function imageOf({ dynamodb }: StreamRecord, which: "OldImage" | "NewImage"): Image {
	const image = dynamodb?.[which];
	return image && unmarshall(image);
}

async function shardsOf(client: DynamoDBStreamsClient, StreamArn: string): Promise<string[]> {
	const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
	return (StreamDescription?.Shards ?? []).flatMap(({ ShardId }) => ShardId ?? []);
}

async function horizonOf(client: DynamoDBStreamsClient, StreamArn: string, ShardId: string) {
	const { ShardIterator } = await client.send(
		new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
	);
	return ShardIterator;
}
