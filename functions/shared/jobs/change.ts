/**
 * Changes of a job's record as DynamoDB writes: what is set and removed, on which condition, and what every ending does.
 * Builds requests only; who sends them, and what a refusal means to them, is theirs.
 */
import { marshall } from "@aws-sdk/util-dynamodb";
import { CALLBACKS_OPEN, inFlightKey, JOB_LIMITS, type JobRecord, jobKey } from "../../../charter/jobs.ts";

type FieldName = keyof JobRecord;

export interface Change {
	set: Partial<JobRecord>;
	remove: readonly FieldName[];
}

/** What must hold of the record; names stand as `#name` in the expression, values as `:value`. */
export interface Condition {
	expression: string;
	names: readonly FieldName[];
	values: Readonly<Record<string, string | number>>;
}

/** This very attempt holds the job. */
export const isHeld = ({ attempt }: Pick<JobRecord, "attempt">): Condition => ({
	expression: "#state = :isRunning AND #attempt = :isAttempt",
	names: ["state", "attempt"],
	values: { isRunning: "RUNNING", isAttempt: attempt },
});

const MS_PER_SECOND = 1000;
/** What only a job in work or before it has. */
const WORK_FIELDS = ["owner", "leaseUntilMs", "progress"] as const satisfies FieldName[];
const REQUEST_FIELDS = ["request", "requestKey"] as const satisfies FieldName[];

/** An UpdateItem, or the Update of a transaction. Every name is bound: DynamoDB reserves several of them. */
export function updateOf(table: string, job: string, { set, remove }: Change, condition: Condition) {
	const setNames = Object.keys(set);
	const assignments = setNames.length > 0 ? [`SET ${setNames.map((name) => `#${name} = :${name}`).join(", ")}`] : [];
	const removals = remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(", ")}`] : [];
	const names = new Set<string>([...setNames, ...remove, ...condition.names]);
	const setValues = Object.entries(set).map(([name, value]) => [`:${name}`, value] as const);
	const conditionValues = Object.entries(condition.values).map(([name, value]) => [`:${name}`, value] as const);
	const values = Object.fromEntries([...setValues, ...conditionValues]);
	return {
		TableName: table,
		Key: { pk: { S: jobKey(job) } },
		UpdateExpression: [...assignments, ...removals].join(" "),
		ConditionExpression: condition.expression,
		ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
		...(Object.keys(values).length > 0 && { ExpressionAttributeValues: marshall(values) }),
	};
}

/**
 * What is written where a job ends. A failed one keeps its request, so that it can be redriven; the sweeper looks after an
 * ended one only while its callback is open.
 * @param callbackDueAtMs when the sweeper sends its callback, should nobody have done so
 */
export function endOf(
	{ callback }: Pick<JobRecord, "callback">,
	fields: Partial<JobRecord> & Pick<JobRecord, "state">,
	{ nowMs, callbackDueAtMs }: { nowMs: number; callbackDueAtMs: number },
): Change {
	const set = {
		...fields,
		endedAtMs: nowMs,
		expiresAt: Math.ceil(nowMs / MS_PER_SECOND) + JOB_LIMITS.keptSeconds,
		...(callback && { open: CALLBACKS_OPEN, dueAtMs: callbackDueAtMs }),
	};
	const request = fields.state === "FAILED" ? [] : REQUEST_FIELDS;
	const index = callback ? [] : (["open", "dueAtMs"] as const);
	return { set, remove: [...WORK_FIELDS, ...request, ...index] };
}

/** Takes (+1) or gives back (−1) a place in flight. */
export const inFlightUpdate = (
	table: string,
	{ tenant, model }: Pick<JobRecord, "tenant" | "model">,
	jobs: 1 | -1,
) => ({
	TableName: table,
	Key: { pk: { S: inFlightKey(tenant, model) } },
	UpdateExpression: "ADD jobs :change",
	ExpressionAttributeValues: { ":change": { N: String(jobs) } },
});

/** What of a transaction that ends a job gives its place in flight back: nothing where it is a shadow's, which has none. */
export const placeBack = (table: string, job: Pick<JobRecord, "tenant" | "model" | "shadowOf">) =>
	job.shadowOf === undefined ? [{ Update: inFlightUpdate(table, job, -1) }] : [];
