/**
 * The jobs' table as {@link JobStore}: each step one conditional write or transaction that is safe to repeat.
 * How the records look is the charter's; how a change of one is written is in change.ts.
 */
import { setTimeout as sleep } from "node:timers/promises";
import {
	ConditionalCheckFailedException,
	type DynamoDBClient,
	GetItemCommand,
	PutItemCommand,
	paginateQuery,
	TransactWriteItemsCommand,
	UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import {
	CALLBACKS_OPEN,
	type IdempotencyRecord,
	type InFlightRecord,
	idempotencyKey,
	inFlightKey,
	type JobRecord,
	jobKey,
	OPEN_INDEX,
} from "../../../charter/jobs.ts";
import { type Condition, endOf, placeBack, updateOf } from "./change.ts";
import { contendedWrite, type Pauses } from "./contended-write.ts";
import type { JobStore } from "./job-store.ts";
import { refusedConditions, submitTransaction } from "./submit-transaction.ts";

export interface JobTable extends Partial<Pauses> {
	client: DynamoDBClient;
	table: string;
	/** Milliseconds since the epoch. */
	now: () => number;
}

const MS_PER_SECOND = 1000;

const isOpen: Condition = {
	expression: "#state IN (:isQueued, :isRunning)",
	names: ["state"],
	values: { isQueued: "QUEUED", isRunning: "RUNNING" },
};
/** One that was given up may be sent again by an operator, out of the dead-letter queue. */
const isCallbackOpen: Condition = {
	expression: "#open = :isOpen OR attribute_exists(#callbackGivenUpAtMs)",
	names: ["open", "callbackGivenUpAtMs"],
	values: { isOpen: CALLBACKS_OPEN },
};

export function jobTable({ client, table, now, pause = sleep, random = Math.random }: JobTable): JobStore {
	const pauses: Pauses = { pause, random };
	/** Records are written by the platform alone, whose types these are; DynamoDB deletes the expired ones later than it says. */
	const readLive = async <T extends { expiresAt: number }>(pk: string): Promise<T | undefined> => {
		const { Item } = await client.send(
			new GetItemCommand({ TableName: table, Key: { pk: { S: pk } }, ConsistentRead: true }),
		);
		const record = Item && (unmarshall(Item) as T);
		return record && record.expiresAt * MS_PER_SECOND > now() ? record : undefined;
	};
	const read = (job: string) => readLive<JobRecord>(jobKey(job));
	const submissionOf: JobStore["submissionOf"] = ({ tenant, model, keySha256 }) =>
		readLive<IdempotencyRecord>(idempotencyKey(tenant, model, keySha256));
	/** @returns whether the condition held */
	const update = async (request: ReturnType<typeof updateOf>): Promise<boolean> => {
		try {
			await contendedWrite(() => client.send(new UpdateItemCommand(request)), pauses);
			return true;
		} catch (thrown) {
			if (!(thrown instanceof ConditionalCheckFailedException)) throw thrown;
			return false;
		}
	};

	return {
		read,
		submissionOf,
		jobsInFlight: async (tenant, model) => {
			const { Item } = await client.send(
				new GetItemCommand({ TableName: table, Key: { pk: { S: inFlightKey(tenant, model) } } }),
			);
			return Item ? (unmarshall(Item) as InFlightRecord).jobs : 0;
		},
		submit: async (submission) => {
			const { job, keySha256 } = submission;
			try {
				const command = () => new TransactWriteItemsCommand(submitTransaction(table, submission, now()));
				await contendedWrite(() => client.send(command()), pauses);
				return { kind: "submitted" };
			} catch (thrown) {
				const refused = refusedConditions(thrown);
				if (refused.length === 0) throw thrown;
				// Its name is new: whoever finds it there has written it in a try whose answer was lost.
				if (await read(job.job)) return { kind: "submitted" };
				const known = keySha256 === undefined ? undefined : await submissionOf({ ...job, keySha256 });
				if (known) return { kind: "repeated", known };
				if (refused.includes("inFlight")) return { kind: "full" };
				throw thrown;
			}
		},
		put: async (job) => {
			const Item = marshall(job, { removeUndefinedValues: true });
			await client.send(new PutItemCommand({ TableName: table, Item }));
		},
		end: async (job, ending) => {
			const nowMs = now();
			// Who ends it here sends nothing: the sweeper's next round does.
			const change = endOf(job, ending, { nowMs, callbackDueAtMs: nowMs });
			const TransactItems = [{ Update: updateOf(table, job.job, change, isOpen) }, ...placeBack(table, job)];
			try {
				await contendedWrite(() => client.send(new TransactWriteItemsCommand({ TransactItems })), pauses);
			} catch (thrown) {
				if (refusedConditions(thrown).length === 0) throw thrown;
				return { kind: "lost", job: await read(job.job) };
			}
			return { kind: "ended", job: { ...job, ...change.set } };
		},
		due: async function* (open, nowMs) {
			const pages = paginateQuery(
				{ client },
				{
					TableName: table,
					IndexName: OPEN_INDEX,
					KeyConditionExpression: "#open = :open AND dueAtMs < :now",
					ExpressionAttributeNames: { "#open": "open" },
					ExpressionAttributeValues: { ":open": { S: open }, ":now": { N: String(nowMs) } },
				},
			);
			for await (const { Items = [] } of pages) yield Items.map((item) => unmarshall(item) as JobRecord);
		},
		postpone: (job, dueAtMs) =>
			update(
				updateOf(
					table,
					job.job,
					{ set: { dueAtMs }, remove: [] },
					{
						expression: "#open = :isOpen AND #dueAtMs = :wasDueAtMs",
						names: ["open", "dueAtMs"],
						values: { isOpen: job.open ?? "", wasDueAtMs: job.dueAtMs ?? 0 },
					},
				),
			),
		closeCallback: async ({ job }, how) => {
			const set = how === "givenUp" ? { callbackGivenUpAtMs: now() } : {};
			const remove = ["open", "dueAtMs", ...(how === "settled" ? (["callbackGivenUpAtMs"] as const) : [])] as const;
			await update(updateOf(table, job, { set, remove }, isCallbackOpen));
		},
	};
}
