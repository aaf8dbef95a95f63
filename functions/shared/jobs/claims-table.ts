/**
 * The jobs' table as {@link Claims}: each step of a worker as one conditional write with the attempt as fencing token.
 * Which job comes next is the queue's business, and when to do what is the worker's.
 */
import { randomUUID } from "node:crypto";
import {
	type AttributeValue,
	ConditionalCheckFailedException,
	type DynamoDBClient,
	GetItemCommand,
	TransactionCanceledException,
	TransactWriteItemsCommand,
	UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { isEnded, JOB_LIMITS, type JobRecord, jobKey } from "../../../charter/jobs.ts";
import { type Change, endOf, isHeld, placeBack, updateOf } from "./change.ts";
import type { Claim, ClaimOutcome, Claims, JobFailure, JobResponse } from "./claims.ts";
import { contendedWrite, type Pauses } from "./contended-write.ts";

export interface ClaimsTable extends Pauses {
	client: DynamoDBClient;
	table: string;
	/** Who works, for people who look at a record, as in a task's id. */
	worker: string;
	/** How long a claim or heartbeat holds. @default JOB_LIMITS.leaseSeconds */
	leaseSeconds?: number;
	/** Milliseconds since the epoch. */
	now: () => number;
}

const MS_PER_SECOND = 1000;
const ORPHAN_MS = JOB_LIMITS.orphanAfterSeconds * MS_PER_SECOND;

export function claimsTable(options: ClaimsTable): Claims {
	const { client, table, worker, leaseSeconds = JOB_LIMITS.leaseSeconds, now } = options;
	const leaseMs = leaseSeconds * MS_PER_SECOND;
	const read = async (job: string): Promise<JobRecord | undefined> => {
		const { Item } = await client.send(
			new GetItemCommand({ TableName: table, Key: { pk: { S: jobKey(job) } }, ConsistentRead: true }),
		);
		return Item && jobOf(Item);
	};
	/** Whether the write was done, now or by a try whose answer was lost; `isDone` knows it by what it left. */
	const settle = async (claim: Claim, write: () => Promise<unknown>, isDone: (job: JobRecord) => boolean) => {
		try {
			await contendedWrite(write, options);
			return true;
		} catch (thrown) {
			if (!isRefused(thrown)) throw thrown;
			const job = await contendedWrite(() => read(claim.job), options);
			return job !== undefined && job.attempt === claim.attempt && isDone(job);
		}
	};
	const updateHeld = (claim: Claim, change: Change) => () =>
		client.send(new UpdateItemCommand(updateOf(table, claim.job, change, isHeld(claim))));
	const endHeld = (claim: Claim, fields: Parameters<typeof endOf>[1]) => () => {
		const nowMs = now();
		const change = endOf(claim, fields, { nowMs, callbackDueAtMs: nowMs + ORPHAN_MS });
		const TransactItems = [{ Update: updateOf(table, claim.job, change, isHeld(claim)) }, ...placeBack(table, claim)];
		return client.send(new TransactWriteItemsCommand({ TransactItems }));
	};
	const requeue = (delaySeconds: number, fields: Partial<JobRecord> = {}): Change => ({
		set: { ...fields, state: "QUEUED", dueAtMs: now() + delaySeconds * MS_PER_SECOND + ORPHAN_MS },
		remove: ["owner", "leaseUntilMs"],
	});

	return {
		claim: async (job) => {
			// One name a call: by it the claim is recognised whose answer was lost.
			const owner = `${worker}/${randomUUID()}`;
			try {
				const write = () => {
					const update = claimUpdate(job, owner, { nowMs: now(), leaseMs });
					return client.send(new UpdateItemCommand({ TableName: table, ...update }));
				};
				const { Attributes } = await contendedWrite(write, options);
				return { kind: "claimed", job: jobOf(Attributes ?? {}) };
			} catch (thrown) {
				if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
				return refusedClaim(thrown.Item && jobOf(thrown.Item), owner);
			}
		},
		heartbeat: async (claim) => {
			const untilMs = now() + leaseMs;
			const change = { set: { leaseUntilMs: untilMs, dueAtMs: untilMs + ORPHAN_MS }, remove: [] };
			const isExtended = await settle(claim, updateHeld(claim, change), () => false);
			return isExtended ? { kind: "extended", untilMs } : { kind: "lost" };
		},
		commit: async (claim, response: JobResponse) => {
			const write = endHeld(claim, { state: "SUCCEEDED", ...response });
			const isDone = await settle(claim, write, ({ state }) => state === "SUCCEEDED");
			return { kind: isDone ? "committed" : "lost" };
		},
		fail: async (claim, error: JobFailure, { isFinal, delaySeconds }) => {
			const failures = claim.failures + 1;
			const isLast = isFinal || failures >= JOB_LIMITS.failuresMax;
			const write = isLast
				? endHeld(claim, { state: "FAILED", failures, error })
				: updateHeld(claim, requeue(delaySeconds, { failures }));
			const isDone = await settle(claim, write, ({ state }) => state === (isLast ? "FAILED" : "QUEUED"));
			return isDone ? { kind: isLast ? "failed" : "requeued", failures } : { kind: "lost" };
		},
		release: async (claim, delaySeconds, isExcused = false) => {
			const excuse = isExcused ? { excusedAttempt: claim.attempt } : {};
			const write = updateHeld(claim, requeue(delaySeconds, excuse));
			const isDone = await settle(claim, write, ({ state }) => state === "QUEUED");
			return { kind: isDone ? "released" : "lost" };
		},
		markDeadLettered: async (job) => {
			const mark = new UpdateItemCommand({
				TableName: table,
				Key: { pk: { S: jobKey(job) } },
				UpdateExpression: "SET deadLetteredAtMs = if_not_exists(deadLetteredAtMs, :now)",
				ConditionExpression: "#state = :failed",
				ExpressionAttributeNames: { "#state": "state" },
				ExpressionAttributeValues: marshall({ ":now": now(), ":failed": "FAILED" }),
			});
			try {
				await contendedWrite(() => client.send(mark), options);
			} catch (thrown) {
				// Its time to live is over, and nobody will ask; or it was redriven meanwhile, and may have to be set aside anew.
				if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
			}
		},
	};
}

const isRefused = (thrown: unknown): boolean =>
	thrown instanceof ConditionalCheckFailedException ||
	(thrown instanceof TransactionCanceledException &&
		(thrown.CancellationReasons ?? []).some(({ Code }) => Code === "ConditionalCheckFailed"));

function refusedClaim(job: JobRecord | undefined, owner: string): ClaimOutcome {
	if (!job) return { kind: "unknown" };
	if (isEnded(job.state)) return { kind: "ended", job };
	if (job.owner === owner) return { kind: "claimed", job };
	return { kind: "held", untilMs: job.leaseUntilMs ?? 0 };
}

function claimUpdate(job: string, owner: string, { nowMs, leaseMs }: { nowMs: number; leaseMs: number }) {
	const untilMs = nowMs + leaseMs;
	return {
		Key: { pk: { S: jobKey(job) } },
		UpdateExpression:
			"SET #state = :running, #owner = :owner, leaseUntilMs = :until, dueAtMs = :due, attempt = attempt + :one, startedAtMs = if_not_exists(startedAtMs, :now)",
		ConditionExpression: "#state = :queued OR (#state = :running AND leaseUntilMs < :now)",
		ExpressionAttributeNames: { "#state": "state", "#owner": "owner" },
		ExpressionAttributeValues: marshall({
			":running": "RUNNING",
			":queued": "QUEUED",
			":owner": owner,
			":until": untilMs,
			":due": untilMs + ORPHAN_MS,
			":one": 1,
			":now": nowMs,
		}),
		ReturnValues: "ALL_NEW",
		ReturnValuesOnConditionCheckFailure: "ALL_OLD",
	} as const;
}

/** Whoever submits writes whole records. */
const jobOf = (item: Record<string, AttributeValue>): JobRecord => unmarshall(item) as JobRecord;
