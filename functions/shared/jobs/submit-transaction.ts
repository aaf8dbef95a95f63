/**
 * The transaction by which a job comes to be: its record, what its tenant's key stands for, and its place in flight.
 * Builds and reads the request's form; job-table.ts sends it.
 */
import { TransactionCanceledException, type TransactWriteItemsCommandInput } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { type IdempotencyRecord, idempotencyKey, JOB_LIMITS } from "../../../charter/jobs.ts";
import { inFlightUpdate } from "./change.ts";
import type { Submission } from "./job-store.ts";

/** In the order in which they stand in the transaction. */
const PARTS = ["job", "inFlight", "idempotency"] as const;
type Part = (typeof PARTS)[number];

const MS_PER_SECOND = 1000;

export function submitTransaction(
	table: string,
	{ job, keySha256, jobsInFlightMax }: Submission,
	nowMs: number,
): TransactWriteItemsCommandInput {
	const place = inFlightUpdate(table, job, 1);
	const writes: TransactWriteItemsCommandInput["TransactItems"] = [
		{
			Put: {
				TableName: table,
				Item: marshall(job, { removeUndefinedValues: true }),
				ConditionExpression: "attribute_not_exists(pk)",
			},
		},
		{
			Update: {
				...place,
				ConditionExpression: "attribute_not_exists(jobs) OR jobs < :max",
				ExpressionAttributeValues: { ...place.ExpressionAttributeValues, ":max": { N: String(jobsInFlightMax) } },
			},
		},
	];
	if (keySha256 === undefined) return { TransactItems: writes };
	const nowSeconds = Math.floor(nowMs / MS_PER_SECOND);
	const known: IdempotencyRecord = {
		pk: idempotencyKey(job.tenant, job.model, keySha256),
		job: job.job,
		requestSha256: job.requestSha256,
		// Never longer than its job can be asked for.
		expiresAt: nowSeconds + JOB_LIMITS.keptSeconds,
	};
	const put = {
		TableName: table,
		Item: marshall(known),
		// DynamoDB deletes what has expired some time later.
		ConditionExpression: "attribute_not_exists(pk) OR expiresAt <= :now",
		ExpressionAttributeValues: { ":now": { N: String(nowSeconds) } },
	};
	return { TransactItems: [...writes, { Put: put }] };
}

/** The parts of a transaction whose conditions did not hold; none where it failed for another reason. */
export function refusedConditions(thrown: unknown): Part[] {
	if (!(thrown instanceof TransactionCanceledException)) return [];
	const reasons = thrown.CancellationReasons ?? [];
	return PARTS.filter((_, i) => reasons[i]?.Code === "ConditionalCheckFailed");
}
